"""A generation in an endpoint answers as the same generation does here, or says why it cannot."""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, ClassVar

import pyoxigraph as ox
import pytest
from hypothesis import given, settings
from tests.questions.test_any_value import TYPED
from tests.store.playing import Played, load

import govgraph
from govgraph.errors import (
    AnswerTooLarge,
    BadInput,
    BadParameter,
    EndpointFailed,
    NotAnEndpoint,
    PartOfAnswer,
    QuerySyntax,
    StoreFailed,
)
from govgraph.graph import Graph
from govgraph.knowledge.remote_names import names_file
from govgraph.limits import Limits
from govgraph.notebook import frame
from govgraph.questions.library import find, library
from govgraph.questions.runner import prepare
from govgraph.rdf.terms import iri, literal
from govgraph.review.findings import Finding
from govgraph.store.base import DATASET_TYPES, GRAPH_TYPES, SOLUTION_TYPES, Answer, Request
from govgraph.store.copying import Copies
from govgraph.store.embedded import EmbeddedReader
from govgraph.store.endpoint import Endpoint
from govgraph.store.engines import GENERIC, Engine
from govgraph.store.generations import Generation
from govgraph.store.names import Names
from govgraph.store.remote import RemoteReader
from govgraph.store.remote_generations import FOREIGN, RemoteGeneration, RemoteGenerations

JSON = ("application/sparql-results+json",)


