"""A snapshot holds what stood on the day, or what one version says, and everything is derived from that again."""

import datetime
import random
from pathlib import Path

import pyoxigraph as ox
import pytest

from govgraph.errors import BadInput, UnknownVersion
from govgraph.graph import Graph
from govgraph.knowledge.build import build
from govgraph.knowledge.facts import statements
from govgraph.store.generations import Generations

PREFIXES = """@prefix gov: <https://w3id.org/govgraph/def/> . @prefix mode: <https://w3id.org/govgraph/def/mode/> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> . @prefix org: <http://www.w3.org/ns/org#> .
@prefix dcat: <http://www.w3.org/ns/dcat#> . @prefix dct: <http://purl.org/dc/terms/> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> . @prefix : <https://w3id.org/govgraph/id/test/> .
"""


def built(folder: Path, facts: str, **others: str) -> Graph:
    """A graph of its own: current facts, and for each other name the facts of a superseded data set."""
    catalog = PREFIXES
    for name, text in {"now": facts, **others}.items():
        (folder / "data" / name).mkdir(parents=True)
        (folder / "data" / name / "facts.ttl").write_text(PREFIXES + text)
        status = "Current" if name == "now" else "Superseded"
        catalog += (
            f'<https://w3id.org/govgraph/graph/{name}> a dcat:Dataset ; gov:dataFolder "{name}" ;'
            f" gov:revisionStatus gov:{status} .\n"
        )
    (folder / "data" / "catalog.ttl").write_text(catalog)
    return Graph(build(Generations(folder / "store"), folder / "data").generation)


def bodies(*names: str) -> str:
    return "".join(f':{name} a gov:CouncilBody ; skos:prefLabel "{name.title()}"@en .\n' for name in names)


def line(name: str, party: str, to: str, start: str = "", end: str = "", mode: str = "accountability") -> str:
    dates = f' ; gov:validFrom "{start}"^^xsd:date' * bool(start) + f' ; gov:validUntil "{end}"^^xsd:date' * bool(end)
    return (
        f':{name} a gov:AccountabilityLine ; skos:prefLabel "{name}"@en ; gov:accountableParty :{party} ;'
        f" gov:accountableTo :{to} ; gov:mode mode:{mode} ; gov:strength gov:Explicit{dates} .\n"
    )


def edges(graph: Graph, path: str = "gov:answersTo") -> set[tuple[str, str]]:
    rows = graph.select(f"SELECT ?a ?b {{ ?a {path} ?b }}").rows
    return {(row["a"].rpartition("/")[2], row["b"].rpartition("/")[2]) for row in rows}


def ends(graph: Graph) -> set[tuple[str, str]]:
    return edges(graph, "gov:ultimatelyAnswersTo")


MOVED = bodies("team", "old", "new", "top") + (
    line("l1", "team", "old", "2000-01-01", "2011-04-17")
    + line("l2", "team", "new", "2011-04-17")
    + line("l3", "old", "top", "2000-01-01", "2011-04-17")
)


@pytest.fixture(scope="module")
def moved(tmp_path_factory: pytest.TempPathFactory) -> Graph:
    return built(tmp_path_factory.mktemp("moved"), MOVED)


def test_a_path_over_all_lines_reaches_an_end_that_had_expired_and_the_snapshot_does_not(moved: Graph) -> None:
    graph = moved
    through_all = edges(graph, "(^gov:accountableParty/gov:accountableTo)+")
    assert ("team", "top") in through_all
    assert ("team", "new") in through_all
    later = graph.at("2015-01-01")
    assert edges(later, "(^gov:accountableParty/gov:accountableTo)+") == {("team", "new")}
    assert ends(later) == {("team", "new")}
    assert ends(graph.at("2005-01-01")) == {("team", "top"), ("old", "top")}


