"""An endpoint elsewhere: what it is sent, who gets the password, and a name for all that can be wrong with it."""

import base64
import contextlib
import functools
import http.server
import shutil
import socket
import ssl
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

from govgraph.errors import (
    AnswerTooLarge,
    BadInput,
    CredentialsRefused,
    EndpointBusy,
    EndpointDown,
    EndpointFailed,
    EndpointReadOnly,
    EndpointSlow,
    NotAnEndpoint,
    PartOfAnswer,
    QueryRefused,
    TlsFailed,
)
from govgraph.limits import Limits
from govgraph.settings import Credentials, credentials, settings
from govgraph.store.endpoint import Endpoint

JSON = ("application/sparql-results+json",)
YES = b'{"head": {}, "boolean": true}'
HTML = b"<html><head><title>Welcome</title></head><body>A portal</body></html>"
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


@pytest.fixture
def server() -> Iterator[Server]:
    started = Server()
    yield started
    started.close()


@pytest.fixture
def other() -> Iterator[Server]:
    started = Server()
    yield started
    started.close()


def endpoint(server: Server, **told: object) -> Endpoint:
    settled = {"engine": "generic", "limits": QUICK, "seconds": 10, **told}
    return Endpoint(server.url, **settled)  # type: ignore[arg-type]


def test_a_short_query_goes_as_an_address_and_a_long_one_as_a_form(server: Server) -> None:
    there = endpoint(server)
    for text in ("ASK {}", "ASK { # " + "é" * 3_000 + "\n}"):
        assert there.query(text, JSON, ["http://a/g"], ["http://a/1", "http://a/2"]) == (JSON[0], YES)
    assert [asked.method for asked in server.asked] == ["GET", "POST"]
    for asked in server.asked:
        assert asked.fields["default-graph-uri"] == ["http://a/g"]
        assert asked.fields["named-graph-uri"] == ["http://a/1", "http://a/2"]
        assert asked.headers["accept"] == JSON[0]
    assert server.asked[1].fields["query"] == ["ASK { # " + "é" * 3_000 + "\n}"]


def test_an_address_with_a_query_of_its_own_is_kept_whole(server: Server) -> None:
    Endpoint(server.url + "?repository=harrow", engine="generic").query("ASK {}", JSON)
    assert server.asked[0].fields == {"repository": ["harrow"], "query": ["ASK {}"]}


@pytest.mark.parametrize("status", [405, 414, 431])
def test_a_server_that_does_not_take_the_address_gets_the_form(server: Server, status: int) -> None:
    server.says = lambda asked: Says(status if asked.method == "GET" else 200)
    assert endpoint(server).query("ASK {}", JSON)[1] == YES
    assert server.asked[-1].fields["query"] == ["ASK {}"]


def test_the_engine_is_known_by_what_the_endpoint_says_of_itself(server: Server) -> None:
    server.says = lambda asked: Says(
        400, headers={"Server": "Virtuoso/07.20.3229 (Linux)", "Content-Type": "text/plain"}
    )
    assert endpoint(server, engine=None).engine.name == "virtuoso"
    assert endpoint(server, engine="oxigraph").engine.name == "oxigraph"


def test_nothing_listens() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
    with pytest.raises(EndpointDown, match=f"nothing answers at http://127.0.0.1:{port}/sparql.*Check the address"):
        Endpoint(f"http://127.0.0.1:{port}/sparql", engine="generic").query("ASK {}", JSON)


def test_no_host_has_the_name() -> None:
    with pytest.raises(EndpointDown, match="nothing answers"):
        Endpoint("http://no-such-host.invalid/sparql", engine="generic").query("ASK {}", JSON)


def test_an_endpoint_that_thinks_too_long_is_given_up(server: Server) -> None:
    server.says = lambda asked: Says(pause=3)
    began = time.monotonic()
    with pytest.raises(EndpointSlow, match=r"within 0\.3 seconds.*--timeout"):
        endpoint(server, seconds=0.3).query("ASK {}", JSON)
    assert time.monotonic() - began < 2


def test_an_endpoint_that_sends_drop_by_drop_is_given_up_at_the_same_time() -> None:
    listening = socket.create_server(("127.0.0.1", 0))

    def drip() -> None:
        taken, _ = listening.accept()
        with taken, contextlib.suppress(OSError):
            taken.recv(65_536)
            taken.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: application/sparql-results+json\r\n\r\n")
            for _ in range(100):
                taken.sendall(b" ")
                time.sleep(0.1)

    threading.Thread(target=drip, daemon=True).start()
    began = time.monotonic()
    with pytest.raises(EndpointSlow):
        Endpoint(f"http://127.0.0.1:{listening.getsockname()[1]}/", engine="generic", seconds=0.5).query("ASK {}", JSON)
    assert time.monotonic() - began < 2
    listening.close()