@pytest.fixture(scope="module", autouse=True)
def cache(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """What is kept of endpoints goes into a folder of the tests."""
    folder = tmp_path_factory.mktemp("cache")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_CACHE_HOME", str(folder))
        yield folder


@pytest.fixture(scope="module")
def loaded(generation: Generation) -> Iterator[Played]:
    """An endpoint with the packaged graph; do not change what it holds."""
    played = Played()
    load(played, generation)
    yield played
    played.close()


@pytest.fixture
def played(loaded: Played) -> Iterator[Played]:
    """The same, with everything else as it was at first."""
    loaded.sent.clear()
    yield loaded
    loaded.cut, loaded.body = 0, None


@pytest.fixture
def small() -> Iterator[Played]:
    """An endpoint with nothing in it."""
    started = Played()
    yield started
    started.close()


@pytest.fixture
def remote(played: Played) -> RemoteReader:
    return reader_of(played)


@pytest.fixture(scope="module")
def embedded(generation: Generation) -> EmbeddedReader:
    return EmbeddedReader(generation.store, generation.number)


@pytest.fixture
def elsewhere(played: Played) -> Graph:
    return govgraph.open(played.url, engine="generic")


def reader_of(played: Played, engine: Engine = GENERIC, **told: Any) -> RemoteReader:
    endpoint = Endpoint(played.url, engine=engine)
    return RemoteReader(endpoint, RemoteGenerations(endpoint).latest(), **told)


def plain(played: Played, engine: Engine = GENERIC, **told: Any) -> RemoteReader:
    """A reader of an endpoint as it is."""
    endpoint = Endpoint(played.url, engine=engine)
    return RemoteReader(endpoint, RemoteGeneration(FOREIGN, {}, endpoint), **told)


def rows(answer: Answer) -> list[dict[str, tuple[object, ...]]]:
    """Rows without the order in which SPARQL leaves it open to put texts together."""
    return [
        {name: (cell["type"], cell.get("xml:lang"), *sorted(cell["value"].replace(", ", "; ").split("; ")))
         for name, cell in row.items()}
        for row in json.loads(answer.body)["results"]["bindings"]
    ]  # fmt: skip


@pytest.mark.parametrize("name", list(library()))
def test_a_saved_question_gives_the_rows_that_it_gives_here(
    name: str, remote: RemoteReader, embedded: EmbeddedReader, generation: Generation
) -> None:
    question, names = find(name), Names(generation.names)
    examples = {parameter.name: parameter.example for parameter in question.parameters}
    for request in (*prepare(question, examples, names).requests, Request(question.text)):
        there, here = remote.answer(request), embedded.answer(request)
        assert rows(there) == rows(here)
        assert (there.rows, there.generation, there.kind) == (here.rows, here.generation, here.kind)


SELECT = "SELECT ?s ?label { ?s a gov:PartnershipGroup ; skos:prefLabel ?label } ORDER BY ?s"
CONSTRUCT = "CONSTRUCT { ?s skos:prefLabel ?label } { ?s a gov:Council ; skos:prefLabel ?label } ORDER BY ?s"


@pytest.mark.parametrize("media_type", [*SOLUTION_TYPES, *GRAPH_TYPES])
def test_an_answer_is_the_same_bytes_in_every_form(
    media_type: str, remote: RemoteReader, embedded: EmbeddedReader
) -> None:
    text = SELECT if media_type in SOLUTION_TYPES else CONSTRUCT
    assert remote.answer(Request(text, accept=(media_type,))) == embedded.answer(Request(text, accept=(media_type,)))


@pytest.mark.parametrize("media_type", SOLUTION_TYPES[:2])
@pytest.mark.parametrize("text", ["ASK { ?s a gov:Council }", "ASK { ?s a gov:Nothing }"])
def test_a_yes_or_no_is_the_same_bytes(
    media_type: str, text: str, remote: RemoteReader, embedded: EmbeddedReader
) -> None:
    request = Request(text, accept=(media_type,))
    assert remote.answer(request) == embedded.answer(request)


@pytest.mark.parametrize("media_type", DATASET_TYPES)
def test_the_whole_dataset_is_given_graphs_and_all(
    media_type: str, remote: RemoteReader, embedded: EmbeddedReader
) -> None:
    request = Request("", accept=(media_type,), whole=True)
    there, here = remote.answer(request), embedded.answer(request)
    form = ox.RdfFormat.from_media_type(media_type)
    assert form
    assert set(ox.parse(there.body, form)) == set(ox.parse(here.body, form))
    assert there.rows == here.rows


@pytest.mark.parametrize("most", [1, 3, 10_000])
def test_the_first_rows_are_asked_for_and_told_to_be_a_part(
    most: int, remote: RemoteReader, embedded: EmbeddedReader, played: Played
) -> None:
    request = Request(SELECT, accept=JSON, most=most)
    assert remote.answer(request) == embedded.answer(request)
    assert played.sent[-1].endswith(f"LIMIT {most + 1}")


@pytest.mark.parametrize(
    "text",
    ["SELECT ?x { ?x gvo:mode ?y }", "SELEKT ?x { ?x ?y ?z }", "SELECT ?x {\n ?x ?y }", "SELECT ?x { ?x ?y ?z ", ""],
)
def test_what_cannot_be_read_is_told_with_line_and_column(
    text: str, remote: RemoteReader, embedded: EmbeddedReader
) -> None:
    with pytest.raises(QuerySyntax) as here:
        embedded.answer(Request(text))
    with pytest.raises(QuerySyntax) as there:
        remote.answer(Request(text))
    assert str(there.value) == str(here.value)


def test_a_term_of_ours_that_is_not_there_is_told_with_what_is_close(
    remote: RemoteReader, embedded: EmbeddedReader
) -> None:
    request = Request("SELECT ?x { ?x gov:acountableTo ?y }")
    assert "the ontology has no gov:acountableTo; did you mean gov:accountableTo" in remote.answer(request).notes[0]
    assert remote.answer(request) == embedded.answer(request)


EARLIER = "https://w3id.org/govgraph/graph/harrow/handbook-earlier"


@pytest.mark.parametrize(
    "request_",
    [
        Request("SELECT (COUNT(*) AS ?n) { ?s ?p ?o }"),
        Request("SELECT ?g (COUNT(*) AS ?n) { GRAPH ?g { ?s ?p ?o } } GROUP BY ?g ORDER BY ?g"),
        Request(f"SELECT (COUNT(*) AS ?n) FROM <{EARLIER}> {{ ?s ?p ?o }}"),
        Request(f"SELECT (COUNT(*) AS ?n) FROM NAMED <{EARLIER}> {{ GRAPH ?g {{ ?s ?p ?o }} }}"),
        Request("SELECT (COUNT(*) AS ?n) { ?s ?p ?o }", default_graphs=(EARLIER,)),
        Request("SELECT (COUNT(*) AS ?n) { GRAPH ?g { ?s ?p ?o } }", named_graphs=(EARLIER,)),
        Request("SELECT ?x { VALUES ?x { <a> } }", base="http://example.org/"),
    ],
    ids=str,
)
def test_a_query_reads_the_graphs_that_it_reads_here(
    request_: Request, remote: RemoteReader, embedded: EmbeddedReader
) -> None:
    assert remote.answer(request_) == embedded.answer(request_)


def test_texts_come_back_as_they_were_typed_from_an_endpoint(small: Played) -> None:
    reader = plain(small)

    @settings(max_examples=200, deadline=None, database=None)
    @given(text=TYPED)
    def holds(text: str) -> None:
        answer = reader.answer(Request("SELECT ?text { }", {"text": literal(text)}, JSON))
        assert json.loads(answer.body)["results"]["bindings"] == [{"text": {"type": "literal", "value": text}}]

    holds()


def test_a_parameter_must_be_a_variable_that_the_query_projects(remote: RemoteReader) -> None:
    with pytest.raises(BadParameter, match="must be a variable that the query projects"):
        remote.answer(Request("SELECT ?y { ?x ?p ?y }", {"x": iri("http://e/")}))
    with pytest.raises(BadParameter, match="no group"):
        remote.answer(Request("SELECT ?x \\u007B ?x ?p ?y }", {"x": iri("http://e/")}))


def numbers(count: int) -> bytes:
    return b"".join(b"<http://e/%d> <http://e/p> %d .\n" % (number, number) for number in range(count))


@pytest.mark.parametrize("text", ["SELECT ?s ?o { ?s <http://e/p> ?o }", "CONSTRUCT { ?s ?p ?o } WHERE { ?s ?p ?o }"])
def test_an_answer_that_was_cut_without_a_word_is_found_out(text: str, small: Played) -> None:
    small.store.load(numbers(2_345), ox.RdfFormat.TURTLE)
    assert plain(small).answer(Request(text)).rows == 2_345
    small.cut = 2_000
    with pytest.raises(PartOfAnswer, match=r"sent 2,000 of 2,345 rows and said nothing of it"):
        plain(small).answer(Request(text))


def test_an_answer_that_only_looks_cut_is_given(small: Played) -> None:
    small.store.load(numbers(2_000), ox.RdfFormat.TURTLE)
    for text in ("SELECT ?s ?o { ?s <http://e/p> ?o }", "SELECT ?s ?o { ?s ?p ?o } ORDER BY ?s LIMIT 1000"):
        assert plain(small).answer(Request(text)).rows in (1_000, 2_000)
    assert len(small.sent) == 4, "each was counted"


def test_a_copy_is_whole_although_the_endpoint_cuts_its_answers(small: Played) -> None:
    small.store.load(numbers(3_456), ox.RdfFormat.TURTLE)
    small.cut = 1_000
    assert len(plain(small).copies.store()) == 3_456


class Telling(Engine):
    """An engine that says when it sends a part."""

    partial_headers: ClassVar[Mapping[str, str]] = {"x-sparql-maxrows": "it has more rows than it sends at once"}


def test_a_copy_is_whole_although_the_endpoint_says_that_it_sends_parts(small: Played) -> None:
    small.store.load(numbers(3_456), ox.RdfFormat.TURTLE)
    small.cut, small.says_so = 1_000, True
    assert len(plain(small, Telling()).copies.store()) == 3_456
    with pytest.raises(PartOfAnswer, match="more rows than it sends at once"):
        plain(small, Telling()).answer(Request("SELECT ?s ?o { ?s ?p ?o }"))


def test_a_copy_that_would_be_too_large_is_refused_and_said_what_to_do(played: Played, small: Played) -> None:
    few = Limits(copied_statements=1_000)
    with pytest.raises(StoreFailed, match=r"copy of 32,\d+ statements.*no more than 1,000.*govgraph build"):
        reader_of(played, limits=few).copies.store()
    small.store.load(numbers(2_000), ox.RdfFormat.TURTLE)
    with pytest.raises(StoreFailed, match="copy of 2,000 statements"):
        plain(small, limits=few).copies.store()


@pytest.mark.parametrize(
    ("body", "error"),
    [
        (b'{"head": {"vars": ["x"]}, "results": {"bindings": [{"x": {"type": "lit', PartOfAnswer),
        (b"[1, 2]", NotAnEndpoint),
        (b'{"answer": 42}', NotAnEndpoint),
        (b"true", NotAnEndpoint),
        (b"", NotAnEndpoint),
        (
            b'{"head": {"vars": ["x"]}, "results": {"bindings": [{"x": {"type": "uri", "value": "<>"}}]}}',
            EndpointFailed,
        ),
        (b'{"head": {"vars": ["x"]}, "results": {"bindings": [{"x": 7}]}}', EndpointFailed),
        (b'{"head": {"vars": ["x"]}, "results": []}', EndpointFailed),
    ],
)
def test_results_that_are_none_are_told(body: bytes, error: type[Exception], small: Played) -> None:
    small.body = body
    with pytest.raises(error):
        plain(small).answer(Request("SELECT ?x { ?x ?p ?o }"))


def test_results_as_older_engines_write_them_are_read(small: Played) -> None:
    integer = "http://www.w3.org/2001/XMLSchema#integer"
    cells = {
        "x": {"type": "typed-literal", "datatype": integer, "value": "7"},
        "b": {"type": "bnode", "value": "nodeID://1"},
    }
    small.body = json.dumps({"head": {"vars": ["x", "b"]}, "results": {"bindings": [cells]}}).encode()
    found = json.loads(plain(small).answer(Request("SELECT ?x ?b { }", accept=JSON)).body)["results"]["bindings"]
    assert found[0]["x"] == {"type": "literal", "datatype": integer, "value": "7"}
    assert found[0]["b"]["type"] == "bnode"


def test_an_answer_that_is_too_large_is_refused(small: Played) -> None:
    small.store.load(numbers(50), ox.RdfFormat.TURTLE)
    for limits in (Limits(answer_rows=10), Limits(answer_bytes=500)):
        with pytest.raises(AnswerTooLarge):
            plain(small, limits=limits).answer(Request("SELECT ?s ?o { ?s ?p ?o }"))


class Weak(Engine):
    """An engine that cannot answer what groups, and does not know it of another form."""

    def must_fetch(self, text: str) -> str:
        return "it cannot group" if "GROUP BY" in text else ""

    def gives_up(self, message: str) -> str:
        return "it gave up" if "HTTP" not in message and "SELECT" in message else ""


def test_what_an_engine_cannot_answer_is_answered_here_and_said_so(played: Played, embedded: EmbeddedReader) -> None:
    reader = reader_of(played, Weak())
    request = Request("SELECT ?mode (COUNT(*) AS ?n) { ?l gov:mode ?mode } GROUP BY ?mode ORDER BY ?mode", accept=JSON)
    answer = reader.answer(request)
    assert answer.body == embedded.answer(request).body
    [note] = answer.notes
    assert note.startswith("answered here over ")
    assert note.endswith(", because it cannot group")
    fetched = int(note.split()[3].replace(",", ""))
    modes = embedded.answer(Request("SELECT ?s { ?s gov:mode ?o }")).rows
    assert fetched == modes, "only statements with the property that the query names"
    played.sent.clear()
    reader.answer(request)
    assert not played.sent, "what was fetched is kept"


def test_the_note_of_an_answer_made_here_reaches_the_asker(played: Played) -> None:
    endpoint = Endpoint(played.url, engine=Weak())
    graph = Graph(RemoteGenerations(endpoint).latest())
    assert "because it cannot group" in str(graph.ask("ultimately-accountable-to", body="Delivery groups").notes)
    assert "because it cannot group" in str(
        graph.select("SELECT (COUNT(*) AS ?n) { ?s gov:mode ?o } GROUP BY ?o").notes
    )


def test_names_are_fetched_once_and_kept(played: Played, generation: Generation) -> None:
    reader = reader_of(played)
    told = RemoteGenerations(reader.endpoint).latest()
    file = names_file(reader, told)
    played.sent.clear()
    assert names_file(reader, told) == file
    assert not played.sent
    here, there = Names(generation.names), Names(file)
    for name in ("Partnership Board", "partnership board", "Harrow Chief Executives' Group", "22.69"):
        assert there.find(name) == here.find(name)
    for text in ("board", "delivery gro", "earlier"):
        assert sorted(hit.iri for hit in there.search(text)) == sorted(hit.iri for hit in here.search(text))


def test_a_graph_elsewhere_does_what_a_graph_here_does(elsewhere: Graph, graph: Graph) -> None:
    body = "Partnership Board"
    assert elsewhere.find(body) == graph.find(body)
    assert elsewhere.describe(body).rows == graph.describe(body).rows
    assert elsewhere.options("on-theme", "theme") == graph.options("on-theme", "theme")
    assert elsewhere.ends("2011-04-17").rows == graph.ends("2011-04-17").rows
    labels = [graph.find(name).iri for name in (body, "Harrow Council")]
    assert elsewhere.labels([*labels, "http://e/none"]) == graph.labels([*labels, "http://e/none"])
    assert elsewhere.decide("revenue spend", 600_000).decider == graph.decide("revenue spend", 600_000).decider
    assert elsewhere.deadlines("notice", "2024-02-19") == graph.deadlines("notice", "2024-02-19")
    assert set(elsewhere.to_rdflib()) == set(graph.to_rdflib())
    assert set(elsewhere.to_networkx().edges) == set(graph.to_networkx().edges)


def test_a_day_a_version_a_trial_and_a_comparison_are_made_from_a_copy(elsewhere: Graph, graph: Graph) -> None:
    for day, version in (("2011-04-17", None), (None, "handbook-earlier")):
        there, here = elsewhere.at(day, version), graph.at(day, version)
        assert there.ask("ends").rows == here.ask("ends").rows
        assert there.notes == here.notes
    changes = [side.at(version="handbook-earlier").changes_to(side) for side in (elsewhere, graph)]
    assert changes[0] == changes[1] != []
    trials = [side.whatif(remove=["Harrow Chief Executives"]) for side in (elsewhere, graph)]
    assert trials[0].effects == trials[1].effects != []
    assert elsewhere.changes_to(graph) == []


def test_the_review_of_an_endpoint_finds_what_the_review_of_the_store_finds(elsewhere: Graph, graph: Graph) -> None:
    there, here = elsewhere.validate(), graph.validate()
    assert list(map(_told, there.findings)) == list(map(_told, here.findings)) != []


def _told(finding: Finding) -> tuple[object, ...]:
    """A finding without the order in which SPARQL leaves it open to put clauses together."""
    return finding.id, finding.rule, finding.severity, finding.label, sorted(finding.clauses), finding.value_label


def test_our_own_service_is_an_endpoint_too(site: str, graph: Graph) -> None:
    elsewhere = govgraph.open(f"{site}/sparql")
    assert elsewhere.generation == FOREIGN
    told: Mapping[str, str] = {"body": "Partnership Board"}
    assert elsewhere.ask("who-chairs", **told).rows == graph.ask("who-chairs", **told).rows
    assert elsewhere.ends("2011-04-17").rows == graph.ends("2011-04-17").rows
    assert elsewhere.at("2011-04-17").ask("ends").rows == graph.at("2011-04-17").ask("ends").rows
    trials = [side.whatif(remove=["Harrow Chief Executives"]) for side in (elsewhere, graph)]
    assert trials[0].effects == trials[1].effects != []


def test_graphs_can_be_named_as_the_default_graph(played: Played) -> None:
    graph = govgraph.open(played.url, engine="generic", default_graphs=[EARLIER])
    assert graph.generation == FOREIGN
    assert {row["s"] for row in graph.select("SELECT ?s { ?s a gov:DocumentVersion }")} == {
        row["s"] for row in graph.select(f"SELECT ?s {{ GRAPH <{EARLIER}> {{ ?s a gov:DocumentVersion }} }}")
    }
    with pytest.raises(BadInput, match=r"union of all graphs.*--default-graph IRI"):
        govgraph.open(played.url, engine="generic", default_graphs=["union"])


def test_a_day_is_refused_where_the_graphs_that_tell_it_are_not_there(played: Played, small: Played) -> None:
    endpoint = Endpoint(played.url, engine="generic")
    latest = RemoteGenerations(endpoint).latest()
    earlier = RemoteGeneration(latest.number, latest.manifest, endpoint, whole=False)
    with pytest.raises(BadInput, match="merged facts only"):
        Graph(earlier).at("2011-04-17")
    small.store.load(numbers(3), ox.RdfFormat.TURTLE)
    with pytest.raises(BadInput, match="no catalogue"):
        govgraph.open(small.url, engine="generic").at("2011-04-17")


def test_what_is_said_of_an_endpoint_is_refused_of_a_folder(store_folder: Path) -> None:
    with pytest.raises(BadInput, match="Name the address of the endpoint"):
        govgraph.open(store_folder, engine="oxigraph")


def test_a_frame_in_a_notebook_shows_labels(elsewhere: Graph, graph: Graph) -> None:
    there, here = (frame(each.ask("who-chairs", body="Partnership Board"), each) for each in (elsewhere, graph))
    assert there.to_dict() == here.to_dict()


def test_copies_are_shared_where_one_holds_the_other(played: Played) -> None:
    endpoint = Endpoint(played.url, engine="generic")
    copies = Copies(endpoint, RemoteGenerations(endpoint).latest())
    whole = copies.store()
    assert copies.store({"http://e/p"}) is whole
    assert copies.store(named=False) is whole
