"""The review of a generation in an endpoint, in a process of its own; the report is kept on this machine.

Run as ``python -I -m govgraph.review.remote_review FOLDER``; the first frame on standard input says which endpoint and
generation, as for a reader. ``FOLDER/report.json`` appears by one rename. On failure the process ends with 1 and says
why on standard output.
"""

import json
import os
import struct
import sys
from pathlib import Path

from govgraph.errors import GovgraphError
from govgraph.review.data import data_of
from govgraph.review.reviewing import review
from govgraph.store.opened import opened
from govgraph.store.remote_generations import RemoteGeneration
from govgraph.store.worker import unpack_header

__all__ = ["main", "review_into"]


def review_into(generation: RemoteGeneration, folder: Path) -> None:
    """Review what an endpoint holds, with the packaged rules, and write the report.

    Raises
    ------
    StoreFailed : the endpoint failed.
    """
    title = str(generation.manifest.get("data", ""))
    report = review(data_of(opened(generation)), title=title, generation=generation.number)
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    partial = folder / f"report.json.{os.getpid()}.part"
    partial.write_text(report.to_json(), encoding="utf-8")
    partial.replace(folder / "report.json")


def main() -> None:
    """Review what standard input names."""
    requests, folder = sys.stdin.buffer, Path(sys.argv[1])
    told = unpack_header(requests.read(struct.unpack(">I", requests.read(4))[0]))
    try:
        review_into(RemoteGeneration.of(told), folder)
    except GovgraphError as error:
        words = {"error": type(error).__name__, "message": error.message, "next_step": error.next_step}
        print(json.dumps(words), flush=True)
        sys.exit(1)


if __name__ == "__main__":
    main()
