"""What a user sets through the environment, in one place.

``GOVGRAPH_STORE``    folder of the store (default: the user's data folder), or address of a SPARQL endpoint
``GOVGRAPH_SOURCES``  folder with the source documents, where the operator has them
``GOVGRAPH_TOKEN``    secrets with which the service may be written to
``GOVGRAPH_STORE_USER``, ``GOVGRAPH_STORE_PASSWORD``, ``GOVGRAPH_STORE_TOKEN``    what an endpoint asks for;
``GOVGRAPH_STORE_NAME_USER`` and so on are those chosen with ``--credentials NAME``
"""

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from govgraph.errors import BadInput

__all__ = ["Credentials", "Setting", "credentials", "default_store", "settings", "sources_folder", "store_address"]


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
    "GOVGRAPH_STORE": "folder of the store, or address of a SPARQL endpoint",
    "GOVGRAPH_STORE_USER": "name for the endpoint",
    "GOVGRAPH_STORE_PASSWORD": "password for the endpoint",
    "GOVGRAPH_STORE_TOKEN": "token for the endpoint, instead of name and password",
    "GOVGRAPH_SOURCES": "folder with the source documents",
    "GOVGRAPH_TOKEN": "secrets with which the service may be written to",
}
_SECRET = {"GOVGRAPH_TOKEN", "GOVGRAPH_STORE_PASSWORD", "GOVGRAPH_STORE_TOKEN"}
_NAMED = re.compile(r"GOVGRAPH_STORE_([A-Z0-9_]+)_(USER|PASSWORD|TOKEN)")


def settings(environment: Mapping[str, str] | None = None) -> list[Setting]:
    """Every variable that govgraph reads, with its value; secrets are masked.

    >>> [each.value for each in settings({"GOVGRAPH_TOKEN": "a-long-secret-word"}) if each.value]
    ['(set)']
    """
    found = os.environ if environment is None else environment
    told = dict(_KNOWN)
    told |= {name: f"{kind.lower()} for --credentials {own.lower()}" for name, own, kind in _named(found)}
    secret = _SECRET | {name for name, _, kind in _named(found) if kind != "USER"}
    values = {name: re.sub(r"//[^/@]*@", "//(hidden)@", found.get(name, "")) for name in told}
    return [Setting(n, told[n], "(set)" if v and n in secret else v) for n, v in values.items()]


def _named(environment: Mapping[str, str]) -> list[tuple[str, str, str]]:
    matches = (_NAMED.fullmatch(name) for name in sorted(environment))
    return [(match[0], match[1], match[2]) for match in matches if match]


@dataclass(frozen=True)
class Credentials:
    """What an endpoint asks for: a name and a password, or a token; it is never shown.

    >>> Credentials("reader", "a-long-secret-word")
    Credentials(user='reader')
    """

    user: str = ""
    password: str = field(default="", repr=False)
    token: str = field(default="", repr=False)


def credentials(name: str = "", environment: Mapping[str, str] | None = None) -> Credentials | None:
    """The credentials that the environment holds; None where it holds none and none are named.

    Parameters
    ----------
    name : which, where there are several: ``cluster`` are those of ``GOVGRAPH_STORE_CLUSTER_USER`` and so on.

    Raises
    ------
    BadInput : there are none of that name, or a name without a password.

    >>> credentials("cluster", {"GOVGRAPH_STORE_CLUSTER_TOKEN": "a-long-secret-word"}) is None
    False
    """
    found = os.environ if environment is None else environment
    stem = f"GOVGRAPH_STORE_{name.upper().replace('-', '_')}" if name else "GOVGRAPH_STORE"
    if name and not re.fullmatch(r"[A-Za-z0-9_-]+", name):
        raise BadInput(f'"{name}" cannot name credentials', "Use letters and digits, such as cluster.")
    user, password, token = (found.get(f"{stem}_{kind}", "") for kind in ("USER", "PASSWORD", "TOKEN"))
    if user and not password and not token:
        raise BadInput(f"{stem}_USER is set without a password", f"Set {stem}_PASSWORD.")
    if not (user or token):
        if name:
            raise BadInput(
                f'no credentials are named "{name}"', f"Set {stem}_USER and {stem}_PASSWORD, or {stem}_TOKEN."
            )
        return None
    return Credentials(user, password, token)


def store_address() -> str:
    """The address of an endpoint, where ``GOVGRAPH_STORE`` is one; else nothing."""
    named = os.environ.get("GOVGRAPH_STORE", "")
    return named if "://" in named else ""


def default_store() -> Path:
    """Folder of the store when none is named.

    Raises
    ------
    BadInput : ``GOVGRAPH_STORE`` is the address of an endpoint, where a folder is needed.
    """
    named = os.environ.get("GOVGRAPH_STORE")
    if store_address():
        raise BadInput("GOVGRAPH_STORE is the address of an endpoint, and this needs a folder", "Name one: --store.")
    if named:
        return Path(named)
    import platformdirs

    return Path(platformdirs.user_data_dir("govgraph")) / "store"


def sources_folder() -> Path | None:
    """Folder with the source documents, or None where the operator has not named one."""
    named = os.environ.get("GOVGRAPH_SOURCES")
    return Path(named) if named else None
