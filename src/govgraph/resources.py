"""Find `ontology/`, `data/`, `shapes/` and `queries/`, in a checkout and in an installed wheel alike."""

from pathlib import Path

from govgraph.errors import EnvironmentFailed

__all__ = ["packaged"]

_PACKAGE = Path(__file__).resolve().parent


def packaged(folder: str) -> Path:
    """Path of one of the folders that ship with govgraph.

    Parameters
    ----------
    folder : "ontology", "data", "shapes" or "queries".

    Raises
    ------
    EnvironmentFailed : the installation has lost the folder.

    >>> packaged("queries").is_dir()
    True
    """
    for root in (_PACKAGE / "packaged", _PACKAGE.parents[1]):
        path = root / folder
        if path.is_dir():
            return path
    raise EnvironmentFailed(
        f"this installation has no {folder}/ folder", "Install govgraph again from its wheel or checkout."
    )
