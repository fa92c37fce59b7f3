"""An endpoint elsewhere: a name for all that can be wrong with it and with its answers."""

import contextlib
import functools
import socket
import threading
import time
from collections.abc import Callable

import pytest
from tests.store.speaking import JSON, YES, Says, Server, endpoint

from govgraph.errors import (
    AnswerTooLarge,
    EndpointDown,
    EndpointFailed,
    EndpointReadOnly,
    EndpointSlow,
    NotAnEndpoint,
    PartOfAnswer,
    QueryRefused,
)
from govgraph.store.endpoint import Endpoint

HTML = b"<html><head><title>Welcome</title></head><body>A portal</body></html>"


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
