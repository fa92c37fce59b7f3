"""Who may write: a bearer token (RFC 6750), compared in constant time, and no page of another site.

Writing is off unless the operator has started the service with ``--writable`` and a token. ``GOVGRAPH_TOKEN`` holds one
secret, or several with the names of those who use them: ``clerk:…,registrar:…``.
"""

import hmac
from collections.abc import Mapping

from starlette.requests import Request

from govgraph.errors import BadInput, NotAuthorised, WritingNotOffered
from govgraph.limits import LIMITS

__all__ = ["CHALLENGE", "Door", "read_tokens"]

CHALLENGE = {"WWW-Authenticate": 'Bearer realm="govgraph"'}
"""Header of a 401 (RFC 6750 §3)."""


def read_tokens(text: str) -> dict[str, str]:
    """Secrets by the names of their users, from the value of GOVGRAPH_TOKEN.

    Raises
    ------
    BadInput : there is none, one is too short, or two have one name.

    >>> list(read_tokens("clerk:0123456789abcdef,registrar:fedcba9876543210"))
    ['clerk', 'registrar']
    """
    tokens: dict[str, str] = {}
    for entry in filter(None, (part.strip() for part in text.split(","))):
        name, colon, secret = entry.partition(":")
        if not colon:
            name, secret = "token", entry
        if len(secret) < LIMITS.token_characters or not secret.isascii() or not name:
            raise BadInput(
                f"a token in GOVGRAPH_TOKEN has fewer than {LIMITS.token_characters} characters, or has no name",
                'Make one: python -c "import secrets; print(secrets.token_urlsafe(32))"',
            )
        if name in tokens:
            raise BadInput(f'two tokens in GOVGRAPH_TOKEN have the name "{name}"', "Write NAME:SECRET,NAME:SECRET.")
        tokens[name] = secret
    if not tokens:
        raise BadInput("--writable needs a token, and GOVGRAPH_TOKEN holds none", "Set GOVGRAPH_TOKEN=NAME:SECRET.")
    return tokens


class Door:
    """Lets a request write, or says why not.

    Parameters
    ----------
    tokens : secrets by name; None where writing is off.
    instead : what to do where writing is off.
    """

    def __init__(self, tokens: Mapping[str, str] | None, instead: str = "") -> None:
        self._tokens = tokens
        self._instead = instead or "Change the data folder and build again: govgraph build."

    @property
    def is_open(self) -> bool:
        """Whether writing is offered at all."""
        return self._tokens is not None

    def who(self, request: Request) -> str:
        """The name of whoever asks.

        Raises
        ------
        WritingNotOffered : writing is off (403), or the request comes from a page of another site (403).
        NotAuthorised : no token, or an unknown one (401).
        """
        if self._tokens is None:
            raise WritingNotOffered("writing is not offered here", self._instead)
        _refuse_other_sites(request)
        scheme, _, given = request.headers.get("authorization", "").partition(" ")
        if scheme.lower() != "bearer" or not given.strip():
            raise NotAuthorised("writing needs a token", "Send it as: Authorization: Bearer TOKEN.")
        found = ""
        for name, secret in self._tokens.items():  # all are compared, so that the time tells nothing
            if hmac.compare_digest(given.strip().encode("utf-8", "replace"), secret.encode()):
                found = name
        if not found:
            raise NotAuthorised("the token is not known here", "Ask the operator for one.")
        return found


def _refuse_other_sites(request: Request) -> None:
    """Refuse what a page of another site sends with the browser of somebody who may write here."""
    own = f"{request.url.scheme}://{request.url.netloc}"
    origin = request.headers.get("origin")
    sent_by = request.headers.get("sec-fetch-site", "none")
    if sent_by not in ("none", "same-origin") or (origin is not None and origin != own):
        raise WritingNotOffered("pages of other sites do not write here", "Send the change from a program of your own.")