@pytest.mark.parametrize(
    ("day", "expected"), [("2011-04-16", "old"), ("2011-04-17", "new"), ("1999-12-31", ""), ("2000-01-01", "old")]
)
def test_the_last_day_of_a_line_is_the_one_before_its_end(moved: Graph, day: str, expected: str) -> None:
    found = {to for party, to in edges(moved.at(day)) if party == "team"}
    assert found == ({expected} if expected else set())


def test_a_line_without_an_end_still_holds_and_one_without_a_start_always_did(tmp_path: Path) -> None:
    graph = built(
        tmp_path, bodies("a", "b", "c") + line("l1", "a", "b", "2000-01-01") + line("l2", "a", "c", "", "2000-01-01")
    )
    assert edges(graph.at("9999-12-31")) == {("a", "b")}
    assert edges(graph.at("0001-01-01")) == {("a", "c")}


def test_lines_that_never_stood_side_by_side_make_no_chain(tmp_path: Path) -> None:
    graph = built(
        tmp_path,
        bodies("a", "b", "c") + line("l1", "a", "b", "2000-01-01", "2005-01-01") + line("l2", "b", "c", "2005-01-01"),
    )
    assert ends(graph) == {("b", "c")}, "a line that has ended carries nobody further today"
    assert ends(graph.at("2004-12-31")) == {("a", "b")}
    assert ends(graph.at("2005-01-01")) == {("b", "c")}


def test_undated_lines_are_kept_counted_and_marked_row_by_row(tmp_path: Path) -> None:
    facts = bodies("a", "b", "c") + line("l1", "a", "b", "2000-01-01") + line("l2", "b", "c")
    facts = (
        facts.replace(" gov:strength", " gov:basis :c1 ; gov:strength") + ':c1 a gov:Clause ; skos:prefLabel "1"@en .'
    )
    table = built(tmp_path, facts).at("2011-04-17").ask("ultimately-accountable-to", body="A")
    assert [(row["fromLabel"], row["undated"]) for row in table] == [("A", False), ("B", True)]
    assert "as of 2011-04-17: 1 of 2 lines is undated and was kept" in table.notes
    assert table.parameters == {"body": "A", "as_of": "2011-04-17"}


def test_dated_only_leaves_out_undated_lines_holdings_and_portfolios_and_what_rests_on_them(tmp_path: Path) -> None:
    graph = built(
        tmp_path,
        bodies("a", "b", "c")
        + line("l1", "a", "b", "2000-01-01")
        + line("l2", "b", "c")
        + ":l3 a gov:AccountabilityLine ; gov:accountableParty :a ; gov:accountableTo :c ;"
        " gov:mode mode:accountability ; gov:strength gov:Inferred ; gov:inferredFrom :l2 ;"
        ' gov:validFrom "2000-01-01"^^xsd:date .\n'
        ':money a gov:Portfolio ; skos:prefLabel "Money"@en . :sums a gov:Responsibility ; gov:inPortfolio :money .\n',
    )
    strict = graph.at("2011-04-17", dated_only=True)
    assert edges(strict) == {("a", "b")}
    assert edges(graph.at("2011-04-17")) == {("a", "b"), ("b", "c"), ("a", "c")}
    assert not strict.select("ASK { ?x a gov:Responsibility }").rows[0]["answer"]
    assert strict.parameters == {"as_of": "2011-04-17", "dated_only": True}
    assert "as of 2011-04-17: undated lines, holdings and portfolios were left out, 2 in all" in strict.notes


def test_a_day_of_observation_tells_of_that_day_only(tmp_path: Path) -> None:
    graph = built(
        tmp_path,
        ':h a gov:PostHolding ; skos:prefLabel "H"@en ; gov:holder :p ; gov:post :q ;'
        ' gov:observedOn "2024-02-15"^^xsd:date .',
    )
    asked = "ASK { ?h a gov:PostHolding }"
    assert graph.at("2024-02-15", dated_only=True).select(asked).rows[0]["answer"]
    assert not graph.at("2024-02-16", dated_only=True).select(asked).rows[0]["answer"]
    other = graph.at("2024-02-16").select(asked)
    assert other.rows[0]["answer"]
    assert other.notes[0].endswith(
        "1 of 1 holdings is undated and was kept (1 of them shown by a document on another day only)"
    )
    assert graph.at("2024-02-15").select(asked).notes == ["as of 2024-02-15: holdings that held: 1, each of them dated"]