def test_a_request_can_be_ended_from_another_thread(server: Server) -> None:
    server.says = lambda asked: Says(pause=5)
    began = time.monotonic()

    def soon(end: Callable[[], None]) -> None:
        threading.Timer(0.3, end).start()

    with pytest.raises(EndpointFailed):
        endpoint(server).query("ASK {}", JSON, on_open=soon)
    assert time.monotonic() - began < 3


@pytest.mark.parametrize("status", [429, 503])
def test_a_busy_endpoint_is_asked_again(server: Server, status: int) -> None:
    server.says = lambda asked: Says(status if len(server.asked) < 3 else 200)
    assert endpoint(server).query("ASK {}", JSON)[1] == YES
    assert len(server.asked) == 3


def test_a_busy_endpoint_says_when_to_ask_again(server: Server) -> None:
    server.says = lambda asked: Says(503, headers={"Retry-After": "1"}) if len(server.asked) < 2 else Says()
    began = time.monotonic()
    endpoint(server).query("ASK {}", JSON)
    assert time.monotonic() - began >= 1


@pytest.mark.parametrize(("headers", "tries"), [({}, 4), ({"Retry-After": "3600"}, 1)])
def test_an_endpoint_that_stays_busy_is_told(server: Server, headers: dict[str, str], tries: int) -> None:
    server.says = lambda asked: Says(429, headers=headers)
    with pytest.raises(EndpointBusy, match="HTTP 429"):
        endpoint(server).query("ASK {}", JSON)
    assert len(server.asked) == tries


def test_a_change_is_sent_again_only_where_twice_is_as_good_as_once(server: Server) -> None:
    server.says = lambda asked: Says(503)
    there = endpoint(server)
    changes: list[tuple[Callable[[], None], int]] = [
        (functools.partial(there.update, "INSERT DATA {}"), 1),
        (functools.partial(there.update, "INSERT DATA {}", repeatable=True), 4),
        (functools.partial(there.post_graph, "http://a/g", b""), 1),
        (functools.partial(there.put_graph, "http://a/g", b""), 4),
    ]
    for change, tries in changes:
        server.asked.clear()
        with pytest.raises(EndpointBusy):
            change()
        assert len(server.asked) == tries


def test_a_web_page_is_not_an_endpoint(server: Server) -> None:
    server.says = lambda asked: Says(body=HTML, headers={"Content-Type": "text/html; charset=utf-8"})
    with pytest.raises(NotAnEndpoint, match="answers a query with a web page"):
        endpoint(server).query("ASK {}", JSON)


@pytest.mark.parametrize("status", [400, 404, 405])
def test_a_web_page_that_is_an_error_is_not_an_endpoint_either(server: Server, status: int) -> None:
    server.says = lambda asked: Says(status, HTML, {"Content-Type": "text/html"})
    with pytest.raises(NotAnEndpoint, match=f"HTTP {status}"):
        endpoint(server).query("ASK {}", JSON)


def test_what_does_not_speak_http_is_not_an_endpoint() -> None:
    listening = socket.create_server(("127.0.0.1", 0))

    def greet() -> None:
        taken, _ = listening.accept()
        taken.sendall(b"SSH-2.0-OpenSSH_9.2\r\n")
        taken.close()

    threading.Thread(target=greet, daemon=True).start()
    with pytest.raises(NotAnEndpoint, match="does not speak HTTP"):
        Endpoint(f"http://127.0.0.1:{listening.getsockname()[1]}/", engine="generic").query("ASK {}", JSON)
    listening.close()


def test_a_query_that_the_engine_does_not_take_is_refused_in_its_own_words(server: Server) -> None:
    server.says = lambda asked: Says(400, b"Parse error:\n  near 'SELEKT'", {"Content-Type": "text/plain"})
    with pytest.raises(QueryRefused, match="Parse error: near 'SELEKT'") as raised:
        endpoint(server).query("SELEKT", JSON)
    assert raised.value.exit_code == 2


def test_an_engine_that_fails_is_told_in_its_own_words_on_one_line(server: Server) -> None:
    server.says = lambda asked: Says(500, b"out of\x1b[31m memory\n" + b"at x\n" * 1000, {"Content-Type": "text/plain"})
    with pytest.raises(EndpointFailed, match="HTTP 500") as raised:
        endpoint(server).query("ASK {}", JSON)
    assert "\n" not in str(raised.value)
    assert "\x1b" not in str(raised.value)
    assert len(str(raised.value)) < 600
    assert raised.value.exit_code == 3


