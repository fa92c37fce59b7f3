"""The service over HTTP: govgraph (uvicorn, granian) against the native Oxigraph server and rdflib-endpoint, one run.

Every server holds the same statements and runs on one core with all its processes; the load (wrk, 32 connections)
comes from another where there are two. Repeated requests are one request again and again; never-repeated ones carry a
comment that no other has, so that no memory of answers helps. The entity is what its Turtle document says: of govgraph
the document is asked for (never repeated: with a parameter that no other has), of the others a CONSTRUCT that gives
the same statements, those about the document included; the bench stops if their number differs. Requests per CPU second
count the processor time of all processes of the server, so that they hold on a machine that does other work too. The
second table sets the rates in proportion, and the third is govgraph with one heavy query running.
"""

import contextlib
import os
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

import httpx
import pyoxigraph as ox

from bench.measure import installed, table
from govgraph.knowledge.build import build
from govgraph.namespaces import ID, PREFIXES
from govgraph.store.generations import Generations

SECONDS = int(os.environ.get("GOVGRAPH_BENCH_SECONDS", "5"))
CONNECTIONS = 32
BODY = ID + "harrow/body/delivery-groups"
ENTITY = ID + "harrow/body/partnership-board"
LEAD = "".join(f"PREFIX {name}: <{PREFIXES[name]}>\n" for name in ("gov", "skos"))
JSON, TURTLE = "application/sparql-results+json", "text/turtle"

DESCRIPTION = """
CONSTRUCT { ?s ?p ?o } WHERE {
  { ?thing ?p ?o BIND(?thing AS ?s) }
  UNION
  { ?s ?p ?thing BIND(?thing AS ?o) }
  UNION
  { { SELECT DISTINCT ?s { { ?thing ?a ?s } UNION { ?s ?b ?thing } UNION { ?thing ?s ?c } UNION { ?d ?s ?thing } } }
    ?s skos:prefLabel ?o BIND(skos:prefLabel AS ?p) }
}
"""
"""All that is said of a thing and points to it, with labels of what is mentioned."""

QUERIES = {
    "small SELECT, JSON": (LEAD + "SELECT ?label { ?body a gov:PartnershipBoard ; skos:prefLabel ?label }", JSON),
    "entity, Turtle": (LEAD + DESCRIPTION.replace("?thing", f"<{ENTITY}>"), TURTLE),
    "chain of one body": (LEAD + f"SELECT ?top {{ <{BODY}> gov:answersTo+ ?top }}", JSON),
    "chains of all bodies": (LEAD + "SELECT ?group ?top { ?group gov:answersTo+ ?top }", JSON),
}
HEAVY = "SELECT (COUNT(*) AS ?n) WHERE { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }"


@dataclass(frozen=True)
class Server:
    """One of the servers.

    Parameters
    ----------
    name : for the table.
    command : that starts it, with PORT for the port.
    path : of its endpoint.
    """

    name: str
    command: Sequence[str]
    path: str


@dataclass(frozen=True)
class Load:
    """What was measured: requests per second and per CPU second; milliseconds of the middle and 99th percentile."""

    rate: float
    per_cpu: float
    p50: float
    p99: float
    failed: int


def main() -> None:
    """Run the comparison and print its tables."""
    if not shutil.which("wrk"):
        sys.exit("bench: wrk is not installed: apt-get install wrk")
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        generation = build(Generations(folder / "store")).generation
        servers = _servers(folder, generation.store)
        print(f"{generation.manifest['statements']:,} statements, {CONNECTIONS} connections, {SECONDS} s each\n")
        print(f"load of the machine at the start: {_machine()}\n")
        rows, heavy, rates = [], [], {}
        entity = _entity(servers[0], folder)
        for server in servers:
            for name, (query, accept) in QUERIES.items():
                with _running(server, folder) as (port, process):
                    if name.startswith("entity"):
                        query = entity.query
                        _same(server, port, query, entity.statements)
                    for kind in ("repeated", "never repeated"):
                        found = _load(folder, port, _address(server, query, name, kind), accept, kind, process)
                        rates[server.name, name, kind] = found
                        rows.append([server.name, name, kind, *_cells(found)])
                        print(" | ".join(rows[-1]), file=sys.stderr, flush=True)
            if server.name.startswith("govgraph"):
                with _running(server, folder) as (port, process):
                    heavy.append([server.name, *_beside_heavy(folder, port, server, process)])
        print(f"load of the machine at the end: {_machine()}\n")
        heading = ["server", "request", "kind", "per s", "per CPU s", "p50 ms", "p99 ms", "p99 / p50", "failed"]
        print(table(heading, rows))
        print()
        print(table(["request", "kind", *_PROPORTIONS], _compared(rates)))
        print()
        print(table(["small SELECTs beside one heavy query", "alone /s", "beside /s", "share"], heavy))


