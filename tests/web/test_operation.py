"""For whoever runs it: alive, ready, counted, logged, bounded, and stopped without losing an answer."""

import contextlib
import dataclasses
import io
import json
import logging
import shutil
import socket
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest
import uvicorn
from prometheus_client.parser import text_string_to_metric_families
from tests.conftest import PATIENT

from govgraph.knowledge.build import build
from govgraph.limits import LIMITS, Limits
from govgraph.review.gate import gate
from govgraph.store.generations import Generation, Generations
from govgraph.web.app import create_app
from govgraph.web.connections import configuration
from govgraph.web.logging import JsonFormatter, start_logging

SMALL = "SELECT ?label WHERE { ?body a gov:PartnershipBoard ; skos:prefLabel ?label }"


@contextmanager
def serving(
    store: Path, limits: Limits = LIMITS, log: io.BytesIO | None = None
) -> Iterator[tuple[str, uvicorn.Server]]:
    """The site, and its server to be stopped in the middle."""
    listening = socket.create_server(("127.0.0.1", 0))
    server = uvicorn.Server(configuration(create_app(store, limits, log), limits))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.02)
    yield f"http://127.0.0.1:{listening.getsockname()[1]}", server
    server.should_exit = True
    thread.join(30)
    assert not thread.is_alive()


def test_it_is_ready_when_a_reader_is_free_and_the_generation_is_what_was_written(web: httpx.Client) -> None:
    told = web.get("/readyz").json()
    assert told["status"] == "ready"
    assert told["generation"] == told["verified"] == web.get("/healthz").json()["generation"]


def test_it_is_not_ready_over_a_generation_that_has_been_changed(
    serve: Callable[..., str], tmp_path: Path, store_folder: Path
) -> None:
    shutil.copytree(store_folder, tmp_path / "store")
    with httpx.Client(base_url=serve(tmp_path / "store"), timeout=30) as client:
        [file] = (tmp_path / "store/generations").glob("*/names.sqlite")
        content = bytearray(file.read_bytes())
        content[-1] ^= 1
        file.write_bytes(content)
        answer = client.get("/readyz")
        assert answer.status_code == 503
        assert "names.sqlite" in answer.json()["problem"]["detail"]
        assert client.get("/healthz").status_code == 200