def test_what_needs_a_thing_that_was_not_there_falls_with_it(tmp_path: Path) -> None:
    graph = built(
        tmp_path,
        bodies("a", "b") + line("l1", "a", "b") + line("l2", "b", "a", mode="advice")
        + ':b gov:validUntil "2010-01-01"^^xsd:date . :seat a gov:Seat ; gov:inBody :b ; gov:represents :a .\n'
        ":l3 a gov:AccountabilityLine ; gov:accountableParty :a ; gov:accountableTo :b, :c ;"
        " gov:mode mode:accountability .",
    )  # fmt: skip
    assert edges(graph.at("2009-12-31")) == {("a", "b"), ("a", "c")}
    later = graph.at("2010-01-01")
    assert edges(later) == {("a", "c")}, "a line to several parties keeps those that were there"
    left = later.select(
        "SELECT DISTINCT ?s { ?s ?p ?o FILTER(STRSTARTS(STR(?s), STR(<https://w3id.org/govgraph/id/test/>))) }"
    )
    assert {row["s"].rpartition("/")[2] for row in left} == {"a", "l3"}
    assert not later.select("ASK { ?s ?p <https://w3id.org/govgraph/id/test/b> }").rows[0]["answer"]
    table = later.ask("ultimately-accountable-to", body="B")
    assert table.notes[0] == "as of 2010-01-01: B is not in the graph"


def test_a_succession_keeps_the_name_of_what_came_before_and_nothing_else_of_it(tmp_path: Path) -> None:
    graph = built(
        tmp_path,
        ':old a gov:Portfolio ; skos:prefLabel "Old"@en ; gov:validUntil "2011-04-17"^^xsd:date .\n'
        ':new a gov:Portfolio ; skos:prefLabel "New"@en ; gov:validFrom "2011-04-17"^^xsd:date .\n'
        ':s a gov:Succession ; gov:predecessor :old ; gov:successor :new ; gov:strength gov:Inferred .\n'
        ':e a org:ChangeEvent ; org:originalOrganization :old ; gov:changedOn "2011-04-17"^^xsd:date .\n',
    )  # fmt: skip
    portfolios = "SELECT ?p { ?p a gov:Portfolio }"
    names = "SELECT ?before ?after { ?s gov:predecessor/skos:prefLabel ?before ; gov:successor/skos:prefLabel ?after }"
    before, after = graph.at("2011-04-16"), graph.at("2011-04-17")
    assert [row["p"].rpartition("/")[2] for row in before.select(portfolios)] == ["old"]
    assert [row["p"].rpartition("/")[2] for row in after.select(portfolios)] == ["new"]
    assert after.select(names).rows == [{"before": "Old", "after": "New"}]
    event = "ASK { ?e a org:ChangeEvent }"
    assert [g.select(event).rows[0]["answer"] for g in (before, after)] == [False, True]


def test_lines_of_named_groups_follow_the_line_of_their_kind(tmp_path: Path) -> None:
    graph = built(
        tmp_path,
        ':whole a gov:Partnership ; skos:prefLabel "Whole"@en .\n'
        ":kind a gov:DeliveryGroup ; gov:isGeneric true ; org:subOrganizationOf :whole .\n"
        ':wardens a gov:DeliveryGroup ; org:subOrganizationOf :whole ; skos:prefLabel "Wardens"@en .\n'
        + line("l1", "kind", "whole", "2000-01-01", "2010-01-01"),
    )
    assert ("wardens", "whole") in edges(graph.at("2009-12-31"))
    later = graph.at("2010-01-01")
    assert edges(later) == set()
    notes = later.ask("ultimately-accountable-to", body="Wardens").notes
    assert notes[0] == "as of 2010-01-01: no line says to whom Wardens answers; lines of it that are left out: 1"