_PROPORTIONS = ("/ native, per s", "/ native, per CPU s", "/ rdflib-endpoint, per s", "p99 / p50")
NONE = "none finished"


@dataclass(frozen=True)
class Entity:
    """A CONSTRUCT that gives what an entity's document says, and how many statements those are."""

    query: str
    statements: int


def _machine() -> str:
    return ", ".join(f"{each:.1f}" for each in os.getloadavg())


def _entity(server: Server, folder: Path) -> Entity:
    """Ask govgraph for a document, and put what it says of itself into a template beside what the graph says."""
    query, _ = QUERIES["entity, Turtle"]
    with _running(server, folder) as (port, _process):
        document = httpx.get(f"http://127.0.0.1:{port}{_document()}").content
    says = {quad.triple for quad in ox.parse(document, ox.RdfFormat.TURTLE)}
    graph = ox.Store.read_only(str(Generations(folder / "store").latest().store))
    itself = says - set(graph.query(query))  # type: ignore[arg-type]
    lines = " . ".join(str(statement) for statement in itself)
    return Entity(query.replace("{ ?s ?p ?o }", f"{{ ?s ?p ?o . {lines} }}", 1), len(says))


def _same(server: Server, port: int, query: str, statements: int) -> None:
    """Stop unless a server describes the entity by as many statements."""
    address = f"http://127.0.0.1:{port}{_address(server, query, 'entity', 'repeated')}"
    answer = httpx.get(address, headers={"Accept": TURTLE}, timeout=60)
    found = len({quad.triple for quad in ox.parse(answer.content, ox.RdfFormat.TURTLE)})
    if found != statements:
        sys.exit(f"bench: {server.name} gives {found} statements about the entity, not {statements}")


def _document() -> str:
    return f"/data/{ENTITY.removeprefix(ID)}.ttl"


def _compared(rates: dict[tuple[str, str, str], Load]) -> list[list[str]]:
    """The rates of govgraph on uvicorn, as a multiple of the others'."""
    rows = []
    for name in QUERIES:
        for kind in ("repeated", "never repeated"):
            ours = rates["govgraph (uvicorn)", name, kind]
            native, python = rates["oxigraph serve", name, kind], rates["rdflib-endpoint", name, kind]
            cells = [_times(ours.rate, native.rate), _times(ours.per_cpu, native.per_cpu)]
            rows.append([name, kind, *cells, _times(ours.rate, python.rate), _times(ours.p99, ours.p50)])
    return rows


def _times(one: float, other: float) -> str:
    """A proportion, where both are there."""
    if not one:
        return NONE
    return f"{one / other:,.2f}" if other > 0 else "peer: " + NONE


def _servers(folder: Path, store: Path) -> list[Server]:
    statements = folder / "all.nq"
    ox.Store.read_only(str(store)).dump(str(statements), ox.RdfFormat.N_QUADS)
    triples = folder / "all.nt"
    triples.write_bytes(
        ox.Store.read_only(str(store)).dump(format=ox.RdfFormat.N_TRIPLES, from_graph=ox.DefaultGraph()) or b""
    )
    oxigraph, endpoint = installed("oxigraph", "oxigraph"), installed("rdflib-endpoint", "rdflib-endpoint")
    granian = [sys.executable, "-m", "granian", "--interface", "asgi", "--loop", "uvloop"]
    native = str(folder / "native")
    subprocess.run([oxigraph, "load", "--location", native, "--file", statements], check=True, capture_output=True)
    os.environ["GOVGRAPH_BENCH_STORE"] = str(folder / "store")
    python = [sys.executable, "-m", "bench.serve"]
    return [
        Server("govgraph (uvicorn)", [*python, "PORT"], "/sparql"),
        Server("govgraph (granian)", [*granian, "--port", "PORT", "--factory", "bench.serve:app"], "/sparql"),
        Server(
            "oxigraph serve",
            [str(oxigraph), "serve-read-only", "--location", native, "--bind", "127.0.0.1:PORT"],
            "/query",
        ),
        Server("rdflib-endpoint", [str(endpoint), "serve", "--port", "PORT", str(triples)], "/"),
    ]


def app() -> object:
    """The site, for a server that wants a factory."""
    from govgraph.web.app import create_app

    log = open(Path(os.environ["GOVGRAPH_BENCH_STORE"]).parent / "log.json", "wb")  # noqa: SIM115
    return create_app(Path(os.environ["GOVGRAPH_BENCH_STORE"]), log=log)


