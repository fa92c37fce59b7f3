"""The SHACL test suite of the W3C (`data-shapes-test-suite`), read from its manifests."""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote, urlparse

from rdflib import SH, Graph, Namespace, URIRef
from rdflib.collection import Collection

from bench.shacl.engines import Report
from bench.shacl.reports import UNDESCRIBED, Row, report_rows, without_paths

__all__ = ["Case", "read_suite", "verdict"]

MF = Namespace("http://www.w3.org/2001/sw/DataAccess/tests/test-manifest#")
SHT = Namespace("http://www.w3.org/ns/shacl-test#")


@dataclass(frozen=True)
class Case:
    """One test.

    Parameters
    ----------
    name : path of its manifest below the suite, without the ending: "core/node/and-001".
    data, shapes : the files of its two graphs.
    conforms : what the report must say; None if the engine must refuse.
    expected : the results.
    """

    name: str
    data: Path
    shapes: Path
    conforms: bool | None
    expected: tuple[Row, ...]


def read_suite(folder: Path) -> list[Case]:
    """All tests, in the order of their names.

    Parameters
    ----------
    folder : the folder `data-shapes`.
    """
    tests = folder.resolve() / "data-shapes-test-suite" / "tests"
    return sorted(_read(tests, tests / "manifest.ttl"), key=lambda case: case.name) if tests.is_dir() else []


def _read(tests: Path, manifest: Path) -> Iterator[Case]:
    graph = Graph()
    graph.parse(manifest, format="turtle", publicID=manifest.as_uri())
    for other in graph.objects(None, MF.include):
        yield from _read(tests, _file(other))
    for entries in graph.objects(None, MF.entries):
        for entry in Collection(graph, entries):
            action, result = graph.value(entry, MF.action), graph.value(entry, MF.result)
            refuses = result == SHT.Failure
            yield Case(
                name=manifest.relative_to(tests).with_suffix("").as_posix(),
                data=_file(graph.value(action, SHT.dataGraph)),
                shapes=_file(graph.value(action, SHT.shapesGraph)),
                conforms=None if refuses else str(graph.value(result, SH.conforms)) in ("true", "1"),
                expected=() if refuses else tuple(report_rows(_expected(graph, result))),
            )


def _expected(graph: Graph, report: object) -> Graph:
    """The graph with no other report in it: some tests hold reports as data."""
    alone = Graph()
    for triple in graph:
        if triple[1] != SH.result or triple[0] == report:
            alone.add(triple)
    return alone


def _file(node: object) -> Path:
    assert isinstance(node, URIRef)
    return Path(unquote(urlparse(node).path))


def verdict(case: Case, engine: Callable[[Sequence[Path], Sequence[Path]], Report]) -> str:
    """What an engine does wrong in a test, in a few words; "" if nothing.

    An engine that must refuse does right with any error, and wrong with any report.
    """
    try:
        conforms, rows = engine([case.data], [case.shapes])
    except BaseException as error:
        if isinstance(error, KeyboardInterrupt):
            raise
        return "" if case.conforms is None else f"refuses: {type(error).__name__}: {error}".splitlines()[0][:200]
    if case.conforms is None:
        return "does not refuse"
    if conforms != case.conforms:
        return f"says conforms {conforms}"
    described = all(row.path != UNDESCRIBED.n3() for row in rows)
    wanted, found = Counter(case.expected if described else without_paths(case.expected)), Counter(rows)
    missing, extra = wanted - found, found - wanted
    return "" if not missing and not extra else f"{missing.total()} results missing, {extra.total()} too many"