@pytest.mark.parametrize("status", [403, 404, 405, 501])
def test_an_endpoint_that_takes_no_changes_is_read_only(server: Server, status: int) -> None:
    server.says = lambda asked: Says(status, b"", {"Content-Type": "text/plain"})
    there = endpoint(server)
    for change in (
        functools.partial(there.update, "CLEAR ALL"),
        functools.partial(there.put_graph, "http://a/g", b""),
    ):
        with pytest.raises(EndpointReadOnly, match=f"takes no changes.*{status}.*--update-url"):
            change()


def test_an_engine_that_says_500_where_it_forbids_is_read_only_too(server: Server) -> None:
    server.says = lambda asked: Says(500, b"Virtuoso 42000 Error SR186: No permission to execute", {})
    with pytest.raises(EndpointReadOnly):
        endpoint(server).update("CLEAR ALL")


def test_an_answer_that_breaks_off_is_never_taken_for_the_whole(server: Server) -> None:
    server.says = lambda asked: Says(cut=True)
    with pytest.raises(PartOfAnswer, match="bytes"):
        endpoint(server).query("ASK {}", JSON)


def test_an_answer_in_pieces_that_breaks_off_is_never_taken_for_the_whole() -> None:
    listening = socket.create_server(("127.0.0.1", 0))

    def break_off() -> None:
        taken, _ = listening.accept()
        with taken:
            taken.recv(65_536)
            head = b"HTTP/1.1 200 OK\r\nContent-Type: application/sparql-results+json\r\n"
            taken.sendall(head + b"Transfer-Encoding: chunked\r\n\r\n1b\r\n" + YES[:27] + b"\r\n")

    threading.Thread(target=break_off, daemon=True).start()
    with pytest.raises(PartOfAnswer, match="broke off in the middle"):
        Endpoint(f"http://127.0.0.1:{listening.getsockname()[1]}/", engine="generic").query("ASK {}", JSON)
    listening.close()


def test_an_answer_that_the_engine_calls_a_part_is_never_taken_for_the_whole(server: Server) -> None:
    server.says = lambda asked: Says(headers={"Content-Type": JSON[0], "X-SQL-State": "S1TAT"})
    with pytest.raises(PartOfAnswer, match="only a part"):
        endpoint(server, engine="virtuoso").query("ASK {}", JSON)


@pytest.mark.parametrize("told", [True, False])
def test_an_answer_is_bounded_in_bytes(server: Server, told: bool) -> None:
    length = {} if told else {"Transfer-Encoding": "identity"}
    server.says = lambda asked: Says(body=b" " * 200_000, headers={"Content-Type": JSON[0], **length})
    with pytest.raises(AnswerTooLarge, match="100,000 bytes"):
        endpoint(server).query("ASK {}", JSON, most_bytes=100_000)


def test_graphs_are_written_and_removed_by_address(server: Server) -> None:
    there = endpoint(server, graph_store_url=server.url.replace("sparql", "store"))
    there.put_graph("http://a/g#1", b"<http://a> <http://b> <http://c> .")
    there.post_graph("http://a/g#1", b"<http://a> <http://b> <http://d> .")
    server.says = lambda asked: Says(404 if asked.method == "DELETE" else 200)
    there.delete_graph("http://a/g#1")
    assert [asked.method for asked in server.asked] == ["PUT", "POST", "DELETE"]
    assert {asked.path for asked in server.asked} == {"/store?graph=http%3A%2F%2Fa%2Fg%231"}
    assert server.asked[0].headers["content-type"] == "application/n-triples"


def basic(user: str, password: str) -> str:
    return "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()


def wanting(right: str, challenge: str = 'Basic realm="r"') -> Callable[[Asked], Says]:
    def says(asked: Asked) -> Says:
        if asked.headers.get("authorization", "") == right:
            return Says()
        return Says(401, b"", {"WWW-Authenticate": challenge, "Content-Type": "text/plain"})

    return says


def test_a_password_is_sent_when_it_is_asked_for_and_kept_ready_from_then_on(server: Server) -> None:
    server.says = wanting(basic("reader", "s3cret"))
    there = endpoint(server, credentials=Credentials("reader", "s3cret"))
    assert there.query("ASK {}", JSON)[1] == YES
    assert there.query("ASK {}", JSON)[1] == YES
    sent = ["authorization" in asked.headers for asked in server.asked]
    assert sent == [False, True, True]


