"""What the documents do not say, and a reader is tempted to add, is not in the graph."""

import re
from collections.abc import Iterator

import pyoxigraph as ox
import pytest

from govgraph.knowledge.facts import GOV, ORG, RDF_TYPE, SKOS, Facts, statements
from govgraph.namespaces import DEF, GRAPH, ID, PREFIXES
from govgraph.store.generations import Generation

HARROW, MEMO, REGISTER = (ID + part for part in ("harrow/", "unnamed-council-2011/", "uk/"))
HANDBOOK = [GRAPH + "harrow/handbook-current", GRAPH + "harrow/handbook-earlier"]
PERSON = ox.NamedNode(PREFIXES["foaf"] + "Person")
ROLE_OF_CHAIR = ox.NamedNode(DEF + "role/chair")
LEADER = ox.NamedNode(HARROW + "post/leader-of-harrow-council")
OF_THE_PAGE = ox.NamedNode(HARROW + "post/portfolio-holder-for-strategy-partnerships-and-devolution")

MEMO_PORTFOLIOS = {
    "Community Infrastructure", "Community Engagement", "Growth and Planning", "Enterprise", "Learning",
    "Health and Well-being", "Adults", "Children and Young People",
}  # fmt: skip
BRIDGES = {
    "Skills": {"Enterprise", "Learning"},
    "Culture": {"Enterprise", "Learning"},
    "Libraries": {"Community Engagement", "Learning"},
    "Public Transport": set(),
}
APART = [
    ("organisation/pct", "organisation/nhs-harrow"),
    ("organisation/northwick-park-hospital-nhs-trust", "organisation/north-west-london-hospital-nhs-trust"),
    ("body/health-and-well-being-board", "body/shadow-health-and-wellbeing-board"),
    ("body/the-assembly", "body/harrow-senior-residents-assembly"),
    ("organisation/harrow-association-of-voluntary-services", "body/vcs-forum"),
]
"""Things of Harrow that are easily taken for one another."""
OF_AN_ACTION = {
    "type", "prefLabel", "identifier", "description", "inPriority", "order", "period", "place", "basis", "target",
    "bibliographicCitation", "editorialNote", "theme",
}  # fmt: skip
"""All that is said of a flagship action."""


@pytest.fixture(scope="module")
def quads(generation: Generation) -> list[ox.Quad]:
    """Everything in the store: current, superseded and derived."""
    return list(ox.Store.read_only(str(generation.store)))


@pytest.fixture(scope="module")
def facts(quads: list[ox.Quad]) -> Facts:
    return Facts(statements(quads))


@pytest.fixture(scope="module")
def handbook(quads: list[ox.Quad]) -> Facts:
    return Facts(statements(in_graphs(quads, *HANDBOOK)))


def in_graphs(quads: list[ox.Quad], *names: str) -> list[ox.Quad]:
    found = [q for q in quads if isinstance(q.graph_name, ox.NamedNode) and q.graph_name.value in names]
    assert found
    return found


def links(facts: Facts, one: str, other: str) -> list[str]:
    """Statements, either way round, between things whose IRIs begin so."""
    return [
        f"{s.value} {p.value} {o.value}"
        for s, p, o in facts
        if isinstance(o, ox.NamedNode)
        and any(s.value.startswith(a) and o.value.startswith(b) for a, b in ((one, other), (other, one)))
    ]


def labels(facts: Facts, nodes: list[ox.NamedNode]) -> set[str]:
    return {facts.label(node) for node in nodes}


def named(facts: Facts, kind: ox.NamedNode) -> Iterator[str]:
    """Labels of the instances that are not marked as standing for a kind."""
    return (facts.label(node) for node in set(facts.instances(kind)) if not facts.is_true(node, GOV.isGeneric))


def test_nothing_connects_the_council_of_the_memo_with_harrow_or_with_the_register(facts: Facts) -> None:
    assert links(facts, MEMO, HARROW) == links(facts, MEMO, REGISTER) == []
    for subject, _, value in facts:
        if subject.value.startswith(MEMO) and isinstance(value, ox.Literal):
            assert "harrow" not in value.value.casefold()
            assert "cambridge" not in value.value.casefold()


