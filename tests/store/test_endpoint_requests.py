"""An endpoint elsewhere: what it is sent, and when it is sent that again."""

import functools
import time
from collections.abc import Callable

import pytest
from tests.store.speaking import JSON, YES, Says, Server, endpoint

from govgraph.errors import EndpointBusy
from govgraph.store.endpoint import Endpoint


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


def test_graphs_are_written_and_removed_by_address(server: Server) -> None:
    there = endpoint(server, graph_store_url=server.url.replace("sparql", "store"))
    there.put_graph("http://a/g#1", b"<http://a> <http://b> <http://c> .")
    there.post_graph("http://a/g#1", b"<http://a> <http://b> <http://d> .")
    server.says = lambda asked: Says(404 if asked.method == "DELETE" else 200)
    there.delete_graph("http://a/g#1")
    assert [asked.method for asked in server.asked] == ["PUT", "POST", "DELETE"]
    assert {asked.path for asked in server.asked} == {"/store?graph=http%3A%2F%2Fa%2Fg%231"}
    assert server.asked[0].headers["content-type"] == "application/n-triples"