def test_a_day_before_every_date_and_a_graph_without_dates_say_so(tmp_path: Path) -> None:
    first = built(tmp_path / "dated", MOVED).at("1066-10-14")
    assert any(
        "before the first date here, 2000-01-01, so only undated facts were kept" in note for note in first.notes
    )
    none = built(tmp_path / "undated", bodies("a", "b") + line("l1", "a", "b")).at("1066-10-14")
    assert any("nothing here is dated" in note for note in none.notes)


def test_a_date_that_cannot_be_read_counts_as_not_stated_and_is_told(tmp_path: Path) -> None:
    graph = built(tmp_path, bodies("a", "b") + line("l1", "a", "b", end="2010-02-30"))
    late = graph.at("2020-01-01")
    assert edges(late) == {("a", "b")}
    assert any('1 in all, such as "2010-02-30"' in note for note in late.notes)


@pytest.mark.parametrize(
    "day", ["", "yesterday", "2011-13-01", "2011-02-30", "20110417", "2011-W16-7", "0000-01-01", "٢٠١١-٠٤-١٧"]
)
def test_what_is_not_a_day_is_refused_with_an_example(moved: Graph, day: str) -> None:
    with pytest.raises(BadInput, match="not a day") as caught:
        moved.at(day)
    assert "2011-04-17" in caught.value.next_step


def test_dated_only_needs_a_day(moved: Graph) -> None:
    with pytest.raises(BadInput, match="needs a day"):
        moved.at(dated_only=True)


def test_without_a_day_or_a_version_the_graph_is_the_same_object(moved: Graph) -> None:
    graph = moved
    assert graph.at() is graph
    assert graph.notes == []
    assert "undated" not in graph.ask("ultimately-accountable-to", body="Team").columns
    again = graph.at("2005-01-01").at("2015-01-01")
    assert edges(again) == {("team", "new")}, "at starts from the whole generation each time"


def test_a_day_on_which_everything_stood_reads_the_generation_itself(tmp_path: Path) -> None:
    graph = built(tmp_path, bodies("a", "b") + line("l1", "a", "b"))
    at = graph.at(datetime.date(2011, 5, 1))
    assert edges(at) == edges(graph) == {("a", "b")}
    assert at._reader.store() is graph._reader.store()


def test_a_superseded_revision_is_never_mixed_in_and_is_dated_like_the_rest(tmp_path: Path) -> None:
    graph = built(
        tmp_path, MOVED, then=bodies("team", "ghost") + line("l9", "team", "ghost", "1990-01-01", "2000-01-01")
    )
    for day in ("1995-01-01", "2005-01-01"):
        assert ("team", "ghost") not in edges(graph.at(day))
    inside = "ASK { GRAPH <https://w3id.org/govgraph/graph/then> { ?l a gov:AccountabilityLine } }"
    assert [graph.at(day).select(inside).rows[0]["answer"] for day in ("1995-01-01", "2005-01-01")] == [True, False]


@pytest.mark.parametrize("seed", range(6))
def test_ends_are_those_of_a_plain_walk_over_the_lines_of_the_day(tmp_path: Path, seed: int) -> None:
    chance = random.Random(seed)
    names = [f"b{number}" for number in range(6)]
    lines = []
    for _ in range(12):
        party, to = chance.sample(names, 2)
        start, end = (chance.choice(["", *range(2001, 2008)]) for _ in range(2))
        if start and end and start >= end:
            start, end = end, int(start) + 1
        lines.append((party, to, start, end))
    facts = bodies(*names)
    for number, (party, to, start, end) in enumerate(lines):
        facts += line(f"l{number}", party, to, f"{start}-01-01" if start else "", f"{end}-01-01" if end else "")
    graph = built(tmp_path, facts)
    for year in range(2000, 2009):
        pairs = {(p, t) for p, t, start, end in lines if (not start or start <= year) and (not end or year < end)}
        assert edges(graph.at(f"{year}-01-01")) == pairs
        assert ends(graph.at(f"{year}-01-01")) == walked(pairs)


