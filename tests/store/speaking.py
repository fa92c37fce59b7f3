"""An HTTP server for tests that says what it is told to say, and an endpoint at its address."""

import contextlib
import http.server
import ssl
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

from govgraph.limits import Limits
from govgraph.store.endpoint import Endpoint

__all__ = ["JSON", "QUICK", "YES", "Asked", "Says", "Server", "endpoint"]

JSON = ("application/sparql-results+json",)
YES = b'{"head": {}, "boolean": true}'
QUICK = Limits(endpoint_wait=0.01)


@dataclass
class Asked:
    """A request as the server saw it."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def fields(self) -> dict[str, list[str]]:
        """What was sent as address or form."""
        return parse_qs(urlsplit(self.path).query) | parse_qs(self.body.decode())


@dataclass
class Says:
    """What the server says next."""

    status: int = 200
    body: bytes = YES
    headers: dict[str, str] = field(default_factory=lambda: {"Content-Type": JSON[0]})
    pause: float = 0.0
    cut: bool = False


class Server:
    """A server that says what a test tells it, and remembers what it was asked."""

    def __init__(self, *, certificate: Path | None = None) -> None:
        self.asked: list[Asked] = []
        self.says: Callable[[Asked], Says] = lambda asked: Says()
        own = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def handle_any(self) -> None:
                length = int(self.headers.get("Content-Length") or 0)
                headers = {name.lower(): value for name, value in self.headers.items()}
                asked = Asked(self.command, self.path, headers, self.rfile.read(length))
                own.asked.append(asked)
                said = own.says(asked)
                time.sleep(said.pause)
                self.send_response(said.status)
                for name, value in said.headers.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(said.body)))
                self.send_header("Connection", "close")
                self.end_headers()
                with contextlib.suppress(OSError):
                    self.wfile.write(said.body[:-5] if said.cut else said.body)

            do_GET = do_HEAD = do_POST = do_PUT = do_DELETE = handle_any  # noqa: N815 (http.server names them)

            def log_message(self, *args: object) -> None:
                """Say nothing."""

        self._http = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._http.daemon_threads = True
        scheme = "http"
        if certificate:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(certificate)
            self._http.socket = context.wrap_socket(self._http.socket, server_side=True)
            scheme = "https"
        self.url = f"{scheme}://127.0.0.1:{self._http.server_address[1]}/sparql"
        threading.Thread(target=self._http.serve_forever, args=(0.01,), daemon=True).start()

    def close(self) -> None:
        """Stop."""
        self._http.shutdown()
        self._http.server_close()


def endpoint(server: Server, **told: object) -> Endpoint:
    settled = {"engine": "generic", "limits": QUICK, "seconds": 10, **told}
    return Endpoint(server.url, **settled)  # type: ignore[arg-type]
