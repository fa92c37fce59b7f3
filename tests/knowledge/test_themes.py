"""Facts of different holders, years and bodies meet in our themes."""

from collections.abc import Iterator

import pyoxigraph as ox
import pytest

from govgraph.graph import Graph
from govgraph.knowledge.facts import GOV, RDF_TYPE, SKOS, Facts, statements
from govgraph.namespaces import GRAPH, ID
from govgraph.store.generations import Generation

ALL, CABINET, LEADER = "All portfolio holders", "Cabinet", "Leader of Harrow Council"
ASC, CCE, ENV, EPH, FIN, HSG, BPL = (
    f"Portfolio Holder for {name}"
    for name in (
        "Adults and Social Care", "Community Cohesion, Crime and Enforcement", "Environment and Climate Change",
        "Equalities and Public Health", "Finance and Resources", "Housing", "Business, Property and Leisure",
    )
)  # fmt: skip
CEA = "Portfolio Holder for Community Engagement, Accessibility & Customer Services"
EDU = "Portfolio Holder for Education and Social Services for Children and Young People"

OVERLAPS = [
    ("Inequality", {LEADER: "LDR b9", CEA: "CEA b2", EPH: "EPH b3", ENV: "ENV b2", ALL: "GR2 b3"}),
    ("Public health", {EPH: "EPH b2", ALL: "GR2 b3", ASC: "ASC b7"}),
    ("Housing Revenue Account", {CABINET: "Cab(11)", FIN: "FIN b1", HSG: "HSG b1"}),
    ("Finance and budget", {CABINET: "Cab(1)", LEADER: "LDR b8", FIN: "FIN b1"}),
    ("Regeneration", {LEADER: "LDR b11", BPL: "BPL b4"}),
    ("Governance and ethics", {LEADER: "LDR b14", BPL: "BPL b6"}),
    ("Private renting", {CCE: "CCE b3", HSG: "HSG b5"}),
    ("Public realm", {BPL: "BPL b2", ENV: "ENV b3"}),
    ("Culture and heritage", {BPL: "BPL b2"}),
    ("Culture and heritage", {BPL: "BPL b7"}),
    ("Equality and fairness", {CCE: "CCE b2", EPH: "EPH b1", ALL: "GR2 b8", LEADER: "LDR b9"}),
    ("Consultation and engagement", {CEA: "CEA b1", ALL: "GR2 b10", HSG: "HSG b3"}),
    ("Commercialisation", {ASC: "ASC b4", ENV: "ENV b5", FIN: "FIN b5"}),
    ("Commissioning", {ASC: "ASC b6", ENV: "ENV b7", EDU: "EDU b3"}),
    ("Statutory duties and targets", {ASC: "ASC b2", ENV: "ENV b4", EPH: "EPH b2", EDU: "EDU b1"}),
    ("Performance", {FIN: "FIN b8", ALL: "GR2 b4"}),
    ("Procurement and contracts", {CABINET: "Cab(7)", FIN: "FIN b9", ALL: "GR2 b5", EDU: "EDU b3"}),
    ("Voluntary and community groups",
     {ASC: "ASC b3", CCE: "CCE b1", CEA: "CEA b2", ALL: "GR2 b7", EDU: "EDU b3"}),
    ("Safeguarding", {ASC: "ASC b1", EDU: "EDU b2"}),
    ("Environmental health and health protection", {CCE: "CCE b3", EPH: "EPH b2"}),
    ("Skills and learning", {BPL: "BPL b8", EDU: "EDU b4"}),
    ("Relations with government", {LEADER: "LDR b7", BPL: "BPL b1"}),
    ("Relations with government", {LEADER: "LDR b12", BPL: "BPL b1"}),
]  # fmt: skip
"""Subjects on which the constitution has several holders: theme, and clause by holder."""

HOMES = {"PS-4", "PS-5", "CS-5", "CS-6", "SN-7", "SN-9"}
"""Flagship actions that count homes, or units in them."""
THEMED = (
    GOV.Action, GOV.BridgeService, GOV.DecisionRule, GOV.Delegation, GOV.Matter, GOV.Portfolio, GOV.PortfolioRelation,
    GOV.Responsibility, GOV.Rule,
)  # fmt: skip
"""Classes of which every fact has a theme."""


def holders(graph: Graph, theme: str) -> set[tuple[str, str]]:
    """Holder and clause number of each responsibility of the constitution that has the theme."""
    rows = graph.select(f"""SELECT ?who ?number {{
        ?fact gov:theme/skos:prefLabel "{theme}"@en ; gov:bearer/skos:prefLabel ?who ; gov:basis ?clause .
        ?clause eli:number ?number ; eli:is_part_of+ <{ID}harrow/version/constitution-cabinet> }}""").rows
    return {(row["who"], row["number"]) for row in rows}