def test_a_digest_is_answered_without_the_password(server: Server) -> None:
    def says(asked: Asked) -> Says:
        told = asked.headers.get("authorization", "")
        challenge = 'Digest realm="SPARQL", qop="auth", nonce="abc", algorithm=MD5'
        return Says() if told.startswith("Digest ") else Says(401, b"", {"WWW-Authenticate": challenge})

    server.says = says
    there = endpoint(server, credentials=Credentials("dba", "s3cret"))
    there.update("CLEAR ALL")
    assert 'username="dba"' in server.asked[-1].headers["authorization"]
    assert "s3cret" not in str([asked.headers for asked in server.asked])


@pytest.mark.parametrize("scheme", ["Digest", "Basic"])
def test_a_large_change_is_signed_before_it_is_sent(server: Server, scheme: str) -> None:
    def says(asked: Asked) -> Says:
        if asked.headers.get("authorization", "").startswith(f"{scheme} "):
            return Says(204, b"")
        challenge = f'{scheme} realm="r"' + (', qop="auth", nonce="abc"' if scheme == "Digest" else "")
        return Says(401, b"", {"WWW-Authenticate": challenge})

    server.says = says
    endpoint(server, credentials=Credentials("dba", "s3cret")).put_graph("http://a/g", b" " * 100_000)
    assert [(asked.method, len(asked.body)) for asked in server.asked] == [("HEAD", 0), ("PUT", 100_000)]


