"""The W3C suites for SPARQL over HTTP: govgraph, the Oxigraph server and rdflib-endpoint, one run, one runner.

Each server starts with an empty store that can be written to, and is emptied before each test. A test counts as
passed when everything that its manifest says holds. The suites are read from the folder that GOVGRAPH_W3C names.
"""

import contextlib
import os
import secrets
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from tests.conformance.suite import SUITES, Entry, Server, check, entries

from bench.measure import installed, table

OURS, OXIGRAPH, RDFLIB = "govgraph", "oxigraph serve", "rdflib-endpoint"
_ENDPOINT = """
import sys, uvicorn
from rdflib import Dataset
from rdflib_endpoint import SparqlEndpoint
port = int(sys.argv[1])
graph = Dataset(default_union=False)
app = SparqlEndpoint(graph=graph, enable_update=True, public_url=f"http://127.0.0.1:{port}/")
uvicorn.run(app, host="127.0.0.1", port=port, log_level="critical")
"""


def main() -> None:
    """Run the suites on every server and print the table."""
    w3c = os.environ.get("GOVGRAPH_W3C")
    if not w3c:
        sys.exit("bench: GOVGRAPH_W3C does not name a folder with the W3C's suites (rdf-tests)")
    found = entries(Path(w3c))
    passed: dict[str, dict[str, list[Entry]]] = {}
    for name in (OURS, OXIGRAPH, RDFLIB):
        with _running(name) as server:
            passed[name] = {
                suite: [e for e in found if e.suite == suite and not _failure(e, server)] for suite in SUITES
            }
    print("tests passed, by suite; the same requests, expectations and data for each server\n")
    print(_table(found, passed))
    for name, suites in passed.items():
        held = {entry.node for own in suites.values() for entry in own}
        if failed := [f"{entry.suite}: {entry.name}" for entry in found if entry.node not in held]:
            print(f"\n{name} fails: {', '.join(failed)}")


def _failure(entry: Entry, server: Server) -> str:
    """What is wrong; nothing where the test passes. A server may answer with anything, or with nothing."""
    try:
        check(entry, server)
    except Exception as error:
        return f"{type(error).__name__}: {error}"
    return ""


def _table(found: list[Entry], passed: dict[str, dict[str, list[Entry]]]) -> str:
    rows = [
        [suite, str(sum(entry.suite == suite for entry in found)), *(str(len(own[suite])) for own in passed.values())]
        for suite in SUITES
    ]
    sums = [sum(len(entries) for entries in own.values()) for own in passed.values()]
    rows.append(["all", str(len(found)), *map(str, sums)])
    return table(["suite", "tests", *passed], rows)


@contextlib.contextmanager
def _running(name: str) -> Iterator[Server]:
    """A server with an empty store that can be written to."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with tempfile.TemporaryDirectory() as scratch:
        secret = secrets.token_urlsafe(24)
        commands = {
            OURS: [sys.executable, "-m", "govgraph", "serve", "--empty", "--writable", "--port", str(port)],
            RDFLIB: [sys.executable, "-c", _ENDPOINT, str(port)],
        }
        if name == OXIGRAPH:
            program = str(installed("oxigraph", "oxigraph"))
            commands[name] = [program, "serve", "--location", scratch, "--bind", f"127.0.0.1:{port}"]
        servers = {
            OURS: Server("127.0.0.1", port, "/sparql", "/sparql", "/graphs", {"Authorization": f"Bearer {secret}"}),
            OXIGRAPH: Server("127.0.0.1", port, "/query", "/update", "/store"),
            RDFLIB: Server("127.0.0.1", port, "/", "/", None),
        }
        with subprocess.Popen(
            commands[name],
            env={**os.environ, "GOVGRAPH_TOKEN": secret},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        ) as process:
            try:
                _wait(servers[name], process)
                yield servers[name]
            finally:
                process.terminate()


def _wait(server: Server, process: "subprocess.Popen[bytes]") -> None:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline and process.poll() is None:
        try:
            server.send("GET", server.query)
        except OSError:
            time.sleep(0.1)
        else:
            return
    sys.exit("bench: a server does not start")


if __name__ == "__main__":
    main()
