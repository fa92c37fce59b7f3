"""A build says what the data folder says, and refuses a folder that is wrong, whole and in one line."""

import shutil
from pathlib import Path

import pyoxigraph as ox
import pytest

from govgraph.errors import BadRdf, NotADataFolder
from govgraph.graph import Graph
from govgraph.knowledge.build import build
from govgraph.namespaces import DEF, GRAPH
from govgraph.resources import packaged
from govgraph.store.generations import Generation, Generations

PREFIXES = """@prefix gov: <https://w3id.org/govgraph/def/> . @prefix mode: <https://w3id.org/govgraph/def/mode/> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> . @prefix org: <http://www.w3.org/ns/org#> .
@prefix dcat: <http://www.w3.org/ns/dcat#> . @prefix eli: <http://data.europa.eu/eli/ontology#> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> . @prefix : <https://w3id.org/govgraph/id/test/> .
"""


def data_folder(folder: Path, facts: str, superseded: str = "") -> Path:
    """A small data folder of its own."""
    (folder / "now").mkdir(parents=True)
    (folder / "now" / "facts.ttl").write_text(PREFIXES + facts)
    catalog = '<https://w3id.org/govgraph/graph/now> a dcat:Dataset ; gov:dataFolder "now" .\n'
    if superseded:
        (folder / "then").mkdir()
        (folder / "then" / "facts.ttl").write_text(PREFIXES + superseded)
        catalog += (
            '<https://w3id.org/govgraph/graph/then> a dcat:Dataset ; gov:dataFolder "then" ;'
            " gov:revisionStatus gov:Superseded .\n"
        )
    (folder / "catalog.ttl").write_text(PREFIXES + catalog)
    return folder


def built(tmp_path: Path, facts: str, superseded: str = "") -> Graph:
    data = data_folder(tmp_path / "data", facts, superseded)
    return Graph(build(Generations(tmp_path / "store"), data).generation)


def line(name: str, party: str, to: str, mode: str = "accountability") -> str:
    return (
        f':{name} a gov:AccountabilityLine ; skos:prefLabel "{name}"@en ; gov:accountableParty :{party} ;'
        f" gov:accountableTo :{to} ; gov:mode mode:{mode} ; gov:strength gov:Explicit .\n"
    )


def edges(graph: Graph, predicate: str) -> set[tuple[str, str]]:
    rows = graph.select(f"SELECT ?a ?b {{ ?a gov:{predicate} ?b }}").rows
    return {(row["a"].rpartition("/")[2], row["b"].rpartition("/")[2]) for row in rows}


def test_the_default_graph_holds_no_fact_of_a_superseded_revision(generation: Generation) -> None:
    store = ox.Store.read_only(str(generation.store))
    superseded = generation.manifest["superseded"]
    assert superseded == [GRAPH + "harrow/handbook-earlier"]
    now = {
        quad.triple
        for name in generation.manifest["graphs"]
        if name not in superseded
        for quad in store.quads_for_pattern(None, None, None, ox.NamedNode(name))
    }
    merged = {quad.triple for quad in store.quads_for_pattern(None, None, None, ox.DefaultGraph())}
    assert merged == now
    earlier = {q.subject for q in store.quads_for_pattern(None, None, None, ox.NamedNode(superseded[0]))}
    only_earlier = earlier - {triple.subject for triple in merged}
    assert len(only_earlier) > 60
    names = ("affectsFact", "struckBody", "struckDuty", "struckRule", "struckTerm")
    told_of = {ox.NamedNode(DEF + name) for name in names}  # a struck passage points at what it used to state
    assert not {triple for triple in merged if triple.object in only_earlier and triple.predicate not in told_of}


def test_a_chain_is_followed_to_every_end_and_only_by_modes_that_carry(tmp_path: Path) -> None:
    graph = built(
        tmp_path,
        line("l1", "a", "b") + line("l2", "b", "c", "acting-for") + line("l3", "b", "d", "reporting")
        + line("l4", "c", "x", "scrutiny") + line("l5", "d", "y", "advice") + line("l6", "a", "z", "informing"),
    )  # fmt: skip
    assert edges(graph, "answersTo") == {("a", "b"), ("b", "c"), ("b", "d")}
    assert edges(graph, "ultimatelyAnswersTo") == {("a", "c"), ("a", "d"), ("b", "c"), ("b", "d")}


