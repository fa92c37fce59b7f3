"""The site over a nation: how long each kind of page takes, the first time that it is asked for."""

import socket
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx

from bench.scaling.peers import Times
from bench.scaling.things import sampled, thing
from govgraph.namespaces import ID

__all__ = ["page_times"]

ALIKE = (
    "/",
    "/councils",
    "/documents",
    "/questions",
    "/review",
    "/review/rules",
    "/chart",
    "/decide",
    "/def/",
    "/about",
    "/dumps/",
)
"""Pages of which there is one."""

BROWSER = {"Accept": "text/html"}
MOST = 60.0


def page_times(store: Path, councils: int) -> Times:
    """Medians in ms by kind of page; the status where that is not 200.

    Pages about one thing are asked for once of each council of the sample, so that no answer is one that was kept.
    """
    codes = sampled(councils)
    board = [thing("seats", "body", code).removeprefix(ID) for code in codes]
    about_one = {
        "/page/ of a body": [f"/page/{path}" for path in board],
        "/page/ of a council": [f"/page/uk/council/{code}" for code in codes],
        "/chart/ of a body": [f"/chart/{path}" for path in board],
        "/data/ of a body, Turtle": [f"/data/{path}.ttl" for path in board],
        "/questions/ultimately-accountable-to of a body": [
            f"/questions/ultimately-accountable-to?body={thing('ultimately-accountable-to', 'body', code)}"
            for code in codes
        ],
        "/search for a body": [f"/search?q=partnership+{code}" for code in codes],
    }
    with _site(store) as address, httpx.Client(base_url=address, timeout=MOST, headers=BROWSER) as client:
        return {kind: _median(client, [kind]) for kind in ALIKE} | {
            kind: _median(client, paths) for kind, paths in about_one.items()
        }


def _median(client: httpx.Client, paths: list[str]) -> float | str:
    taken = []
    for path in paths:
        started = time.perf_counter()
        try:
            answer = client.get(path)
        except httpx.TimeoutException:
            return "given up"
        if answer.status_code != 200:
            return f"status {answer.status_code}"
        taken.append((time.perf_counter() - started) * 1000)
    return statistics.median(taken)


@contextmanager
def _site(store: Path) -> Iterator[str]:
    """The site over a store, until it is no longer needed."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "govgraph", "serve", "--store", str(store), "--port", str(port)]
    served = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    address = f"http://127.0.0.1:{port}"
    try:
        started = time.monotonic()
        while time.monotonic() - started < MOST:
            try:
                if httpx.get(f"{address}/readyz").status_code == 200:
                    break
            except httpx.TransportError:
                time.sleep(0.1)
        yield address
    finally:
        served.terminate()
        served.wait()
