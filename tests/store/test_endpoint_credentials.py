"""An endpoint elsewhere: who gets the password or the token, how, and who never does."""

import base64
import functools
from collections.abc import Callable

import pytest
from tests.store.speaking import JSON, YES, Asked, Says, Server, endpoint

from govgraph.errors import BadInput, CredentialsRefused, NotAnEndpoint
from govgraph.settings import Credentials, credentials, settings
from govgraph.store.endpoint import Endpoint


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


def test_a_token_is_not_sent_in_the_clear_over_a_network() -> None:
    with pytest.raises(BadInput, match=r"in the clear.*https"):
        Endpoint("http://example.org/sparql", credentials=Credentials(token="a-token"))


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
