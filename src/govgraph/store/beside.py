"""A process that makes something beside the service, and says by its exit status what of the system stood in its way.

What it makes is read by others in the end, and its texts by nobody: they may name folders of this machine.
"""

import os
import sys
from collections.abc import Callable
from pathlib import Path

__all__ = ["make_beside", "reason"]

_SYSTEM = 100
"""An exit status from here on is this and the number of an error of the system."""


def make_beside(make: Callable[[Path, Path], object]) -> None:
    """Make one thing from another, which the command line names; whoever reads meanwhile comes first."""
    os.nice(5)
    try:
        make(Path(sys.argv[1]), Path(sys.argv[2]))
    except OSError as error:
        if not error.errno:
            raise
        sys.exit(_SYSTEM + error.errno)


def reason(status: int) -> str:
    """Why such a process failed, by its exit status.

    >>> import errno
    >>> reason(100 + errno.ENOSPC)
    'No space left on device'
    >>> reason(-9)
    'the process that makes them failed'
    """
    return os.strerror(status - _SYSTEM) if status > _SYSTEM else "the process that makes them failed"
