"""Requests to a SPARQL endpoint elsewhere: redirections, time, size, and what went wrong, by name.

An answer is read within a deadline and a number of bytes. What fails is told as one of the errors under
`EndpointFailed`. Credentials are the matter of `signing`.
"""

import html
import http.client
import re
import ssl
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from email.message import Message
from typing import IO, Any
from urllib.parse import urlsplit

from govgraph.errors import (
    AnswerTooLarge,
    BadInput,
    CredentialsRefused,
    EndpointDown,
    EndpointFailed,
    EndpointSlow,
    NotAnEndpoint,
    PartOfAnswer,
    TlsFailed,
)
from govgraph.settings import Credentials
from govgraph.store.signing import Signer, origin_of, shown_address

__all__ = ["Failure", "Received", "Transport", "checked_address"]

_PIECE = 1 << 16
_TOLD = 300  # characters of an engine's own words that are repeated


@dataclass(frozen=True)
class Received:
    """An answer: its status, headers by lower-case name, and body."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def media_type(self) -> str:
        """Its media type, without parameters."""
        return self.headers.get("content-type", "").partition(";")[0].strip().lower()


class Failure(Exception):
    """An answer that says that the request failed; what that means depends on what was asked."""

    def __init__(self, received: Received) -> None:
        super().__init__(str(received.status))
        self.received = received

    @property
    def words(self) -> str:
        """What the engine says of it, on one line, without the marks of a page."""
        text = self.received.body[: 20 * _TOLD].decode("utf-8", "replace")
        if "html" in self.received.media_type:
            text = re.sub(r"<(script|style|title)\b.*?</\1>|<[^<>]*>", " ", text, flags=re.DOTALL | re.IGNORECASE)
            text = html.unescape(text)
        text = re.sub(r"[^\x20-\x7e\xa0-\ufffd]+", " ", text)
        return " ".join(text.split())[:_TOLD]


def checked_address(url: str, what: str = "--store") -> str:
    """An address that a request may go to.

    Raises
    ------
    BadInput : it is not one of http or https, or it carries a password.

    >>> checked_address("https://example.org/sparql")
    'https://example.org/sparql'
    """
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname, parts.port
    except ValueError:
        host, parts = None, urlsplit("")
    if parts.username is not None or parts.password is not None:
        raise BadInput(
            f"the address for {what} carries a name or a password",
            "Take them out of it, and set GOVGRAPH_STORE_USER and GOVGRAPH_STORE_PASSWORD.",
        )
    if parts.scheme not in ("http", "https") or not host or re.search(r"[\x00-\x20\x7f<>\"]", url):
        raise BadInput(f"{url[:200]!r} is not an address for {what}", "Write it as https://host/sparql.")
    if not url.isascii():
        raise BadInput(f"{url[:200]!r} holds letters beyond ASCII", "Write them with %, as a browser copies it.")
    return url.partition("#")[0]


@dataclass
class _Deadline:
    """When a request is given up, and its socket, whose time is set anew before each read."""

    seconds: float
    end: float = field(init=False)
    sock: Any = None

    def __post_init__(self) -> None:
        self.end = time.monotonic() + self.seconds

    @property
    def left(self) -> float:
        return self.end - time.monotonic()

    def renew(self) -> None:
        if (left := self.left) <= 0:
            raise TimeoutError
        if self.sock is not None:
            self.sock.settimeout(left)


class Transport:
    """Sends requests to the hosts of one endpoint.

    Parameters
    ----------
    credentials : for those hosts; None where none are needed.
    addresses : of the endpoint: for queries, updates and graphs.

    Raises
    ------
    BadInput : a token would travel in the clear.
    """

    def __init__(self, credentials: Credentials | None, addresses: list[str]) -> None:
        self._signer = Signer(credentials, addresses)

    def send(
        self,
        request: urllib.request.Request,
        seconds: float,
        most_bytes: int,
        on_open: Callable[[Callable[[], None]], None] | None = None,
    ) -> Received:
        """Send one request, once.

        Parameters
        ----------
        seconds, most_bytes : bounds on the whole answer.
        on_open : called with a function that ends the request from another thread.

        Raises
        ------
        Failure : the answer is an error.
        EndpointDown, EndpointSlow, TlsFailed, CredentialsRefused, NotAnEndpoint, PartOfAnswer, AnswerTooLarge
        """
        deadline = _Deadline(seconds)
        where = shown_address(request.full_url)
        if on_open:
            on_open(lambda: _cut(deadline))
        try:
            self._signer.sign(request, lambda first: self._opener(deadline).open(first, timeout=seconds).close())
            with self._opener(deadline, *self._signer.handlers()).open(request, timeout=seconds) as answer:
                return self._read(answer, deadline, most_bytes, where)
        except urllib.error.HTTPError as error:
            with error:
                raise Failure(self._rest(error, deadline)) from None
        except (urllib.error.URLError, OSError, http.client.HTTPException) as error:
            raise _named(error, where, seconds) from None
        except ValueError:  # urllib knows of no such way to ask for a password
            raise CredentialsRefused(
                f"{where} asks for credentials in a way that is not known here",
                "Set GOVGRAPH_STORE_TOKEN, or let the endpoint ask by Basic or Digest.",
            ) from None

    def _read(self, answer: Any, deadline: _Deadline, most: int, where: str) -> Received:
        headers = {name.lower(): value for name, value in answer.headers.items()}
        announced = headers.get("content-length", "")
        if announced.isdigit() and int(announced) > most:
            raise _too_large(where, most)
        parts, size = [], 0
        while True:
            deadline.renew()
            piece = answer.read1(_PIECE)
            if not piece:
                break
            parts.append(piece)
            size += len(piece)
            if size > most:
                raise _too_large(where, most)
        if announced.isdigit() and size < int(announced):
            raise PartOfAnswer(f"{where} ended its answer after {size:,} of {int(announced):,} bytes", _AGAIN)
        return Received(answer.status, headers, b"".join(parts))

    def _rest(self, error: urllib.error.HTTPError, deadline: _Deadline) -> Received:
        headers = {name.lower(): value for name, value in error.headers.items()}
        try:
            deadline.renew()
            body = error.read(20 * _TOLD)
        except (OSError, http.client.HTTPException):
            body = b""
        return Received(error.code, headers, body)

    def _opener(self, deadline: _Deadline, *handlers: urllib.request.BaseHandler) -> urllib.request.OpenerDirector:
        signed = self._signer.credentials is not None
        return urllib.request.build_opener(_Http(deadline), _Https(deadline), _Redirection(signed), *handlers)


_AGAIN = "Ask again; if it stays so, look for a limit in the endpoint's settings, or in a proxy before it."


def _cut(deadline: _Deadline) -> None:
    """End a request that runs in another thread."""
    deadline.end = 0.0
    if deadline.sock is not None:
        try:
            deadline.sock.shutdown(2)
        except OSError:
            return


class _Http(urllib.request.HTTPHandler):
    """Tells the deadline which socket a request uses."""

    def __init__(self, deadline: _Deadline) -> None:
        super().__init__()
        self._deadline = deadline

    def http_open(self, req: urllib.request.Request) -> http.client.HTTPResponse:
        deadline = self._deadline

        class Connection(http.client.HTTPConnection):
            def connect(self) -> None:
                super().connect()
                deadline.sock = self.sock

        return self.do_open(Connection, req)


class _Https(urllib.request.HTTPSHandler):
    """Tells the deadline which socket a request uses."""

    def __init__(self, deadline: _Deadline) -> None:
        super().__init__()
        self._deadline = deadline

    def https_open(self, req: urllib.request.Request) -> http.client.HTTPResponse:
        deadline = self._deadline

        class Connection(http.client.HTTPSConnection):
            def connect(self) -> None:
                super().connect()
                deadline.sock = self.sock

        return self.do_open(Connection, req)


class _Redirection(urllib.request.HTTPRedirectHandler):
    """Repeats a request elsewhere: on the same host as it is, on another only what is read without credentials."""

    max_redirections = 5

    def __init__(self, signed: bool) -> None:
        self._signed = signed

    def redirect_request(
        self, req: urllib.request.Request, fp: IO[bytes], code: int, msg: str, headers: Message, newurl: str
    ) -> urllib.request.Request:
        to = newurl.replace(" ", "%20")
        same = urlsplit(to).hostname == urlsplit(req.full_url).hostname
        weaker = req.type == "https" and not to.startswith("https:")
        reads = getattr(req, "reads", False)
        if weaker or not to.startswith(("http:", "https:")) or (not same and (self._signed or not reads)):
            raise NotAnEndpoint(
                f"{shown_address(req.full_url)} sends its callers to {shown_address(to)}",
                "Name that address, if you trust it.",
            )
        data, method = (None, "GET") if code == 303 else (req.data, req.get_method())
        kept = {name: value for name, value in req.headers.items() if data or not name.lower().startswith("content-")}
        again = urllib.request.Request(to, data, kept, method=method)  # noqa: S310 (the scheme was checked above)
        again.reads = reads  # type: ignore[attr-defined]
        again.redirect_dict = getattr(req, "redirect_dict", {})  # type: ignore[attr-defined]
        if same:
            for name, value in req.unredirected_hdrs.items():
                if name == "Authorization" and origin_of(to) == origin_of(req.full_url):
                    again.add_unredirected_header(name, value)
        return again


def _named(error: Exception, where: str, seconds: float) -> EndpointFailed:
    """Our error for one of the network's."""
    reason = error.reason if isinstance(error, urllib.error.URLError) else error
    if isinstance(reason, ssl.SSLCertVerificationError):
        return TlsFailed(
            f"the certificate of {where} does not hold ({reason.verify_message})",
            "Mend it; or name the authority that signed it with SSL_CERT_FILE, if it is your own.",
        )
    if isinstance(reason, ssl.SSLError):
        return TlsFailed(
            f"{where} does not speak TLS as it should ({reason.reason or reason})", "Check scheme and port."
        )
    if isinstance(reason, TimeoutError):
        return EndpointSlow(
            f"{where} did not answer within {round(seconds, 1):g} seconds",
            "Ask for less, or wait longer: --timeout SECONDS.",
        )
    if isinstance(reason, http.client.IncompleteRead):
        return PartOfAnswer(f"{where} broke off in the middle of its answer", _AGAIN)
    if isinstance(reason, ConnectionError | OSError):
        told = getattr(reason, "strerror", None) or str(reason) or type(reason).__name__
        return EndpointDown(f"nothing answers at {where} ({told})", "Check the address, and that the endpoint runs.")
    return NotAnEndpoint(f"what answers at {where} does not speak HTTP ({type(reason).__name__})", "Check the address.")


def _too_large(where: str, most: int) -> AnswerTooLarge:
    return AnswerTooLarge(f"the answer of {where} is larger than {most:,} bytes", "Ask for less with LIMIT.")
