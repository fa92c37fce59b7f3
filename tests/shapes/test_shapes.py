"""Each shape accepts its good cases and rejects each bad case for the stated reason only.

A case file names the findings it must give in its comments, one a line:

    # expect: GOV-LINE-001 line/no-party sh:Violation

The focus is a path below the example council's IRI, or a whole IRI (or a literal) in angle brackets, or `_:` for a
blank node. Every case is laid over `cases/exampleton.ttl`, which gives no finding, and over the ontology.
"""

import re
from collections.abc import Callable
from pathlib import Path

import pyoxigraph as ox
import pytest
from rdflib import BNode, Graph, URIRef
from rdflib.namespace import DCTERMS, RDF, SH

from govgraph.rdf.files import read_file
from govgraph.rdf.memory import ReadyGraph
from govgraph.review.data import StoreData
from govgraph.review.engine import judge
from govgraph.review.shapes import read_shapes

ROOT = Path(__file__).parents[2]
FOLDER = Path(__file__).parent / "cases"
EXAMPLETON = FOLDER / "exampleton.ttl"
CASES = sorted(FOLDER.glob("*/*.ttl"))
EXPECT = re.compile(r"# expect: (?P<rule>GOV-[A-Z]+-\d{3}) (?P<focus>\S+) sh:(?P<severity>Violation|Warning|Info)")
EXAMPLE = "https://w3id.org/govgraph/id/example/"

Finding = tuple[str, str, str]

FACTS = {
    "identifier": DCTERMS.identifier,
    "name": SH.name,
    "description": SH.description,
    "severity": SH.severity,
    "message": SH.message,
    "source": DCTERMS.source,
    "subject": DCTERMS.subject,
}


def merged(paths: list[Path]) -> Graph:
    """One graph of all the files."""
    graph = ReadyGraph()
    for path in paths:
        graph.parse(path, format="turtle")
    return graph


@pytest.fixture(scope="module")
def shapes() -> Graph:
    return merged(sorted((ROOT / "shapes").rglob("*.ttl")))


def expected(case: Path) -> set[Finding]:
    """The findings that the comments of a case name."""
    found: set[Finding] = set()
    for line in case.read_text(encoding="utf-8").splitlines():
        if line.startswith("# expect"):
            match = EXPECT.fullmatch(line)
            assert match, f"{case.name}: cannot read {line!r}"
            focus = match["focus"]
            if focus != "_:":
                focus = focus[1:-1] if focus.startswith("<") else EXAMPLE + focus
            found.add((match["rule"], focus, match["severity"]))
    return found


@pytest.fixture(scope="module")
def ground() -> list[ox.Quad]:
    """What every case stands on: the ontology and Exampleton."""
    return [quad for path in [*sorted((ROOT / "ontology").rglob("*.ttl")), EXAMPLETON] for quad in read_file(path)]


@pytest.fixture(scope="module")
def judged(ground: list[ox.Quad], shapes: Graph) -> Callable[[Path | None], set[Finding]]:
    """What the review finds in a case laid over its ground, as (rule, focus, severity)."""
    read = read_shapes(sorted((ROOT / "shapes").rglob("*.ttl")))

    def judge_case(case: Path | None) -> set[Finding]:
        store = ox.Store()
        store.bulk_extend(ox.Quad(*quad.triple) for quad in ground)
        if case:
            store.bulk_load(path=str(case), format=ox.RdfFormat.TURTLE)
        judgement = judge(StoreData(store), read)
        assert not judgement.passed_on, "every shape of ours is planned"
        found: set[Finding] = set()
        for result in judgement.results:
            rule = shapes.value(URIRef(result.shape), DCTERMS.identifier)
            assert rule is not None, f"{result.shape} reports but has no identifier"
            focus = result.focus.value if isinstance(result.focus, ox.NamedNode | ox.Literal) else "_:"
            found.add((str(rule), focus, result.severity.rpartition("#")[2]))
        return found

    return judge_case


