"""What stands between a client and a reader: no reader works for nobody, and nothing is said twice or in pieces."""

import asyncio
import dataclasses
import random
import socket
import time
from collections.abc import Callable
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

import httpx
import pytest

from govgraph.limits import LIMITS
from govgraph.web.connections import _OneWrite
from govgraph.web.protocol import fields_of
from govgraph.web.whole import lines_of

ENDLESS = (
    "SELECT%20(COUNT(*)%20AS%20%3Fn)%20%7B%20%3Fa%20%3Fb%20%3Fc%20.%20%3Fd%20%3Fe%20%3Ff%20.%20%3Fg%20%3Fh%20%3Fi%20%7D"
)


def connection(address: str) -> socket.socket:
    parts = urlsplit(address)
    assert parts.hostname
    assert parts.port
    return socket.create_connection((parts.hostname, parts.port), timeout=20)


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_client_who_goes_away_in_the_middle_of_a_query_frees_its_reader(
    serve: Callable[..., str], store_folder: Path, method: str
) -> None:
    limits = dataclasses.replace(LIMITS, query_seconds=40.0, queue_seconds=30.0, readers=1)
    address = serve(store_folder, limits)
    with connection(address) as client:
        target, body = (f"/sparql?query={ENDLESS}", "") if method == "GET" else ("/sparql", f"query={ENDLESS}")
        kind = "Content-Type: application/x-www-form-urlencoded\r\n" if body else ""
        head = f"{method} {target} HTTP/1.1\r\nHost: test\r\nContent-Length: {len(body)}\r\n{kind}\r\n"
        client.sendall((head + body).encode())
        time.sleep(1)
    started = time.monotonic()
    assert httpx.get(address + "/sparql", params={"query": "ASK {}"}, timeout=60).json()["boolean"] is True
    assert time.monotonic() - started < 20
    assert "govgraph_readers_replaced 1.0" in httpx.get(address + "/metrics").text


def test_the_head_of_an_answer_goes_out_with_its_body() -> None:
    class Noting(asyncio.Transport):
        def __init__(self) -> None:
            super().__init__()
            self.sent: list[bytes] = []

        def write(self, data: bytes) -> None:  # type: ignore[override]
            self.sent.append(bytes(data))

        def writelines(self, parts: tuple[bytes, ...]) -> None:  # type: ignore[override]
            self.sent.append(b"".join(parts))

        def close(self) -> None:
            self.sent.append(b"closed")

    beneath = Noting()
    transport = _OneWrite(beneath)
    transport.write(b"HTTP/1.1 100 Continue\r\n\r\n")
    transport.write(b"HTTP/1.1 200 OK\r\n\r\n")
    transport.write(b"body")
    transport.write(b"more")
    transport.write(b"HTTP/1.1 304 Not Modified\r\n\r\n")
    transport.flush()
    transport.write(b"HTTP/1.1 204 No Content\r\n\r\n")
    transport.close()
    assert beneath.sent == [
        b"HTTP/1.1 100 Continue\r\n\r\n",
        b"HTTP/1.1 200 OK\r\n\r\nbody",
        b"more",
        b"HTTP/1.1 304 Not Modified\r\n\r\n",
        b"HTTP/1.1 204 No Content\r\n\r\n",
        b"closed",
    ]


def test_an_answer_without_a_body_is_not_held_back(site: str) -> None:
    with connection(site) as client:
        for _ in range(2):
            client.sendall(b"HEAD /sparql?query=ASK%20%7B%7D HTTP/1.1\r\nHost: test\r\n\r\n")
            assert client.recv(20).startswith(b"HTTP/1.1 200 OK")
            while b"\r\n\r\n" not in client.recv(65_536):
                pass


def test_requests_that_come_at_once_are_answered_one_after_the_other(site: str) -> None:
    with connection(site) as client:
        asked = [
            f"GET /sparql?query=SELECT%20%28{number}%20AS%20%3Fx%29%20%7B%7D%20%23{turn} HTTP/1.1\r\nHost: test\r\n"
            f"Accept: text/csv\r\n{'Connection: close' if (turn, number) == (1, 3) else 'X-A: b'}\r\n\r\n"
            for turn in range(2)
            for number in range(4)
        ]
        client.sendall("".join(asked).encode())
        found = b""
        while part := client.recv(65_536):
            found += part
    answers = found.split(b"HTTP/1.1 200 OK\r\n")[1:]
    assert [each.partition(b"\r\n\r\n")[2] for each in answers] == [b"x\r\n%d\r\n" % n for n in (0, 1, 2, 3)] * 2
    assert [b"\r\nconnection: close\r\n" in each for each in answers] == [False] * 7 + [True]
    for each in answers:
        assert each.count(b"content-security-policy: ") == each.count(b"date: ") == 1


def test_an_answer_is_the_same_whether_it_goes_out_in_one_piece_or_not(site: str) -> None:
    query = "/sparql?query=SELECT%20%3Fx%20%7B%20VALUES%20%3Fx%20%7B%201%202%20%7D%20%7D%20%23whole"
    said = []
    for turn in range(3):  # asked, given from memory, and on a connection that ends
        with connection(site) as client:
            last = b"Connection: close\r\n" if turn == 2 else b""
            client.sendall(b"GET %s HTTP/1.1\r\nHost: test\r\n%s\r\n" % (query.encode(), last))
            head, _, body = client.recv(65_536).partition(b"\r\n\r\n")
            lines = {line for line in head.split(b"\r\n") if not line.startswith((b"date:", b"connection:"))}
            said.append((lines, len(head.split(b"\r\n")) - len(last.splitlines()), body))
    assert said[0] == said[1] == said[2]


def test_a_connection_on_which_nothing_comes_any_more_is_closed_and_one_at_work_is_not(
    serve: Callable[..., str], store_folder: Path
) -> None:
    address = serve(store_folder, dataclasses.replace(LIMITS, idle_seconds=2.0))
    asked = b"GET /healthz HTTP/1.1\r\nHost: test\r\n\r\n"
    with connection(address) as idle, connection(address) as busy:
        idle.sendall(asked)
        assert idle.recv(65_536).startswith(b"HTTP/1.1 200 OK")
        ended = time.monotonic() + 5
        while time.monotonic() < ended:
            busy.sendall(asked)
            assert busy.recv(65_536).startswith(b"HTTP/1.1 200 OK")
            time.sleep(0.3)
        idle.settimeout(0.1)
        assert idle.recv(65_536) == b""


def test_a_header_that_would_break_its_line_is_not_sent() -> None:
    for value in (b"a\r\nset-cookie: b", b"a\nb", b"a\x00b", b"a\x7f"):
        assert lines_of([(b"vary", b"Accept"), (b"x-note", value)]) == b""
    assert lines_of([(b"x-note", b"a\tb \xe9")]) == b"x-note: a\tb \xe9\r\n"


def test_parameters_are_read_as_the_standard_library_reads_them() -> None:
    chance = random.Random(7)
    pieces = ["%", "=", "&", "+", "a", "2", "F", "0", "_", "z", "\r", "\n", "\t", ".", "%20", "%0A", "%3D", "%c3%A9"]
    for _ in range(20_000):
        text = "".join(chance.choices(pieces, k=chance.randint(0, 9)))
        try:
            expected = parse_qsl(text, keep_blank_values=True, errors="strict")
        except UnicodeDecodeError:
            continue
        assert fields_of(text.encode()) == expected, text