def test_a_circle_has_no_end_of_its_own_but_keeps_the_ends_beyond_it(tmp_path: Path) -> None:
    graph = built(
        tmp_path,
        line("l1", "a", "b") + line("l2", "b", "a") + line("l3", "b", "end")
        + line("l4", "p", "q") + line("l5", "q", "p") + line("l6", "s", "s"),
    )  # fmt: skip
    assert edges(graph, "ultimatelyAnswersTo") == {("a", "end"), ("b", "end")}
    assert ("s", "s") not in edges(graph, "answersTo")


GENERIC = """
:whole a gov:Partnership ; skos:prefLabel "Whole"@en .
:delivery a gov:DeliveryGroup ; gov:isGeneric true ; org:subOrganizationOf :whole ;
  skos:prefLabel "Delivery groups"@en .
:themes a gov:ThematicGroup ; gov:isGeneric true ; org:subOrganizationOf :whole ; skos:prefLabel "Thematic groups"@en .
:safety a gov:ThematicGroup ; org:subOrganizationOf :whole ; skos:prefLabel "Safety"@en .
:wardens a gov:DeliveryGroup ; org:subOrganizationOf :safety ; skos:prefLabel "Wardens"@en .
:strays a gov:DeliveryGroup ; org:subOrganizationOf :whole ; skos:prefLabel "Strays"@en .
:elsewhere a gov:DeliveryGroup ; org:subOrganizationOf :other ; skos:prefLabel "Elsewhere"@en .
:c a gov:Clause ; skos:prefLabel "Clause 9"@en ; eli:number "9" .
"""


def test_a_line_of_a_kind_of_group_holds_for_every_named_group_of_that_kind_with_the_same_clause(
    tmp_path: Path,
) -> None:
    graph = built(
        tmp_path,
        GENERIC
        + line("l1", "delivery", "themes").replace(" .\n", " ; gov:basis :c .\n")
        + line("l2", "themes", "whole"),
    )
    assert edges(graph, "answersTo") == {
        ("delivery", "themes"), ("themes", "whole"), ("safety", "whole"),
        ("wardens", "safety"),  # its own thematic group is known
        ("strays", "themes"),  # its own thematic group is not stated
    }  # fmt: skip
    table = graph.ask("ultimately-accountable-to", body="Wardens")
    assert [(row["fromLabel"], row["toLabel"], row["clause"]) for row in table][:1] == [("Wardens", "Safety", "9")]
    derived = graph.select("SELECT ?l ?from { ?l gov:accountableParty ?p ; prov:wasDerivedFrom ?from }").rows
    assert {row["from"].rpartition("/")[2] for row in derived} == {"l1", "l2"}


def test_a_line_that_has_ended_or_not_begun_carries_nobody_further(tmp_path: Path) -> None:
    def dated(name: str, to: str, **dates: str) -> str:
        extra = "".join(f' ; gov:{key} "{day}"^^xsd:date' for key, day in dates.items())
        return line(name, "a", to).replace(" .\n", f"{extra} .\n")

    graph = built(
        tmp_path,
        dated("l1", "b", validUntil="2020-01-01")
        + dated("l2", "c", validFrom="2999-01-01")
        + dated("l3", "d", validFrom="2020-01-01", validUntil="2999-01-01")
        + dated("l4", "e"),
    )
    assert edges(graph, "answersTo") == {("a", "d"), ("a", "e")}


def test_posts_and_seats_give_the_short_cuts_that_an_org_client_knows(graph: Graph) -> None:
    chairs = graph.select(
        "SELECT ?chair { <https://w3id.org/govgraph/id/harrow/body/partnership-board> gov:chairedBy ?chair }"
    ).rows
    assert [row["chair"].rpartition("/")[2] for row in chairs] == ["leader-of-harrow-council"]
    members = graph.select(
        "SELECT ?m { <https://w3id.org/govgraph/id/harrow/body/harrow-chief-executives> org:hasMember ?m }"
    )
    assert len(members) == 8
    assert graph.select("ASK { ?board a gov:PartnershipBoard, org:Organization }").rows == [{"answer": True}]