@pytest.mark.parametrize("case", CASES, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_a_case_gives_exactly_the_findings_it_names(case: Path, judged: Callable[[Path | None], set[Finding]]) -> None:
    wanted = expected(case)
    assert bool(wanted) == case.stem.startswith("bad-"), "bad cases name a finding, good ones do not"
    assert judged(case) == wanted


def test_exampleton_gives_no_finding(judged: Callable[[Path | None], set[Finding]]) -> None:
    assert judged(None) == set()


def test_every_rule_has_a_bad_case(shapes: Graph) -> None:
    rules = {str(identifier) for identifier in shapes.objects(None, DCTERMS.identifier)}
    assert rules == {rule for case in CASES for rule, _, _ in expected(case)}


def test_every_shape_file_has_a_good_case() -> None:
    with_rules = {p.stem for p in (ROOT / "shapes").glob("*.ttl") if "dct:identifier" in p.read_text("utf-8")}
    assert with_rules == {case.parent.name for case in CASES if case.stem.startswith("good-")}


def test_cases_stand_in_the_folder_of_the_file_that_holds_their_rule() -> None:
    home = {
        rule: path.stem
        for path in sorted((ROOT / "shapes").glob("*.ttl"))
        for rule in re.findall(r'dct:identifier "([^"]+)"', path.read_text("utf-8"))
    }
    for case in CASES:
        if case.stem.startswith("bad-"):
            assert case.parent.name in {home[rule] for rule, _, _ in expected(case)}, case


def test_no_shape_names_a_particular_thing() -> None:
    named = re.compile(r"govgraph/id/[a-z0-9]")
    for path in sorted((ROOT / "shapes").rglob("*.ttl")):
        assert not named.search(path.read_text(encoding="utf-8")), path.name


def test_every_rule_states_all_its_facts_once(shapes: Graph) -> None:
    for rule in set(shapes.subjects(DCTERMS.identifier)):
        for fact, term in FACTS.items():
            assert len(list(shapes.objects(rule, term))) == 1, f"{rule} must state its {fact} once"
        on_a_path = (rule, RDF.type, SH.PropertyShape) in shapes
        assert len(list(shapes.objects(rule, SH.path))) == (1 if on_a_path else 0), f"{rule} and its path"
        source = shapes.value(rule, DCTERMS.source)
        assert isinstance(source, URIRef), f"the source of {rule} is a link"


def test_rule_identifiers_are_unique_and_follow_the_pattern() -> None:
    seen: list[str] = []
    for path in sorted((ROOT / "shapes").rglob("*.ttl")):
        seen += re.findall(r'dct:identifier "([^"]*)"', path.read_text(encoding="utf-8"))
    assert len(seen) == len(set(seen)), "an identifier is used twice"
    assert all(re.fullmatch(r"GOV-[A-Z]+-\d{3}", identifier) for identifier in seen)


def test_messages_say_what_to_do_in_a_sentence(shapes: Graph) -> None:
    for message in shapes.objects(None, SH.message):
        assert str(message).endswith("."), f"{message} ends without a full stop"
        assert str(message)[0].isupper() or str(message).startswith("{?"), f"{message} starts without a capital"


def test_every_property_shape_is_a_rule_or_serves_a_shape_without_targets(shapes: Graph) -> None:
    targets = (SH.targetClass, SH.targetNode, SH.targetObjectsOf, SH.targetSubjectsOf)
    for shape in shapes.subjects(RDF.type, SH.PropertyShape):
        owners = list(shapes.subjects(SH.property, shape))
        assert owners, f"{shape} is used by no node shape"
        if (shape, DCTERMS.identifier, None) not in shapes:
            assert all((owner, target, None) not in shapes for owner in owners for target in targets), shape


def test_every_shape_and_constraint_has_a_name_of_its_own(shapes: Graph) -> None:
    assert not [node for triple in shapes for node in triple if isinstance(node, BNode)]