def test_however_many_ask_whether_it_is_ready_the_generation_is_read_once(
    serve: Callable[..., str], store_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    read: list[int] = []
    verify = Generation.verify

    def slowly(generation: Generation, contents: bool) -> None:
        read.append(generation.number)
        time.sleep(0.5)  # as a large one takes
        verify(generation, contents)

    monkeypatch.setattr(Generation, "verify", slowly)
    address = serve(store_folder)
    read.clear()  # opening it looks whether the files are there
    with ThreadPoolExecutor(8) as askers:
        answers = list(askers.map(lambda _: httpx.get(f"{address}/readyz", timeout=30), range(16)))
    assert {answer.status_code for answer in answers} == {200}
    assert len(read) == 1


def test_the_metrics_count_findings_without_reading_them(
    serve: Callable[..., str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    build(Generations(tmp_path / "store"), gate=gate)
    [file] = (tmp_path / "store/generations").glob("*/report.json")
    with httpx.Client(base_url=serve(tmp_path / "store"), timeout=30) as client:
        report = file.read_text()
        file.write_text(report[: report.index('"findings": [') + 500])  # whoever reads on fails
        families = {family.name: family for family in text_string_to_metric_families(client.get("/metrics").text)}
    found = {sample.labels["severity"]: sample.value for sample in families["govgraph_shacl_results"].samples}
    assert found == {name: json.loads(report)["summary"][name] for name in ("violation", "warning", "info")}


def test_the_metrics_are_what_prometheus_reads(web: httpx.Client) -> None:
    web.get("/sparql", params={"query": SMALL + " # counted"})
    web.get("/sparql", params={"query": "SELECT broken"})
    families = {family.name: family for family in text_string_to_metric_families(web.get("/metrics").text)}
    outcomes = {
        (s.labels["form"], s.labels["outcome"]) for s in families["govgraph_queries"].samples if "form" in s.labels
    }
    assert ("select", "ok") in outcomes
    assert ("unknown", "query-syntax") in outcomes
    assert families["govgraph_generation"].samples[0].value >= 1
    assert families["govgraph_triples"].samples[0].value > 1000
    assert {"govgraph_query_seconds", "govgraph_timeouts", "govgraph_readers_idle"} <= set(families)


def test_a_client_cannot_make_new_series_of_metrics(web: httpx.Client) -> None:
    def series() -> int:
        lines = web.get("/metrics").text.splitlines()
        return sum(line.startswith("govgraph_requests_total") for line in lines)

    web.get("/nonsense")
    before = series()
    for turn in range(20):
        web.get(f"/made-up-{turn}/x")
        web.request(f"METHOD{turn}", "/")
    assert series() <= before + 2


def test_the_settings_show_every_limit_and_no_value_of_the_environment(
    web: httpx.Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GOVGRAPH_TOKEN", "someone:a-very-secret-word")
    answer = web.get("/settings")
    assert answer.json()["limits"] == dict(PATIENT.table())
    assert answer.json()["environment"]["GOVGRAPH_TOKEN"] == "set"
    assert "secret" not in answer.text


def test_every_request_is_one_line_of_the_log_and_nobody_can_forge_one(store_folder: Path) -> None:
    log = io.BytesIO()
    with serving(store_folder, log=log) as (address, _), httpx.Client(base_url=address, timeout=30) as client:
        client.get("/sparql", params={"query": SMALL})
        client.get("/sparql", params={"query": SMALL})
        client.get('/page/a%0A{"event":%20"forged"}%1b[31m%E2%80%A8')
        client.get("/sparql", params={"query": "SELECT secret-word"})
        client.request("PROPFIND", "/")
    lines = log.getvalue().decode("ascii").splitlines()
    told = [json.loads(line) for line in lines]
    assert len(told) == 5
    assert {line["event"] for line in told} == {"request"}
    first, again, odd, broken, method = told
    assert first["status"] == again["status"] == 200
    assert first["query"] == again["query"]
    assert len(first["query"]) == 16
    assert (first["rows"], first["generation"]) == (1, again["generation"])
    assert first["bytes"] == again["bytes"] > 0
    assert odd["status"] == 404
    assert broken["outcome"] == "rejected"
    assert method["method"] == "other"
    assert "secret-word" not in log.getvalue().decode()
    assert all(line["ms"] >= 0 and line["time"].endswith("Z") for line in told)


def test_events_are_lines_of_json_too() -> None:
    record = logging.LogRecord("govgraph.x", logging.INFO, "f", 1, "written\nby %s", ("so\x1bone",), None)
    record.who = "someone"
    told = json.loads(JsonFormatter().format(record))
    assert told["event"] == "written\nby so\x1bone"
    assert told["who"] == "someone"
    assert "\n" not in JsonFormatter().format(record)


def test_logging_can_be_started_again() -> None:
    loggers = [logging.getLogger(name) for name in ("govgraph", "uvicorn")]
    before = [(logger.handlers[:], logger.level, logger.propagate) for logger in loggers]
    stream = io.BytesIO()
    try:
        for _ in range(2):
            start_logging(stream)
        logging.getLogger("govgraph.test").info("an event")
        assert json.loads(stream.getvalue())["event"] == "an event"
    finally:
        for logger, (handlers, level, propagate) in zip(loggers, before, strict=True):
            logger.handlers[:], logger.propagate = handlers, propagate
            logger.setLevel(level)


def test_a_request_that_is_being_answered_when_the_server_stops_gets_its_answer(store_folder: Path) -> None:
    heavy = "SELECT (COUNT(*) AS ?n) WHERE { ?s ?p ?o . ?o ?q ?r . ?r ?t ?u . ?u ?v ?w }"
    answers: list[httpx.Response] = []
    with serving(store_folder) as (address, server):
        asking = threading.Thread(
            target=lambda: answers.append(httpx.get(f"{address}/sparql", params={"query": heavy}, timeout=60))
        )
        asking.start()
        while not server.server_state.tasks:
            time.sleep(0.01)
        server.should_exit = True
        asking.join(60)
    assert answers[0].status_code in (200, 504)
    assert answers[0].headers["content-type"].endswith("json")


def said(connection: socket.socket) -> bytes:
    """All that the server says until it closes."""
    found = b""
    try:
        while part := connection.recv(65536):
            found += part
    except ConnectionResetError:
        pass
    return found


@pytest.fixture(scope="module")
def hasty(store_folder: Path) -> Iterator[tuple[str, int]]:
    """A server that waits a second for what a client owes."""
    limits = dataclasses.replace(
        LIMITS, head_seconds=1.0, body_seconds=1.0, send_seconds=1.0, idle_seconds=1.0, head_bytes=20_000
    )
    with serving(store_folder, limits) as (address, _):
        host, _, port = address.removeprefix("http://").partition(":")
        yield host, int(port)


HEAD = b"POST /sparql HTTP/1.1\r\nHost: x\r\nContent-Type: application/sparql-query\r\nContent-Length: 100\r\n"


@pytest.mark.parametrize(
    ("beginning", "drop"),
    [(b"", b""), (b"GET / HTTP/1.1\r\nHost: x\r\n", b"X-A: b\r\n"), (HEAD + b"\r\n", b"A")],
    ids=["silent", "headers drop by drop", "body drop by drop"],
)
def test_a_slow_client_is_cut_off_and_the_others_are_answered(
    hasty: tuple[str, int], beginning: bytes, drop: bytes
) -> None:
    started = time.monotonic()
    with socket.create_connection(hasty, timeout=20) as connection:
        connection.sendall(beginning)
        connection.settimeout(0.3)
        found = b""
        while time.monotonic() - started < 15:
            try:
                part = connection.recv(65536)
                found += part
                if not part:
                    break
            except TimeoutError:
                if drop:
                    connection.sendall(drop)
            except ConnectionResetError:
                break
        assert 0.5 < time.monotonic() - started < 10
    assert b" 408 " in found
    assert httpx.get(f"http://{hasty[0]}:{hasty[1]}/healthz", timeout=20).status_code == 200


def test_a_client_that_does_not_take_its_answer_is_cut_off(hasty: tuple[str, int]) -> None:
    with socket.socket() as connection:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        connection.settimeout(30)
        connection.connect(hasty)
        query = "SELECT%20*%20%7B%20%3Fs%20%3Fp%20%3Fo%20%7D"
        connection.sendall(f"GET /sparql?query={query} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
        connection.recv(100)
        time.sleep(4)
        size = 0
        with contextlib.suppress(ConnectionError):
            while part := connection.recv(65536):
                size += len(part)
    whole = httpx.head(f"http://{hasty[0]}:{hasty[1]}/sparql?query={query}", timeout=60).headers["content-length"]
    assert size < int(whole)


@pytest.mark.parametrize("where", ["address", "header"])
def test_a_head_that_is_too_large_is_refused(hasty: tuple[str, int], where: str) -> None:
    long = "a" * 30_000
    line = f"GET /{long if where == 'address' else ''} HTTP/1.1\r\nHost: x\r\n"
    with socket.create_connection(hasty, timeout=20) as connection:
        connection.sendall(line.encode() + (f"X-Long: {long}".encode() if where == "header" else b""))
        assert b" 431 " in said(connection)


def test_a_body_that_is_said_to_be_too_large_is_refused_before_it_comes(hasty: tuple[str, int]) -> None:
    with socket.create_connection(hasty, timeout=20) as connection:
        connection.sendall(HEAD.replace(b"Content-Length: 100\r\n", b"Content-Length: 999999999999\r\n\r\nASK"))
        assert b" 413 " in connection.recv(65536).partition(b"\r\n")[0]