def test_a_thing_of_an_earlier_revision_is_found_by_name_and_said_to_be_so(graph: Graph) -> None:
    assert graph.find("Children's Trust").kinds.endswith("(earlier revision only)")


def test_blank_nodes_get_names_that_stay_the_same(tmp_path: Path) -> None:
    first = built(tmp_path / "one", ':a skos:note [ skos:prefLabel "x"@en ] .')
    second = built(tmp_path / "two", ':a skos:note [ skos:prefLabel "x"@en ] .')
    query = "SELECT ?node { ?a skos:note ?node }"
    assert first.select(query).rows == second.select(query).rows
    assert "/.well-known/genid/" in first.select(query).rows[0]["node"]


@pytest.mark.parametrize(
    ("content", "line_number", "expected"),
    [
        ('@prefix gov: <http://x/> .\n:a gov:b "c" .\n', 2, "prefix"),
        ("@prefix gov: <http://x/> .\n\ngov:a gov:b gov:c\ngov:d gov:e gov:f .\n", 4, ""),
        ('@prefix gov: <http://x/> .\ngov:a gov:b "never ends .\n', 2, ""),
    ],
)
def test_broken_turtle_is_reported_with_file_line_and_column(
    tmp_path: Path, content: str, line_number: int, expected: str
) -> None:
    data = data_folder(tmp_path / "data", "")
    (data / "now" / "broken.ttl").write_text(content)
    with pytest.raises(BadRdf) as caught:
        build(Generations(tmp_path / "store"), data)
    assert f"broken.ttl, line {line_number}, column " in caught.value.message
    assert expected in caught.value.message
    assert not (tmp_path / "store" / "current").exists()
    assert not list((tmp_path / "store").glob("building-*"))


def test_a_folder_without_a_catalogue_is_not_a_data_folder(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    with pytest.raises(NotADataFolder, match=r"has no catalog\.ttl"):
        build(Generations(tmp_path / "store"), tmp_path / "data")
    with pytest.raises(NotADataFolder, match="is not a folder"):
        build(Generations(tmp_path / "store"), tmp_path / "nowhere")


def test_a_file_that_the_catalogue_does_not_list_is_not_silently_left_out(tmp_path: Path) -> None:
    data = data_folder(tmp_path / "data", "")
    (data / "forgotten.ttl").write_text("")
    with pytest.raises(NotADataFolder, match=r"forgotten\.ttl is in no dataset"):
        build(Generations(tmp_path / "store"), data)


def test_a_catalogue_that_lists_a_missing_folder_is_refused(tmp_path: Path) -> None:
    data = data_folder(tmp_path / "data", "")
    shutil.rmtree(data / "now")
    with pytest.raises(NotADataFolder, match="names no folder that is there"):
        build(Generations(tmp_path / "store"), data)


def test_a_changed_data_file_gives_a_new_generation(tmp_path: Path) -> None:
    data = data_folder(tmp_path / "data", ':a skos:prefLabel "A"@en .')
    generations = Generations(tmp_path / "store")
    assert build(generations, data).fresh
    assert not build(generations, data).fresh
    (data / "now" / "facts.ttl").write_text(PREFIXES + ':a skos:prefLabel "B"@en .')
    assert build(generations, data).generation.number == 2


def test_the_packaged_graph_has_no_blank_node_and_no_undeclared_class(graph: Graph) -> None:
    assert graph.select("SELECT * { ?s ?p ?o FILTER(ISBLANK(?s) || ISBLANK(?o)) }").rows == []
    undeclared = graph.select(
        f'SELECT DISTINCT ?c {{ ?s a ?c FILTER(STRSTARTS(STR(?c), "{DEF}")) FILTER NOT EXISTS {{ ?c a ?kind }} }}'
    )
    assert undeclared.rows == []


def test_the_packaged_data_folder_is_where_the_checkout_has_it() -> None:
    assert packaged("data") == Path(__file__).parents[2] / "data"