def test_a_password_is_not_sent_as_plain_text_over_a_network(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("govgraph.store.signing._private", lambda url: False)
    server.says = wanting(basic("reader", "s3cret"))
    there = endpoint(server, credentials=Credentials("reader", "s3cret"))
    for ask in (lambda: there.query("ASK {}", JSON), lambda: there.put_graph("http://a/g", b" " * 100_000)):
        with pytest.raises(CredentialsRefused, match=r"asks for the password in the clear.*https"):
            ask()
    assert not [asked for asked in server.asked if "authorization" in asked.headers]


def test_a_token_goes_with_every_request(server: Server) -> None:
    server.says = wanting("Bearer a-token")
    assert endpoint(server, credentials=Credentials(token="a-token")).query("ASK {}", JSON)[1] == YES


def test_wrong_credentials_are_told_without_repeating_them(server: Server) -> None:
    server.says = wanting("nothing is right")
    for told, words in (
        (Credentials("reader", "s3cret"), "does not accept the credentials.*GOVGRAPH_STORE_USER"),
        (Credentials(token="s3cret-token"), "does not accept the credentials"),
        (None, "asks for a name and a password.*GOVGRAPH_STORE_USER"),
    ):
        there = endpoint(server, credentials=told)
        asking: list[Callable[[], object]] = [
            functools.partial(there.query, "ASK {}", JSON),
            functools.partial(there.update, "CLEAR ALL"),
        ]
        for ask in asking:
            with pytest.raises(CredentialsRefused, match=words) as raised:
                ask()
            assert "s3cret" not in str(raised.value)
        assert "s3cret" not in repr(told)


def test_a_way_of_asking_that_is_not_known_is_told(server: Server) -> None:
    server.says = wanting("nothing is right", "Negotiate")
    with pytest.raises(CredentialsRefused):
        endpoint(server, credentials=Credentials("reader", "s3cret")).query("ASK {}", JSON)


def test_a_redirection_on_the_same_host_is_followed_with_the_query(server: Server) -> None:
    def says(asked: Asked) -> Says:
        if asked.path.startswith("/sparql"):
            return Says(308, b"", {"Location": asked.path.replace("/sparql", "/new")})
        return Says()

    server.says = says
    long = "ASK { # " + "x" * 3_000 + "\n}"
    for text in ("ASK {}", long):
        assert endpoint(server).query(text, JSON)[1] == YES
        assert server.asked[-1].fields["query"] == [text]


def test_credentials_never_follow_to_another_host(server: Server, other: Server) -> None:
    elsewhere = other.url.replace("127.0.0.1", "localhost")
    server.says = lambda asked: Says(307, b"", {"Location": elsewhere})
    for told in (Credentials(token="a-token"), Credentials("reader", "s3cret")):
        with pytest.raises(NotAnEndpoint, match=f"sends its callers to {elsewhere}"):
            endpoint(server, credentials=told).query("ASK {}", JSON)
    assert not other.asked
    assert endpoint(server).query("ASK {}", JSON)[1] == YES, "a read without credentials may go on"
    with pytest.raises(NotAnEndpoint):
        endpoint(server).update("CLEAR ALL")
    assert len(other.asked) == 1


@pytest.mark.parametrize("target", ["file:///etc/passwd", "ftp://127.0.0.1/x"])
def test_a_redirection_never_leaves_the_web(server: Server, target: str) -> None:
    server.says = lambda asked: Says(302, b"", {"Location": target})
    with pytest.raises((NotAnEndpoint, EndpointFailed)):
        endpoint(server).query("ASK {}", JSON)


def test_a_circle_of_redirections_ends(server: Server) -> None:
    server.says = lambda asked: Says(302, b"", {"Location": "/sparql"})
    with pytest.raises(EndpointFailed):
        endpoint(server).query("ASK {}", JSON)
    assert len(server.asked) < 20


def test_a_token_is_not_sent_in_the_clear_over_a_network() -> None:
    with pytest.raises(BadInput, match=r"in the clear.*https"):
        Endpoint("http://example.org/sparql", credentials=Credentials(token="a-token"))


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A certificate that nobody has signed, with its key."""
    if not shutil.which("openssl"):
        pytest.skip("openssl, which makes the certificate, is not installed")
    folder = tmp_path_factory.mktemp("tls")
    names = ["-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1"]
    command = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", *names]
    subprocess.run([*command, "-keyout", "key.pem", "-out", "cert.pem"], cwd=folder, check=True, capture_output=True)
    (folder / "both.pem").write_text((folder / "key.pem").read_text() + (folder / "cert.pem").read_text())
    return folder / "both.pem"


def test_a_certificate_that_does_not_hold_is_told(certificate: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    server = Server(certificate=certificate)
    with pytest.raises(TlsFailed, match=r"certificate.*does not hold.*SSL_CERT_FILE"):
        endpoint(server).query("ASK {}", JSON)
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate.with_name("cert.pem")))
    assert endpoint(server).query("ASK {}", JSON)[1] == YES
    assert endpoint(server, credentials=Credentials(token="a-token")).query("ASK {}", JSON)[1] == YES
    server.close()


def test_https_to_a_port_that_speaks_http_is_told(server: Server) -> None:
    with pytest.raises(TlsFailed, match="Check scheme and port"):
        Endpoint(server.url.replace("http:", "https:"), engine="generic").query("ASK {}", JSON)


@pytest.mark.parametrize(
    "url",
    ["https://reader:s3cret@example.org/sparql", "https://:s3cret@example.org/", "https://s3cret@example.org/sparql"],
)
def test_an_address_with_a_password_is_refused_without_repeating_it(url: str) -> None:
    with pytest.raises(BadInput, match=r"carries a name or a password.*GOVGRAPH_STORE_USER") as raised:
        Endpoint(url)
    assert "s3cret" not in str(raised.value)


@pytest.mark.parametrize(
    "url", ["ftp://a/b", "file:///etc", "https://", "http://a b/", "http://[::1", "x://y", "http://é/"]
)
def test_what_is_no_address_is_refused(url: str) -> None:
    with pytest.raises(BadInput):
        Endpoint(url)


def test_an_unknown_engine_is_refused() -> None:
    with pytest.raises(BadInput, match="There are: generic"):
        Endpoint("https://example.org/", engine="no-such-engine")


def test_credentials_are_chosen_by_name() -> None:
    environment = {
        "GOVGRAPH_STORE_USER": "plain",
        "GOVGRAPH_STORE_PASSWORD": "p",
        "GOVGRAPH_STORE_CLUSTER_USER": "own",
        "GOVGRAPH_STORE_CLUSTER_PASSWORD": "s3cret",
        "GOVGRAPH_STORE_EU_WEST_TOKEN": "t0ken",
    }
    assert credentials("", environment) == Credentials("plain", "p")
    assert credentials("cluster", environment) == Credentials("own", "s3cret")
    assert credentials("eu-west", environment) == Credentials(token="t0ken")
    assert credentials("", {}) is None
    with pytest.raises(BadInput, match="GOVGRAPH_STORE_OTHER_USER"):
        credentials("other", environment)
    with pytest.raises(BadInput, match="without a password"):
        credentials("", {"GOVGRAPH_STORE_USER": "plain"})
    with pytest.raises(BadInput, match="cannot name"):
        credentials("a b", environment)
    shown = str(settings(environment | {"GOVGRAPH_STORE": "https://me:s3cret@host/"}))
    assert "own" in shown
    assert "s3cret" not in shown
    assert "t0ken" not in shown
