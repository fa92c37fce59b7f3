"""An upload cannot reach out, read a file, fill the memory or stop the service (THREAT_MODEL: T5, T6, T12).

Everything is sent to the real route with a valid token: whoever may write is not thereby trusted with the machine.
"""

import gzip
import json
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest
from tests.security.places import Canary, Site

from govgraph.store.generations import Generations
from govgraph.writing.changing import make_empty

TOKEN = "a token that is long enough"
GRAPH = {"graph": "https://example.org/g"}
SECRET = "a secret that no answer may hold"

TURTLE, XML, LD, NQ = "text/turtle", "application/rdf+xml", "application/ld+json", "application/n-quads"


def rdf_xml(doctype: str, text: str) -> str:
    return (
        f'<?xml version="1.0"?><!DOCTYPE rdf:RDF [{doctype}]>'
        '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns:e="http://example.org/">'
        f'<rdf:Description rdf:about="http://example.org/s"><e:p>{text}</e:p></rdf:Description></rdf:RDF>'
    )


def growing(levels: int) -> str:
    """Entities of which each repeats the one before ten times."""
    parts = ['<!ENTITY e0 "ten times">']
    parts += [f'<!ENTITY e{n} "{f"&e{n - 1};" * 10}">' for n in range(1, levels + 1)]
    return "".join(parts)


def uploads(canary: Canary, secret: Path) -> dict[str, tuple[str, bytes]]:
    """Uploads by name: media type and body."""
    web, file = canary.address, secret.as_uri()
    context = [f"{web}/context", f"{file}", "http://169.254.169.254/", "http://[::1]/", ["", f"{web}/x"] * 500]
    found: dict[str, tuple[str, bytes]] = {
        f"context {n}": (LD, json.dumps({"@context": own, "@id": "http://e/s", "http://e/p": 1}).encode())
        for n, own in enumerate(context)
    }
    found["imported context"] = (LD, json.dumps({"@context": {"@version": 1.1, "@import": f"{web}/i"}}).encode())
    found["external entity, file"] = (XML, rdf_xml(f'<!ENTITY x SYSTEM "{file}">', "&x;").encode())
    found["external entity, web"] = (XML, rdf_xml(f'<!ENTITY x SYSTEM "{web}/x">', "&x;").encode())
    found["parameter entity"] = (XML, rdf_xml(f'<!ENTITY % x SYSTEM "{web}/dtd"> %x;', "1").encode())
    found["external subset"] = (
        XML, rdf_xml("", "1").replace("rdf:RDF []", f'rdf:RDF SYSTEM "{web}/dtd"').encode(),
    )  # fmt: skip
    found["entities of entities"] = (XML, rdf_xml(growing(9), "&e9;").encode())
    found["entities never used"] = (XML, rdf_xml(growing(9), "1").encode())
    found["deep JSON"] = (LD, b'{"@id":"http://e/s","http://e/p":' + b"[" * 20_000 + b"]" * 20_000 + b"}")
    found["deep Turtle"] = (TURTLE, b"<x:s> <x:p> " + b"[ <x:p> " * 50_000 + b"1" + b" ]" * 50_000 + b" .")
    found["deep list"] = (TURTLE, b"<x:s> <x:p> " + b"(" * 50_000 + b")" * 50_000 + b" .")
    found["no end"] = (TURTLE, b'<x:s> <x:p> """' + b"x" * 500_000)
    found["imports"] = (TURTLE, f"<x:o> <http://www.w3.org/2002/07/owl#imports> <{web}/o> .".encode())
    found["zeros"] = (NQ, b"\0" * 100_000)
    found["not UTF-8"] = (TURTLE, b'<x:s> <x:p> "\xff\xfe" .')
    return found


@pytest.fixture
def secret(tmp_path: Path) -> Path:
    path = tmp_path / "secret.txt"
    path.write_text(SECRET, encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def writable(start_site: Callable[..., Site], tmp_path_factory: pytest.TempPathFactory) -> Site:
    folder = tmp_path_factory.mktemp("writable") / "store"
    make_empty(Generations(folder))
    return start_site(folder, {"tester": TOKEN}, write_seconds=5.0)


@pytest.fixture
def writer(writable: Site) -> Iterator[httpx.Client]:
    with writable.client() as client:
        client.headers["Authorization"] = f"Bearer {TOKEN}"
        yield client


def test_no_upload_reaches_out_reads_a_file_or_stops_the_service(
    writable: Site, writer: httpx.Client, canary: Canary, secret: Path
) -> None:
    before = writable.resident_bytes
    for name, (kind, body) in uploads(canary, secret).items():
        started = time.monotonic()
        answer = writer.put("/graphs", params=GRAPH, content=body, headers={"Content-Type": kind})
        assert answer.status_code in (200, 201, 204, 400, 413, 415, 422, 503, 504), (name, answer.text[:200])
        assert time.monotonic() - started < 8, name
        assert SECRET not in answer.text, name
        assert str(secret) not in answer.text, name
        held = writer.get("/graphs", params=GRAPH).text
        assert SECRET not in held, name
        assert writer.get("/sparql", params={"query": "ASK {}"}).json()["boolean"] is True, name
    assert canary.hits == []
    assert writable.process.poll() is None
    assert writable.resident_bytes < before + 64 * 1024**2


def test_an_upload_that_is_wrong_leaves_what_was_there(writer: httpx.Client, canary: Canary, secret: Path) -> None:
    good = b'<http://e/s> <http://e/p> "kept" .'
    assert writer.put("/graphs", params=GRAPH, content=good, headers={"Content-Type": TURTLE}).is_success
    for name, (kind, body) in uploads(canary, secret).items():
        answer = writer.put("/graphs", params=GRAPH, content=body, headers={"Content-Type": kind})
        if answer.is_success:
            assert writer.put("/graphs", params=GRAPH, content=good, headers={"Content-Type": TURTLE}).is_success
        assert "kept" in writer.get("/graphs", params=GRAPH).text, name


def test_a_packed_body_is_not_unpacked(writable: Site, writer: httpx.Client) -> None:
    bomb = gzip.compress(b" " * 200_000_000)
    assert len(bomb) < 500_000
    before = writable.resident_bytes
    answer = writer.put(
        "/graphs", params=GRAPH, content=bomb, headers={"Content-Type": TURTLE, "Content-Encoding": "gzip"}
    )
    assert answer.status_code in (400, 415)
    assert writable.resident_bytes < before + 32 * 1024**2


@pytest.mark.parametrize("update", ["LOAD <{}/x>", "LOAD SILENT <{}/x> INTO GRAPH <http://e/g>", "L\\u004FAD <{}/x>"])
def test_an_update_cannot_load(writer: httpx.Client, canary: Canary, update: str) -> None:
    answer = writer.post("/update", data={"update": update.format(canary.address)})
    assert answer.status_code == 400
    assert canary.hits == []


def test_an_update_cannot_ask_elsewhere(writer: httpx.Client, canary: Canary) -> None:
    text = f"INSERT {{ ?s ?p ?o }} WHERE {{ SERVICE SILENT <{canary.address}/s> {{ ?s ?p ?o }} }}"
    assert writer.post("/update", data={"update": text}).status_code == 400
    assert canary.hits == []
