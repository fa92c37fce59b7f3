"""A folder for what is made on the way, removed at the end when no engine writes to it any more."""

import contextlib
import shutil
import tempfile
import traceback
from collections.abc import Iterator
from pathlib import Path

__all__ = ["scratch_in"]


@contextlib.contextmanager
def scratch_in(folder: Path, prefix: str) -> Iterator[Path]:
    """An empty folder in another one; it is removed at the end.

    An engine still writes behind a store that is open: removed under it, the folder comes back in parts, and closing
    the store waits a second for each write that failed. A store closes with the last name that holds it. So open one
    in a function that has returned when the folder is removed. Where that function raised, its names are let go here.

    Parameters
    ----------
    folder : where the folder is made.
    prefix : of its name, which goes on at random.

    Raises
    ------
    OSError : the folder cannot be made.
    """
    scratch = Path(tempfile.mkdtemp(prefix=prefix, dir=folder))
    try:
        yield scratch
    except BaseException as error:
        raised: BaseException | None = error
        while raised:
            traceback.clear_frames(raised.__traceback__)
            raised = raised.__context__
        raise
    finally:
        shutil.rmtree(scratch, ignore_errors=True)