def test_nick_clarke_is_leader_designate_of_a_council_without_a_name_and_nothing_else(facts: Facts) -> None:
    clarke = [node for node in facts.instances(PERSON) if facts.label(node) == "Nick Clarke"]
    assert [node.value for node in clarke] == [MEMO + "person/nick-clarke"]
    held = [post for holding in facts.subjects(GOV.holder, clarke[0]) for post in facts.objects(holding, GOV.post)]
    assert held == [ox.NamedNode(MEMO + "post/leader-designate")]


def test_the_holder_of_the_strategy_page_is_not_the_leader_and_nobody(facts: Facts) -> None:
    assert facts.label(LEADER) == "Leader of Harrow Council"
    assert links(facts, OF_THE_PAGE.value, LEADER.value) == []
    assert facts.subjects(GOV.post, OF_THE_PAGE) == []
    assert facts.objects(OF_THE_PAGE, GOV.exOfficio) == []
    portfolio = ox.NamedNode(HARROW + "portfolio/strategy-partnerships-and-devolution")
    assert facts.objects(portfolio, GOV.heldBy) == [OF_THE_PAGE]
    assert facts.objects(portfolio, GOV.isCombinedWith) == []


def test_nobody_is_named_as_deputy_leader(facts: Facts) -> None:
    deputies = [node for node in facts.instances(GOV.Post) if "deputy leader" in facts.label(node).casefold()]
    assert {node.value.removeprefix(ID).split("/")[0] for node in deputies} == {"harrow", "unnamed-council-2011"}
    assert [holding for post in deputies for holding in facts.subjects(GOV.post, post)] == []


def test_the_deputy_leader_of_harrow_has_no_portfolio(facts: Facts) -> None:
    deputy = ox.NamedNode(HARROW + "post/deputy-leader-of-harrow-council")
    assert facts.subjects(GOV.heldBy, deputy) == facts.subjects(GOV.isCombinedWith, deputy) == []


def test_the_memo_has_eight_portfolios_and_only_one_with_a_holder(facts: Facts) -> None:
    portfolios = [node for node in facts.instances(GOV.Portfolio) if node.value.startswith(MEMO)]
    assert len(portfolios) == len(MEMO_PORTFOLIOS)
    assert labels(facts, portfolios) == MEMO_PORTFOLIOS
    assert labels(facts, [one for one in portfolios if facts.objects(one, GOV.heldBy)]) == {"Community Engagement"}


def test_no_portfolio_won_a_bridge(facts: Facts) -> None:
    bridges = set(facts.instances(GOV.BridgeService))
    candidates = {facts.label(node): labels(facts, facts.objects(node, GOV.candidatePortfolio)) for node in bridges}
    assert candidates == BRIDGES
    portfolios = set(facts.instances(GOV.Portfolio))
    for subject, predicate, value in facts:
        if (subject in bridges and value in portfolios) or (subject in portfolios and value in bridges):
            assert predicate == GOV.candidatePortfolio


def test_two_thematic_groups_are_current_and_four_of_five_were_earlier(quads: list[ox.Quad]) -> None:
    ontology = GRAPH + "ontology"
    now, then = (Facts(statements(in_graphs(quads, name, ontology))) for name in HANDBOOK)
    current = {"Safer Harrow Management Group", "Shadow Health and Wellbeing Board"}
    assert set(named(now, GOV.ThematicGroup)) == current
    earlier = set(named(then, GOV.ThematicGroup))
    assert len(earlier) == 5
    assert earlier & current == {"Safer Harrow Management Group"}


def test_no_delivery_group_is_named(facts: Facts) -> None:
    assert list(named(facts, GOV.DeliveryGroup)) == []


def test_no_person_stands_in_the_handbook(handbook: Facts) -> None:
    assert list(handbook.instances(PERSON)) == list(handbook.instances(GOV.PostHolding)) == []
    terms = {predicate.value for _, predicate, _ in handbook}
    assert not terms & {PREFIXES["foaf"] + "name", DEF + "holder", DEF + "observedOn"}


