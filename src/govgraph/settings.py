"""What a user sets through the environment, in one place.

``GOVGRAPH_STORE``    folder of the store (default: the user's data folder)
``GOVGRAPH_SOURCES``  folder with the source documents, where the operator has them
``GOVGRAPH_TOKEN``    secrets with which the service may be written to
"""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

__all__ = ["Setting", "default_store", "settings", "sources_folder"]


@dataclass(frozen=True)
class Setting:
    """One variable of the environment.

    Parameters
    ----------
    name : of the variable.
    told : what it is for.
    value : what it is set to, or nothing; a secret is masked.
    """

    name: str
    told: str
    value: str


_KNOWN = {
    "GOVGRAPH_STORE": "folder of the store",
    "GOVGRAPH_SOURCES": "folder with the source documents",
    "GOVGRAPH_TOKEN": "secrets with which the service may be written to",
}
_SECRET = {"GOVGRAPH_TOKEN"}


def settings(environment: Mapping[str, str] | None = None) -> list[Setting]:
    """Every variable that govgraph reads, with its value; secrets are masked.

    >>> [each.value for each in settings({"GOVGRAPH_TOKEN": "a-long-secret-word"})]
    ['', '', '(set)']
    """
    found = os.environ if environment is None else environment
    values = {name: found.get(name, "") for name in _KNOWN}
    return [Setting(n, _KNOWN[n], "(set)" if v and n in _SECRET else v) for n, v in values.items()]


def default_store() -> Path:
    """Folder of the store when none is named."""
    named = os.environ.get("GOVGRAPH_STORE")
    if named:
        return Path(named)
    import platformdirs

    return Path(platformdirs.user_data_dir("govgraph")) / "store"


def sources_folder() -> Path | None:
    """Folder with the source documents, or None where the operator has not named one."""
    named = os.environ.get("GOVGRAPH_SOURCES")
    return Path(named) if named else None