@pytest.mark.parametrize(("theme", "expected"), OVERLAPS)
def test_holders_who_share_a_subject_meet_in_a_theme(graph: Graph, theme: str, expected: dict[str, str]) -> None:
    assert set(expected.items()) <= holders(graph, theme)


def test_poverty_is_with_four_holders_of_the_constitution(graph: Graph) -> None:
    assert holders(graph, "Poverty") == {(LEADER, "LDR b9"), (CEA, "CEA b2"), (EPH, "EPH b3"), (ENV, "ENV b2")}


def test_public_health_meets_across_documents_and_years(graph: Graph) -> None:
    rows = graph.select("""SELECT DISTINCT ?version {
        ?fact gov:theme/skos:prefLabel "Public health"@en ; gov:basis/eli:is_part_of+ ?version .
        ?version a gov:DocumentVersion }""").rows
    assert {row["version"].rpartition("/")[2] for row in rows} == {
        "constitution-cabinet", "corporate-plan-report-2024", "handbook-current", "memo",
    }  # fmt: skip


def test_transformation_was_with_strategy_and_is_with_finance_and_no_portfolio_of_the_memo(graph: Graph) -> None:
    rows = graph.select("""SELECT DISTINCT ?who {
        ?fact a gov:Responsibility ; gov:theme/skos:prefLabel "Transformation"@en ; gov:bearer/skos:prefLabel ?who }""")
    assert {row["who"] for row in rows.rows} >= {
        FIN, "Portfolio Holder for Strategy, Partnerships and Devolution", "Harrow Chief Executives",
        "Back benchers (2011 memo)",
    }  # fmt: skip
    assert not graph.select("""SELECT ?x { ?x a gov:Portfolio ; gov:theme/skos:prefLabel "Transformation"@en }""").rows


def test_actions_that_count_homes_meet_in_housing(graph: Graph) -> None:
    rows = graph.select("""SELECT DISTINCT ?id {
        ?action gov:theme/skos:prefLabel "Housing"@en ; a gov:Action ; dct:identifier ?id .
        ?target gov:ofAction ?action ; gov:quantity ?quantity }""").rows
    assert {row["id"] for row in rows} == HOMES


@pytest.fixture(scope="module")
def themes(generation: Generation) -> Facts:
    """The graph of our assignments alone."""
    return Facts(statements(in_graph(generation, GRAPH + "themes")))


@pytest.fixture(scope="module")
def current(generation: Generation) -> Facts:
    """Every named graph that is not superseded."""
    names = [name for name in generation.manifest["graphs"] if name not in generation.manifest["superseded"]]
    return Facts(statements(quad for name in names for quad in in_graph(generation, name)))


@pytest.fixture(scope="module")
def others(generation: Generation) -> Facts:
    """Every other named graph, superseded ones too."""
    names = [name for name in generation.manifest["graphs"] if name != GRAPH + "themes"]
    return Facts(statements(quad for name in names for quad in in_graph(generation, name)))


def in_graph(generation: Generation, name: str) -> Iterator[ox.Quad]:
    return ox.Store.read_only(str(generation.store)).quads_for_pattern(None, None, None, ox.NamedNode(name))


def test_every_fact_of_the_themed_kinds_has_a_theme(themes: Facts, current: Facts) -> None:
    # What stands in an earlier revision only is not themed: the assignments are in the default graph.
    facts = {node for kind in THEMED for node in current.instances(kind)}
    assert len(facts) > 500
    assert {node.value for node in facts if not themes.objects(node, GOV.theme)} == set()


def test_only_facts_that_are_there_have_themes_and_only_themes_that_are_there(themes: Facts, others: Facts) -> None:
    assert [s for s, p, _ in others if p == GOV.theme] == []
    for subject, predicate, value in themes:
        if predicate == GOV.theme:
            assert set(others.objects(subject, RDF_TYPE)) & set(THEMED), subject
            assert GOV.Theme in themes.objects(ox.NamedNode(str(value.value)), RDF_TYPE), value


def test_every_theme_is_used_and_described_and_no_two_share_a_name(themes: Facts) -> None:
    listed = list(themes.instances(GOV.Theme))
    assert len(listed) > 50
    names = [name for node in listed for p in (SKOS.prefLabel, SKOS.altLabel) for name in themes.literals(node, p)]
    assert len({name.casefold() for name in names}) == len(names)
    for node in listed:
        assert themes.subjects(GOV.theme, node), node
        assert len(themes.literals(node, SKOS.definition)) == 1
        assert len(themes.objects(node, SKOS.inScheme)) == 1
        for broader in themes.objects(node, SKOS.broader):
            assert GOV.Theme in themes.objects(broader, RDF_TYPE), broader
            assert node not in themes.above(broader, SKOS.broader), node


def test_the_assignments_are_marked_as_ours(graph: Graph) -> None:
    rows = graph.select(f"SELECT ?who {{ <{GRAPH}themes> dct:creator ?who }}").rows
    assert [row["who"] for row in rows] == ["govgraph"]