def walked(pairs: set[tuple[str, str]]) -> set[tuple[str, str]]:
    """Who is reached and answers to nobody."""
    found = set()
    for start in {party for party, _ in pairs}:
        seen, waiting = {start}, [start]
        while waiting:
            here = waiting.pop()
            above = {to for party, to in pairs if party == here}
            if not above and here != start:
                found.add((start, here))
            waiting += above - seen
            seen |= above
    return found


def test_the_earlier_handbook_answers_with_the_earlier_groups_and_never_with_the_current_ones(graph: Graph) -> None:
    earlier, current = graph.at(version="handbook-earlier"), graph.at(version="handbook-current")
    query = "SELECT ?group { ?group a gov:ThematicGroup ; skos:prefLabel ?name }"
    old, new = ({row["group"].rpartition("/")[2] for row in side.select(query)} for side in (earlier, current))
    assert "children-s-trust" in old or any("children" in name for name in old)
    assert not any("children-s-trust" in name for name in new)
    superseded = ox.NamedNode("https://w3id.org/govgraph/graph/harrow/handbook-earlier")
    own = {s.value for s, _, _ in statements(graph._reader.store().quads_for_pattern(None, None, None, superseded))}
    said = earlier.select(
        "SELECT DISTINCT ?thing { ?thing a ?kind FILTER(STRSTARTS(STR(?thing), STR(id:)))"
        " FILTER NOT EXISTS { ?thing a gov:Document } FILTER NOT EXISTS { ?thing a gov:DocumentVersion }"
        " FILTER NOT EXISTS { ?thing prov:wasDerivedFrom ?line } }"
    )
    assert {row["thing"] for row in said} <= own
    assert earlier.parameters == {"version": "handbook-earlier"}


def test_a_version_stands_alone_even_for_a_query_over_named_graphs(graph: Graph) -> None:
    for name, other in (("handbook-earlier", "handbook-current"), ("handbook-current", "handbook-earlier")):
        found = graph.at(version=name).select("SELECT DISTINCT ?g { GRAPH ?g { ?s ?p ?o } }")
        graphs = {row["g"].rpartition("/")[2] for row in found}
        assert {name, "ontology", "documents", "catalog", "derived"} <= graphs
        assert other not in graphs


@pytest.mark.parametrize(
    "name",
    [
        "handbook-earlier",
        "Handbook Earlier",
        "harrow strategic partnership governance handbook, earlier revision",
        "https://w3id.org/govgraph/id/harrow/version/handbook-earlier",
    ],
)
def test_a_version_is_named_by_its_label_its_short_name_or_its_iri(graph: Graph, name: str) -> None:
    assert graph.at(version=name).parameters == {"version": "handbook-earlier"}


def test_an_unknown_version_is_answered_with_did_you_mean(graph: Graph) -> None:
    with pytest.raises(UnknownVersion, match="Did you mean") as caught:
        graph.at(version="earlier")
    assert caught.value.close == ["handbook-earlier"]
    with pytest.raises(UnknownVersion) as other:
        graph.at(version="zzz")
    assert "handbook-current" in other.value.close


def test_a_graph_without_versions_says_that_there_is_none(moved: Graph) -> None:
    with pytest.raises(UnknownVersion, match="holds no version"):
        moved.at(version="first")


def test_a_thing_of_another_version_is_said_not_to_be_in_this_one(graph: Graph) -> None:
    table = graph.at(version="handbook-current").ask("ultimately-accountable-to", body="Children's Trust")
    assert table.rows == []
    assert table.notes[0] == "in version handbook-current: Children's Trust is not in the graph"
    assert not any(note.startswith("Not stated") for note in table.notes)
