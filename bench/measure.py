"""What benches share: run a command and measure it, weigh a folder, print a table."""

import os
import shutil
import subprocess
import sys
import sysconfig
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

__all__ = ["Run", "installed", "run", "size", "table"]


@dataclass(frozen=True)
class Run:
    """One run of a command.

    Parameters
    ----------
    seconds : wall-clock time from start to end of its process.
    memory : most bytes that it held in memory, or one of the processes that it ran.
    cpu : seconds of all cores, with those processes.
    """

    seconds: float
    memory: int
    cpu: float


def run(*command: str | Path) -> Run:
    """Run a command to its end; stop the bench with its messages if it fails."""
    with tempfile.TemporaryFile() as said:
        started = time.perf_counter()
        process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=said, stderr=said)
        _, status, usage = os.wait4(process.pid, 0)
        seconds = time.perf_counter() - started
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode:
            said.seek(0)
            print(said.read().decode(errors="replace"), file=sys.stderr)
            sys.exit(f"bench: {' '.join(map(str, command))} ended with exit code {process.returncode}")
    return Run(seconds, usage.ru_maxrss * 1024, usage.ru_utime + usage.ru_stime)


def size(folder: Path) -> int:
    """Bytes of all files in a folder."""
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


def installed(program: str, package: str) -> Path:
    """A program of this Python environment, or of the machine."""
    own = Path(sysconfig.get_path("scripts")) / program
    found = own if own.exists() else shutil.which(program)
    if not found:
        sys.exit(f"bench: {program} is not installed. It is in the dependency group bench: pip install {package}")
    return Path(found)


def table(heading: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A table in Markdown, numbers to the right.

    >>> print(table(["what", "s"], [["a", "1.0"]]))
    | what |   s |
    | :--- | --: |
    | a    | 1.0 |
    """
    widths = [max(3, *(len(row[i]) for row in (heading, *rows))) for i in range(len(heading))]
    rule = [":" + "-" * (widths[0] - 1), *("-" * (width - 1) + ":" for width in widths[1:])]
    lines = []
    for first, *numbers in (heading, rule, *rows):
        cells = [first.ljust(widths[0]), *(n.rjust(width) for n, width in zip(numbers, widths[1:], strict=True))]
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines)
