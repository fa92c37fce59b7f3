"""Loads into an endpoint, each in a child that is killed at one of its requests: before it is sent, or after.

Run as ``python loading_process.py ENDPOINT STATEMENTS`` with a line on standard input for each load: the store, the
number of the request, and "before" or "after". How the child ended is written out.
"""

import os
import signal
import sys
from pathlib import Path
from typing import Any

from govgraph.store import batches, lease, transport
from govgraph.store.endpoint import Endpoint
from govgraph.store.generations import Generations
from govgraph.store.publishing import publish

SEND = transport.Transport.send


def load(store: str, point: int, before: bool) -> None:
    """Load the current generation of a store, and die at a request."""
    sent = 0

    def counted(*given: Any, **named: Any) -> Any:
        nonlocal sent
        sent += 1
        if sent == point and before:
            os.kill(os.getpid(), signal.SIGKILL)
        answer = SEND(*given, **named)
        if sent == point:
            os.kill(os.getpid(), signal.SIGKILL)
        return answer

    transport.Transport.send = counted  # type: ignore[method-assign]
    publish(Endpoint(sys.argv[1], engine="oxigraph"), Generations(Path(store)).current(), place="this test")


def main() -> None:
    """Do what the lines say."""
    batches.BATCH, lease._SETTLE = int(sys.argv[2]), 0
    for line in sys.stdin:
        store, point, when = line.rstrip("\n").split("\t")
        child = os.fork()
        if not child:
            try:
                load(store, int(point), when == "before")
            finally:
                os._exit(0 if sys.exc_info()[0] is None else 1)
        print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), flush=True)


if __name__ == "__main__":
    main()
