"""An endpoint elsewhere: addresses that are refused, redirections, and certificates."""

import shutil
import subprocess
from pathlib import Path

import pytest
from tests.store.speaking import JSON, YES, Asked, Says, Server, endpoint

from govgraph.errors import BadInput, EndpointFailed, NotAnEndpoint, TlsFailed
from govgraph.settings import Credentials
from govgraph.store.endpoint import Endpoint


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
