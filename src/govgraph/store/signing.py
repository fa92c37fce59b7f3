"""Credentials on their way to an endpoint: only to the hosts that were named, and readable by nobody between.

A name and a password are sent when they are asked for: as plain text only over TLS or to this machine. A large request
is not sent before it is known what will be asked, since servers that refuse one hang up while it is still coming.
"""

import base64
import http.client
import ipaddress
import threading
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import urlsplit

from govgraph.errors import BadInput, CredentialsRefused
from govgraph.settings import Credentials

__all__ = ["Signer", "origin_of", "shown_address"]

_LARGE = 8_192  # bytes of a request that a server takes in before it refuses it


class Signer:
    """Signs the requests to one endpoint.

    Parameters
    ----------
    credentials : None where none are needed.
    addresses : of the endpoint: for queries, updates and graphs.

    Raises
    ------
    BadInput : a token would travel in the clear.
    """

    def __init__(self, credentials: Credentials | None, addresses: list[str]) -> None:
        self.credentials = credentials
        self._origins = {origin_of(address) for address in addresses}
        self._basic: set[str] = set()  # origins that have asked for a password as plain text
        self._noting = threading.Lock()
        for address in addresses:
            if credentials and credentials.token and not _private(address):
                raise BadInput(
                    f"the token would travel to {urlsplit(address).netloc} in the clear", "Use an address of https."
                )

    def handlers(self) -> list[urllib.request.BaseHandler]:
        """What answers when a name and a password are asked for."""
        if not self._has_password:
            return []
        known = self._passwords()
        return [urllib.request.HTTPDigestAuthHandler(known), _Basic(known, self._note_basic)]

    def sign(self, request: urllib.request.Request, look: Callable[[urllib.request.Request], Any]) -> None:
        """Give a request what will be asked for, as far as that is known.

        Parameters
        ----------
        look : sends a request without credentials; used before one that is large.
        """
        told, origin = self.credentials, origin_of(request.full_url)
        if not told or origin not in self._origins:
            return
        if told.token:
            request.add_unredirected_header("Authorization", f"Bearer {told.token}")
            return
        size = len(request.data) if isinstance(request.data, bytes) else 0
        challenge: Mapping[str, str] = {}
        if size > _LARGE and origin not in self._basic:
            challenge = self._challenge(request, look)
        if origin in self._basic:
            pair = base64.b64encode(f"{told.user}:{told.password}".encode()).decode()
            request.add_unredirected_header("Authorization", f"Basic {pair}")
        elif challenge:
            digest = urllib.request.HTTPDigestAuthHandler(self._passwords())
            if answer := digest.get_authorization(request, challenge):
                request.add_unredirected_header("Authorization", f"Digest {answer}")

    def _challenge(
        self, request: urllib.request.Request, look: Callable[[urllib.request.Request], Any]
    ) -> Mapping[str, str]:
        """What a server asks for at an address, if it asks for a digest; that it asks for plain text is noted."""
        asked = ""
        try:
            look(urllib.request.Request(request.full_url, headers={"User-Agent": "govgraph"}, method="HEAD"))  # noqa: S310
        except urllib.error.HTTPError as error:
            asked = str(error.headers.get("WWW-Authenticate", ""))
            error.close()
        except (OSError, http.client.HTTPException):
            return {}  # the request itself will tell
        scheme, _, rest = asked.partition(" ")
        if scheme.lower() == "basic" and _private(request.full_url):
            self._note_basic(request.full_url)
        if scheme.lower() != "digest":
            return {}
        return urllib.request.parse_keqv_list(list(filter(None, urllib.request.parse_http_list(rest))))

    @property
    def _has_password(self) -> bool:
        return bool(self.credentials and self.credentials.user and not self.credentials.token)

    def _passwords(self) -> urllib.request.HTTPPasswordMgr:
        known = urllib.request.HTTPPasswordMgrWithDefaultRealm()
        assert self.credentials
        for origin in self._origins:
            known.add_password(None, origin + "/", self.credentials.user, self.credentials.password)
        return known

    def _note_basic(self, url: str) -> None:
        with self._noting:
            self._basic.add(origin_of(url))


class _Basic(urllib.request.HTTPBasicAuthHandler):
    """Sends a name and a password as plain text where nobody between can read it."""

    def __init__(self, known: urllib.request.HTTPPasswordMgr, told: Callable[[str], None]) -> None:
        super().__init__(known)
        self._told = told

    def retry_http_basic_auth(self, host: str, req: urllib.request.Request, realm: str) -> Any:
        if not _private(req.full_url):
            raise CredentialsRefused(
                f"{shown_address(req.full_url)} asks for the password in the clear", "Use an address of https."
            )
        self._told(req.full_url)
        return super().retry_http_basic_auth(host, req, realm)


def origin_of(url: str) -> str:
    """Scheme, host and port of an address.

    >>> origin_of("https://Example.org:8890/sparql?x=1")
    'https://example.org:8890'
    """
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}".lower()


def shown_address(url: str) -> str:
    """An address without what follows its path, which may be a whole query.

    >>> shown_address("https://example.org/sparql?query=ASK%20%7B%7D")
    'https://example.org/sparql'
    """
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}{parts.path}"[:300]


def _private(url: str) -> bool:
    """Whether nobody between can read what is sent there: by TLS, or because it stays on this machine."""
    parts = urlsplit(url)
    if parts.scheme == "https" or parts.hostname == "localhost":
        return True
    try:
        return ipaddress.ip_address(parts.hostname or "").is_loopback
    except ValueError:
        return False