def test_no_document_of_the_twenties_tells_of_the_partnership(quads: list[ox.Quad]) -> None:
    partnership = ox.NamedNode(HARROW + "body/harrow-strategic-partnership")
    later = [GRAPH + "harrow/" + name for name in ("constitution", "strategy-page", "corporate-plan-report-2024")]
    assert [q for q in in_graphs(quads, *later) if partnership in (q.subject, q.object)] == []
    dates = {GOV.validFrom, GOV.validUntil, GOV.observedOn}
    assert [q for q in quads if q.subject == partnership and q.predicate in dates] == []


@pytest.mark.parametrize("slug", ["safer-harrow-management-group", "shadow-health-and-wellbeing-board"])
def test_who_chairs_a_thematic_group_is_not_said(facts: Facts, slug: str) -> None:
    group = ox.NamedNode(f"{HARROW}body/{slug}")
    assert facts.objects(group, GOV.chairedBy) == facts.objects(group, GOV.deputyChairedBy) == []
    posts = [post for post in facts.subjects(GOV.inBody, group) if ROLE_OF_CHAIR in facts.objects(post, ORG.role)]
    assert posts == []


def test_no_flagship_action_has_an_owner_or_a_portfolio(facts: Facts) -> None:
    actions = set(facts.instances(GOV.Action))
    assert len(actions) == 30
    ours = {re.split(r"[/#]", p.value)[-1] for node in actions for p, _ in facts.properties(node)}
    assert ours <= OF_AN_ACTION
    towards = {(p, kind) for s, p, o in facts if o in actions for kind in facts.objects(s, RDF_TYPE)}
    assert {(p.value, kind.value) for p, kind in towards} <= {(DEF + "ofAction", DEF + "Target")}


def test_what_is_not_among_the_documents_is_cited_and_not_retold(facts: Facts) -> None:
    cited = {
        words: node
        for node in facts.instances(GOV.CrossReference)
        for words in facts.literals(node, GOV.citedAs)
        if "plan-report" in node.value
    }
    for words in ("Article 3", "Appendix 1"):
        matching = [node for said, node in cited.items() if words in said]
        assert matching, words
        assert [target for node in matching for target in facts.objects(node, GOV.resolvesTo)] == []
    assert len(set(facts.instances(GOV.Priority))) == 3


@pytest.mark.parametrize(("one", "other"), APART)
def test_things_that_no_text_calls_the_same_are_apart(facts: Facts, one: str, other: str) -> None:
    first, second = ox.NamedNode(HARROW + one), ox.NamedNode(HARROW + other)
    names = [set(facts.literals(n, SKOS.prefLabel) + facts.literals(n, SKOS.altLabel)) for n in (first, second)]
    assert all(names)
    assert not names[0] & names[1]
    same = {"sameAs", "exactMatch", "closeMatch", "predecessor", "successor", "wasRevisionOf", "replacedBy"}
    found = [line for line in links(facts, first.value, second.value) if re.split(r"[/#]", line.split()[1])[-1] in same]
    assert found == []


def test_the_health_board_of_the_memo_is_a_third_one(facts: Facts) -> None:
    boards = {node.value for node in facts.instances(GOV.Body) if "well-?being board" in _plain(facts.label(node))}
    assert boards == {
        MEMO + "body/health-and-well-being-board",
        HARROW + "body/health-and-well-being-board",
        HARROW + "body/shadow-health-and-wellbeing-board",
    }


def _plain(label: str) -> str:
    return label.casefold().replace("well-being", "well-?being").replace("wellbeing", "well-?being")


def test_only_harrow_council_and_things_of_the_register_are_said_to_be_the_same(facts: Facts) -> None:
    sames = {ox.NamedNode(PREFIXES["owl"] + "sameAs"), SKOS.exactMatch}
    found = {(s.value, o.value) for s, p, o in facts if p in sames and s.value.startswith(ID)}
    assert {s for s, _ in found if not s.startswith(REGISTER)} <= {HARROW + "body/harrow-council"}
    assert all(o.startswith(REGISTER) for s, o in found if s.startswith(HARROW))
