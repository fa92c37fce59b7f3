"""Every test of the W3C suites for SPARQL over HTTP passes; none is expected to fail."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.conformance.suite import SUITES, Entry, Server, check, entries

TOKEN = "conformance-0123456789"
W3C = os.environ.get("GOVGRAPH_W3C", "")
ENTRIES = entries(Path(W3C)) if W3C else []


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    """`govgraph serve --empty --writable`, as an operator starts it."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "govgraph", "serve", "--empty", "--writable", "--port", str(port)]
    with subprocess.Popen(
        command, env={**os.environ, "GOVGRAPH_TOKEN": f"suite:{TOKEN}"}, stdout=subprocess.DEVNULL
    ) as process:
        try:
            found = Server("127.0.0.1", port, "/sparql", "/sparql", "/graphs", {"Authorization": f"Bearer {TOKEN}"})
            deadline = time.monotonic() + 60
            while time.monotonic() < deadline:
                try:
                    if found.send("GET", "/sparql").status == 200:
                        break
                except OSError:
                    time.sleep(0.1)
            yield found
        finally:
            process.terminate()


@pytest.mark.skipif(not W3C, reason="GOVGRAPH_W3C does not name a folder with the W3C's suites")
def test_the_manifests_hold_as_many_tests_as_they_did() -> None:
    assert {suite: sum(entry.suite == suite for entry in ENTRIES) for suite in SUITES} == {
        "protocol": 34,
        "graph store": 14,
        "service description": 3,
        "CSV and TSV": 6,
        "JSON": 4,
    }


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: f"{entry.suite}: {entry.name}")
def test_the_server_does_what_the_manifest_says(entry: Entry, server: Server) -> None:
    check(entry, server)