@contextlib.contextmanager
def _running(server: Server, folder: Path) -> Iterator[tuple[int, int]]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [part.replace("PORT", str(port)) for part in server.command]
    with (folder / "said").open("wb") as said:
        process = subprocess.Popen([*_on_core(0), *command], stdout=said, stderr=said, start_new_session=True)
    try:
        deadline = time.monotonic() + 120
        while True:
            with contextlib.suppress(httpx.HTTPError):
                if httpx.get(f"http://127.0.0.1:{port}{server.path}", params={"query": "ASK {}"}).status_code == 200:
                    break
            if process.poll() is not None or time.monotonic() > deadline:
                sys.exit(f"bench: {server.name} does not start:\n{(folder / 'said').read_text()[-2000:]}")
            time.sleep(0.2)
        yield port, process.pid
    finally:
        process.terminate()
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(15)
        process.kill()
        process.wait()


def _on_core(number: int) -> list[str]:
    """Keep a program to one core, where there are two."""
    return ["taskset", "-c", str(number)] if shutil.which("taskset") and (os.cpu_count() or 1) > 1 else []


def _address(server: Server, query: str, name: str, kind: str) -> str:
    if server.name.startswith("govgraph") and name.startswith("entity"):
        return _document() + ("?n=" if kind == "never repeated" else "")
    return f"{server.path}?query={quote(query, safe='')}"


def _processor_seconds(session: int) -> float:
    """Processor time of all processes of a session, so of a server with its workers."""
    ticks = 0
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):
            fields = stat.read_text().rpartition(")")[2].split()
            if int(fields[3]) == session:
                ticks += int(fields[11]) + int(fields[12])
    return ticks / os.sysconf("SC_CLK_TCK")


def _load(folder: Path, port: int, path: str, accept: str, kind: str, process: int) -> Load:
    script = folder / "load.lua"
    unique = f'.."%20%23{os.getpid()}"..math.random(1, 2147483647)..n' if kind == "never repeated" else ""
    script.write_text(
        f'local n = 0\nlocal path = "{path}"\nlocal headers = {{ ["Accept"] = "{accept}" }}\n'
        "math.randomseed(os.time())\n"
        f'request = function()\n  n = n + 1\n  return wrk.format("GET", path{unique}, headers)\nend\n'
    )
    command = [*_on_core(1), "wrk", "-t1", f"-c{CONNECTIONS}", "--latency", "-s", str(script)]
    address = f"http://127.0.0.1:{port}"
    subprocess.run([*command, "-d1s", address], capture_output=True, check=True)  # every process has started then
    before = _processor_seconds(process)
    done = subprocess.run([*command, f"-d{SECONDS}s", address], capture_output=True, text=True, check=True)
    used = _processor_seconds(process) - before
    counted = re.search(r"(\d+) requests in", done.stdout)
    failed = re.search(r"Non-2xx or 3xx responses: (\d+)", done.stdout)
    rate = re.search(r"Requests/sec:\s*([\d.]+)", done.stdout)
    assert rate, done.stdout
    assert counted, done.stdout
    wrong = int(failed[1]) if failed else 0
    per_cpu = int(counted[1]) / max(used, 0.01)
    if not int(counted[1]):
        return Load(0, 0, 0, 0, 0)
    return Load(float(rate[1]), per_cpu, _latency(done.stdout, "50"), _latency(done.stdout, "99"), wrong)


def _latency(said: str, share: str) -> float:
    found = re.search(rf"{share}%\s+([\d.]+)(us|ms|s)", said)
    return float(found[1]) * {"us": 0.001, "ms": 1, "s": 1000}[found[2]] if found else float("nan")


def _cells(found: Load) -> list[str]:
    if not found.rate:
        return [NONE, *["–"] * 5]
    rates = [f"{rate:,.0f}" if rate >= 10 else f"{rate:.1f}" for rate in (found.rate, found.per_cpu)]
    return [*rates, f"{found.p50:.1f}", f"{found.p99:.1f}", _times(found.p99, found.p50), str(found.failed)]


def _beside_heavy(folder: Path, port: int, server: Server, process: int) -> list[str]:
    """Never-repeated small queries alone, and while one heavy query runs again and again."""
    query, accept = QUERIES["small SELECT, JSON"]
    path = _address(server, query, "", "never repeated")
    alone = _load(folder, port, path, accept, "never repeated", process)
    loop = (
        "import httpx\nwhile True:\n"
        f"    httpx.get('http://127.0.0.1:{port}{server.path}', params={{'query': {HEAVY!r}}}, timeout=60)\n"
    )
    client = subprocess.Popen([sys.executable, "-c", loop])
    try:
        time.sleep(1)
        beside = _load(folder, port, path, accept, "never repeated", process)
    finally:
        client.kill()
        client.wait()
    return [f"{alone.rate:,.0f}", f"{beside.rate:,.0f}", _times(beside.rate, alone.rate)]


if __name__ == "__main__":
    import uvicorn

    from govgraph.web.connections import configuration, settle_memory

    server = uvicorn.Server(configuration(app(), port=int(sys.argv[1])))  # type: ignore[arg-type]
    settle_memory()
    server.run()
