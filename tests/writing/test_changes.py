"""A change makes one new generation, or changes nothing; in a governance store named graphs are the truth."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pyoxigraph as ox
import pytest

from govgraph.errors import (
    BadInput,
    BadRdf,
    ChangeRefused,
    ChangesWouldBeLost,
    PreconditionFailed,
    QueryRefused,
    QuerySyntax,
)
from govgraph.graph import Graph
from govgraph.knowledge.build import build
from govgraph.review.findings import Finding, Report
from govgraph.store.generations import Generation, Generations
from govgraph.store.names import Names
from govgraph.writing.changing import change, make_empty, write
from govgraph.writing.request import Expected, Part, Write

G = "https://w3id.org/govgraph/graph/notes"
BODY = "https://w3id.org/govgraph/id/harrow/body/new-board"
INSERT = f"""INSERT DATA {{ GRAPH <{G}> {{
  <{BODY}> a gov:PartnershipBoard ; skos:prefLabel "New Board"@en ; org:subOrganizationOf _:x .
  _:x rdfs:comment "y" }} }}"""


@pytest.fixture
def governed(store_folder: Path, tmp_path: Path) -> Generations:
    """A copy of the packaged store that may be written to."""
    shutil.copytree(store_folder, tmp_path / "store")
    return Generations(tmp_path / "store")


@pytest.fixture
def plain(tmp_path: Path) -> Generations:
    generations = Generations(tmp_path / "plain")
    make_empty(generations)
    return generations


def changed(generations: Generations, text: str) -> Generation:
    return change(generations, text, gate=None, who="clerk")


def asks(generation: Generation, text: str) -> bool:
    result = ox.Store.read_only(str(generation.store)).query(text)
    assert isinstance(result, ox.QueryBoolean)
    return bool(result)


def finds(*rules: str, always: bool = False) -> Callable[[bytes], Report]:
    """A review that finds a violation of each rule, as long as the new body is there."""

    def review(facts: bytes) -> Report:
        told = rules if always or BODY.encode() in facts else ()
        return Report([Finding("violation", rule, "", BODY, "New Board", "Mend it.") for rule in told], 1)

    return review


def test_a_change_of_a_named_graph_is_in_the_facts_in_the_names_and_in_what_is_derived(governed: Generations) -> None:
    before = governed.current()
    after = changed(governed, INSERT)
    assert after.number == before.number + 1
    assert governed.current().number == after.number
    assert asks(after, f"ASK {{ <{BODY}> a <http://www.w3.org/ns/org#Organization> }}")
    assert Graph(after).describe("New Board")
    assert not asks(before, f"ASK {{ <{BODY}> ?p ?o }}")


def test_what_is_written_of_a_thing_is_found_by_its_words_and_no_longer_once_it_is_taken_out(
    governed: Generations,
) -> None:
    told = f'{{ GRAPH <{G}> {{ <{BODY}> dct:description "Looks after the weighbridges"@en }} }}'
    changed(governed, INSERT)
    written = changed(governed, f"INSERT DATA {told}")
    assert [hit.iri for hit in Names(written.names).told("weighbridge")] == [BODY]
    assert Names(changed(governed, f"DELETE DATA {told}").names).told("weighbridge") == []


def test_a_manifest_says_who_changed_what_and_when(governed: Generations) -> None:
    told = changed(governed, INSERT).manifest
    assert told["change"]["kind"] == "update"
    assert told["change"]["who"] == "clerk"
    assert told["change"]["graphs"] == [G]
    assert (told["change"]["added"], told["change"]["removed"]) == (4, 0)
    assert len(told["change"]["request"]) == 64
    assert told["changes"] == 1
    assert told["graphs"][G] == 4


def test_new_blank_nodes_get_names_that_no_other_change_gives(governed: Generations) -> None:
    first = changed(governed, INSERT)
    again = changed(governed, INSERT)
    blank = "ASK { ?s ?p ?o FILTER(ISBLANK(?s) || ISBLANK(?o)) }"
    assert not asks(first, blank)
    assert again.manifest["graphs"][G] == 6


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("INSERT DATA { <http://e/a> <http://e/b> 1 }", "the default graph is not written to"),
        ("DELETE WHERE { ?s gov:answersTo ?o }", "the default graph is not written to"),
        ("DROP GRAPH graph:ontology", "the ontology is not changed"),
        ("INSERT DATA { GRAPH graph:derived { <http://e/a> <http://e/b> 1 } }", "what is derived is not written"),
        ("CLEAR ALL", "the default graph is not written to"),
        ("LOAD <http://127.0.0.1:1/> INTO GRAPH <http://e/g>", "LOAD is not offered"),
    ],
)
def test_what_follows_from_the_rest_is_not_written_to(governed: Generations, text: str, said: str) -> None:
    before = governed.current().number
    with pytest.raises(BadInput, match=said):
        changed(governed, text)
    assert governed.current().number == before
    assert not list(governed.folder.glob("building-*"))


def test_the_catalogue_decides_which_graphs_are_current(governed: Generations) -> None:
    changed(governed, INSERT)
    after = changed(governed, f"INSERT DATA {{ GRAPH graph:catalog {{ <{G}> gov:revisionStatus gov:Superseded }} }}")
    assert G in after.manifest["superseded"]
    assert not asks(after, f"ASK {{ <{BODY}> ?p ?o }}")
    assert asks(after, f"ASK {{ GRAPH <{G}> {{ <{BODY}> ?p ?o }} }}")


def test_a_change_that_adds_a_violation_is_refused_with_it(governed: Generations) -> None:
    before = governed.current().number
    with pytest.raises(ChangeRefused, match="adds 1 violation") as refused:
        change(governed, INSERT, gate=finds("GOV-X-001"), who="clerk")
    assert refused.value.findings[0]["rule"] == "GOV-X-001"
    assert governed.current().number == before


def test_a_violation_that_was_there_before_does_not_refuse_a_change(governed: Generations) -> None:
    standing = finds("GOV-OLD-001", always=True)
    after = change(governed, INSERT, gate=standing, who="clerk")
    assert after.manifest["change"]["gate"] == {"violations": 1, "new": 0}
    assert json.loads((after.folder / "report.json").read_text())["summary"]["violation"] == 1
    more = INSERT.replace("New Board", "Newer Board")
    with pytest.raises(ChangeRefused, match="GOV-NEW-001"):
        change(governed, more, gate=finds("GOV-OLD-001", "GOV-NEW-001"), who="clerk")


def test_whoever_accepts_violations_is_recorded(governed: Generations) -> None:
    after = change(governed, INSERT, gate=finds("GOV-X-001"), who="clerk", accept="the monitoring officer")
    assert after.manifest["change"]["gate"] == {"violations": 1, "new": 1, "accepted by": "the monitoring officer"}


def test_a_build_does_not_take_changes_back_unasked(governed: Generations) -> None:
    changed(governed, INSERT)
    with pytest.raises(ChangesWouldBeLost, match="holds 1 change"):
        build(governed)
    assert build(governed, force=True).generation.manifest.get("changes") is None


def test_in_a_plain_dataset_the_default_graph_is_a_graph_like_others(plain: Generations) -> None:
    after = changed(
        plain, "INSERT DATA { <http://e/a> <http://e/b> _:x . GRAPH <http://e/g> { <http://e/a> <http://e/b> 1 } }"
    )
    assert asks(after, "ASK { <http://e/a> <http://e/b> ?x FILTER(ISBLANK(?x)) }")
    assert not asks(after, "ASK { <http://e/a> <http://e/b> 1 }")
    assert after.manifest["graphs"] == {"http://e/g": 1}
    assert after.manifest["statements"] == 1


@pytest.mark.parametrize("large", ["", "http://e/large"], ids=["the default graph", "a named graph"])
@pytest.mark.parametrize(("kind", "text"), [("put", "<http://e/new> <http://e/b> 1 ."), ("put", ""), ("delete", "")])
def test_what_replaces_most_of_a_dataset_leaves_the_rest_as_it_was(
    plain: Generations, large: str, kind: str, text: str
) -> None:
    small = "http://e/small" if large == "" else ""
    contents = {
        large: "".join(f"<http://e/{number}> <http://e/b> {number} .\n" for number in range(50)),
        small: '_:x <http://e/b> _:x , "kept" .',
        "http://e/empty": "",
    }
    for graph, turtle in contents.items():
        write(plain, put(graph, turtle), turtle.encode())
    before = statements(plain)
    asked = put(large, text) if kind == "put" else Write(kind, "clerk", graph=large)
    written = write(plain, asked, text.encode())
    assert (written.added, written.removed) == (len(text and "1"), 50)
    after = statements(plain)
    assert after.get(small) == before[small]
    assert len(after[small]) == 2
    assert after["http://e/empty"] == set()
    assert len(after.get(large, ())) == written.added
    graphs = {name: len(quads) for name, quads in after.items() if name}
    assert plain.current().manifest["graphs"] == graphs
    assert (large in graphs) == (kind == "put" and large != "")


def put(graph: str, turtle: str) -> Write:
    return Write("put", "clerk", graph=graph, parts=[Part("text/turtle", len(turtle.encode()))])


def statements(generations: Generations) -> dict[str, set[ox.Quad]]:
    """What each graph of the current generation holds."""
    store = ox.Store.read_only(str(generations.current().store))
    named = {node.value: node for node in store.named_graphs() if isinstance(node, ox.NamedNode)}
    graphs: dict[str, ox.NamedNode | ox.DefaultGraph] = {"": ox.DefaultGraph(), **named}
    return {name: set(store.quads_for_pattern(None, None, None, node)) for name, node in graphs.items()}


def test_a_change_that_changes_nothing_makes_no_generation(plain: Generations) -> None:
    first = changed(plain, "INSERT DATA { <http://e/a> <http://e/b> 1 }")
    assert changed(plain, "INSERT DATA { <http://e/a> <http://e/b> 1 }").number == first.number


def test_an_update_happens_as_a_whole_or_not_at_all(plain: Generations) -> None:
    with pytest.raises(BadInput, match="nothing was changed"):
        changed(plain, "INSERT DATA { <http://e/a> <http://e/b> 1 } ; DROP GRAPH <http://e/none>")
    assert plain.current().number == 1


def test_an_update_that_cannot_be_read_is_refused_with_its_place(plain: Generations) -> None:
    with pytest.raises(QuerySyntax, match="line 2, column 3: the prefix gvo: is not declared; did you mean gov:"):
        changed(plain, "INSERT DATA {\n  gvo:a gov:b 1 }")


@pytest.mark.parametrize("operator", ["+", "*", "||"])
def test_an_update_too_large_for_the_engine_is_refused_before_it_is_read(plain: Generations, operator: str) -> None:
    with pytest.raises(QueryRefused, match="operators"):
        changed(plain, f"INSERT {{ ?s ?p ?x }} WHERE {{ BIND({operator.join('1' * 9_000)} AS ?x) }}")


def test_much_data_may_come_in_one_update(plain: Generations) -> None:
    lines = " ".join(f"<http://e/{number}> <http://e/b> {number}, -{number} ." for number in range(20_000))
    assert changed(plain, f"INSERT DATA {{ {lines} }}").manifest["statements"] == 39_999


def test_a_change_for_another_state_is_refused(plain: Generations) -> None:
    put = Write("put", "clerk", graph="http://e/g", parts=[Part("text/turtle", 27)], expected=Expected(absent=True))
    written = write(plain, put, b"<http://a> <http://b> 1   .")
    assert written.created
    with pytest.raises(PreconditionFailed, match="has changed since"):
        write(plain, put, b"<http://a> <http://b> 1   .")
    later = Write("delete", "clerk", graph="http://e/g", expected=Expected([1]))
    with pytest.raises(PreconditionFailed):
        write(plain, later, b"")


@pytest.mark.parametrize(
    ("kind", "content", "said"),
    [
        ("text/turtle", b"<a> <b>\n <c> d .", "line 2, column 6"),
        ("application/ld+json", b"[" * 100_000 + b"]" * 100_000, "nests too deep"),
        ("application/rdf+xml", b'<!DOCTYPE a [<!ENTITY b "c"><!ENTITY d "&b;&b;">]><a/>', "made of others"),
        ("application/trig", b"<http://e/h> { <http://e/a> <http://e/b> 1 }", "names the graph"),
        ("application/n-quads", b"<http://e/a> <http://e/b> <c .", "line 1"),
    ],
)
def test_an_upload_that_cannot_be_read_is_refused_with_its_place(
    plain: Generations, kind: str, content: bytes, said: str
) -> None:
    asked = Write("post", "clerk", "http://e/", "http://e/g", [Part(kind, len(content))])
    with pytest.raises((BadRdf, BadInput), match=said):
        write(plain, asked, content)
    assert plain.current().number == 1


def test_a_request_survives_the_pipe() -> None:
    asked = Write("put", "clerk", graph="g", parts=[Part("text/turtle", 3, "a.ttl")], expected=Expected([1, 2]))
    again = Write.from_json(json.loads(json.dumps(asked.as_json())))
    assert again.as_json() == {**asked.as_json(), "using": [], "using_named": []}
    assert again.expected == Expected([1, 2])
    assert again.parts == [Part("text/turtle", 3, "a.ttl")]
