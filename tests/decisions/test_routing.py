"""Who decides: every row of the routing table that was read out of the constitution by hand, and other councils."""

from pathlib import Path
from typing import Any

import pytest

from govgraph.errors import BadInput, BadParameter, UnknownThing
from govgraph.graph import Graph
from govgraph.knowledge.build import build
from govgraph.store.generations import Generations

CABINET, COUNCIL = "Cabinet", "Harrow Council"
BUSINESS = "Portfolio Holder for Business, Property and Leisure"
FINANCE = "Portfolio Holder for Finance and Resources"
NOT_POSITIVELY = "who decides is not stated positively"


def case(kind: str, **more: Any) -> dict[str, Any]:
    return {"kind": kind, **more}


ROUTES = [
    # case, who decides, rule, clause, whether it is key, a gap
    (case("revenue spend", amount="£600k", service_budget="1.5m", wards=1), CABINET, "K-2", "Cab(6)(i)", True, ""),
    (case("revenue saving", amount=700_000), CABINET, "K-2", "Cab(6)(i)", True, ""),
    (
        case("revenue spend", amount=500_000, service_budget=600_000, wards=1),
        "", "", "", False, "Exactly £500,000 falls in neither branch: K-2 asks for over that, K-3b asks for less than",
    ),
    (
        case("capital spend", amount="£1,000,000", service_budget="1.1m", wards=1),
        "", "", "", False, "Exactly £1,000,000 falls in neither branch: K-1 asks for over that, K-3a asks for less",
    ),
    (
        case("capital spend", amount=600_000, service_budget=1_500_000, wards=1),
        "", "", "", False, "Not key by K-1 (£600,000 is not over £1,000,000), K-3a (£600,000 is not over 50 % of",
    ),
    (
        case("capital spend", amount=600_000, service_budget=1_000_000, wards=1),
        CABINET, "K-3a", "Cab(6) significance", True, "",
    ),
    (
        case("capital spend", amount=600_000, service_budget=1_500_000, wards=1, contract=True),
        CABINET, "K-5", "Cab(7)", False, "",
    ),
    (
        case("revenue spend", amount=300_000, service_budget=500_000, wards=1),
        CABINET, "K-3b", "Cab(6) significance", True, "",
    ),
    (
        case("revenue spend", amount=100_000, service_budget=1_000_000, wards=3, affirm=["K-4"]),
        CABINET, "K-4", "Cab(6)(ii)", True, "",
    ),
    (case("contract", amount=500_000), "", "", "", None, "Exactly £500,000 is not caught: K-5 asks for over that."),
    (case("land disposal", amount=250_000, best_consideration=True), BUSINESS, "K-12", "BPL b5", None, ""),
    (case("land disposal", amount=240_000, best_consideration=False), "", "", "", None, "K-12 does not apply"),
    (
        case("land acquisition", amount=260_000),
        "", "", "", None, "K-12 does not apply: £260,000 is not up to £250,000; nobody is stated who decides instead.",
    ),
    (
        case("claim settlement", amount="1.2m"),
        CABINET, "claim-over-1m", "FIN b9", True, "No clause says so: claim-over-1m is inferred from",
    ),
    (case("rent setting"), CABINET, "K-9", "Cab(11)", None, ""),
    (case("plan", affirm=["K-11"]), COUNCIL, "K-11", "Cab(3)", None, ""),
]  # fmt: skip


@pytest.mark.parametrize(("given", "decider", "rule", "clause", "key", "gap"), ROUTES)
def test_the_routing_table_is_reproduced(
    graph: Graph, given: dict[str, Any], decider: str, rule: str, clause: str, key: bool | None, gap: str
) -> None:
    decision = graph.decide(**given)
    assert decision.decider == decider
    assert [outcome.rule.name for outcome in decision.decides] == [rule] * bool(rule)
    assert clause in decision.clause
    assert decision.key is key
    assert gap in " ".join(decision.gaps)
    if not decider:
        assert decision.sentence == "Not stated: no rule decides."


def parts(graph: Graph, **given: Any) -> dict[str, list[str]]:
    decision = graph.decide(**given)
    found: dict[str, list[str]] = {}
    for part, outcome in decision.rows:
        found.setdefault(part, []).append(outcome.rule.name)
    return found


def test_what_only_oversees_stands_beside_the_decision(graph: Graph) -> None:
    decision = graph.decide(kind="claim settlement", amount=1_200_000)
    assert [(outcome.rule.name, outcome.rule.decider) for outcome in decision.oversees] == [("K-14", FINANCE)]
    assert any(remark.startswith("K-14: Oversight, not decision") for remark in decision.remarks)


def test_an_overseer_of_what_nobody_is_said_to_decide_is_not_made_the_decider(graph: Graph) -> None:
    decision = graph.decide(kind="claim settlement", amount=700_000, wards=1)
    assert not decision.decider
    assert not decision.oversees
    assert NOT_POSITIVELY in decision.gaps[0]


def test_a_total_says_little_of_its_years(graph: Graph) -> None:
    assert parts(graph, kind="contract", amount="2m")["if"][-1] == "K-13"
    assert parts(graph, kind="contract", amount="2m", affirm=["K-13"])["oversees"] == ["K-13"]
    assert "K-13" not in str(parts(graph, kind="contract", amount="2m", deny=["K-13"]))
    assert "K-13" not in str(parts(graph, kind="contract", amount="900k"))


def test_what_the_caller_does_not_say_is_an_open_question(graph: Graph) -> None:
    decision = graph.decide(kind="revenue spend")
    asked = {outcome.rule.name: outcome.why for outcome in decision.open}
    assert asked["K-2"] == "is the amount over £500,000?"
    assert asked["K-3b"] == "is the amount less than £500,000?; is it over 50 % of the service's budget?"
    assert "does it affect at least 2 wards?; does this hold: the effects" in asked["K-4"]
    assert decision.key is None
    assert not decision.decider


def test_wards_alone_do_not_make_a_decision_key(graph: Graph) -> None:
    given = case("revenue spend", amount=100_000, service_budget=1_000_000, wards=3)
    assert graph.decide(**given).key is None
    assert graph.decide(**given, deny=["K-4"]).key is False


def test_what_is_for_matters_that_are_not_key_does_not_fit_a_key_decision(graph: Graph) -> None:
    assert "K-8" in parts(graph, kind="revenue spend", amount=100_000)["if"]
    assert "K-8" not in parts(graph, kind="revenue spend", amount=600_000)["if"]
    assert parts(
        graph, kind="revenue spend", amount=100_000, service_budget=1_000_000, wards=1, affirm=["K-8"]
    )["decides"] == ["K-8"]  # fmt: skip


def test_a_holder_decides_only_where_no_rule_of_the_cabinet_comes_first(graph: Graph) -> None:
    decision = graph.decide(kind="land disposal", amount=200_000, best_consideration=True)
    assert decision.sentence.startswith(f"{BUSINESS} may decide, by K-12 (BPL b5)")
    assert "Cabinet decides instead if the questions of K-4 or K-8 or cab-10 are answered with yes." in decision.gaps
    unsaid = graph.decide(kind="land disposal", amount=200_000)
    assert not unsaid.decider
    assert "K-12" in [outcome.rule.name for outcome in unsaid.open]


def test_a_recommendation_that_must_come_first_is_told(graph: Graph) -> None:
    needs = graph.decide(kind="plan", affirm=["K-11"]).needs
    assert needs[0] == "Cabinet must agree or recommend as well (Cab(3))."


def test_the_share_is_exceeded_and_not_only_reached(graph: Graph) -> None:
    at = case("revenue spend", amount=300_000, service_budget=600_000, wards=1)
    assert not graph.decide(**at).decider
    assert graph.decide(**(at | {"service_budget": "599,999"})).decider == CABINET


def test_a_contract_may_be_of_another_amount_than_the_whole(graph: Graph) -> None:
    given = case("capital spend", amount=900_000, service_budget=9_000_000, wards=1)
    assert graph.decide(**given, contract="600k").clause == "Cab(7)"
    assert not graph.decide(**given, contract="400k").decider
    assert not graph.decide(**given, contract=False).decider


def test_a_kind_that_holds_others_says_that_their_rules_were_not_tried(graph: Graph) -> None:
    gaps = graph.decide(kind="saving", amount="2m").gaps
    assert gaps[0] == "“saving” holds capital saving and revenue saving; rules for one of those alone were not tried."


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({"amount": "lots"}, 'amount is not a sum of money: "lots". Write it as'),
        ({"amount": "-5"}, "amount is not a sum of money"),
        ({"amount": "5,00"}, "amount is not a sum of money"),
        ({"amount": float("nan")}, "amount is not a sum of money"),
        ({"amount": True}, "amount is not a sum of money"),
        ({"amount": "٣"}, "amount is not a sum of money"),
        ({"service_budget": "0"}, "service budget is nought"),
        ({"contract": "maybe"}, "contract is not a sum of money"),
        ({"wards": "two"}, "wards is not a whole number"),
        ({"wards": 1.5}, "wards is not a whole number"),
        ({"affirm": ["K-99"]}, 'no decision rule is named "K-99". Rules with a condition: K-4, K-6'),
        ({"affirm": ["F21"]}, 'several decision rules are named "F21"'),
        ({"affirm": ["K-2"]}, "K-2 has no condition"),
        ({"affirm": ["K-4"], "deny": ["k-4"]}, "both affirmed and denied"),
        ({"council": "Nowhere"}, 'no decision rules of "Nowhere". There are those of "harrow"'),
        ({"as_of": "tomorrow"}, "not a day"),
    ],
)
def test_what_cannot_be_understood_is_refused_in_one_line(graph: Graph, given: Any, expected: str) -> None:
    with pytest.raises(BadInput) as refused:
        graph.decide(kind="revenue spend", **given)
    assert expected in str(refused.value)
    assert "\n" not in str(refused.value)


def test_an_unknown_kind_is_answered_with_kinds_that_are_close(graph: Graph) -> None:
    with pytest.raises(UnknownThing, match="land disposal"):
        graph.decide(kind="land sale")


# Another council

PREFIXES = """@prefix gov: <https://w3id.org/govgraph/def/> . @prefix skos: <http://www.w3.org/2004/02/skos/core#> .
@prefix comparison: <https://w3id.org/govgraph/def/comparison/> . @prefix schema: <https://schema.org/> .
@prefix decision: <https://w3id.org/govgraph/def/decision/> . @prefix eli: <http://data.europa.eu/eli/ontology#> .
@prefix dcat: <http://www.w3.org/ns/dcat#> . @prefix dct: <http://purl.org/dc/terms/> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
"""
RULES = """
@prefix : <https://w3id.org/govgraph/id/{council}/rule/> .
:finance a gov:CouncilBody ; skos:prefLabel "Finance Committee"@en .
:clerk a gov:CouncilBody ; skos:prefLabel "Town Clerk"@en .
:clause a gov:Clause ; skos:prefLabel "Orders 7"@en ; eli:number "7" .
:limit a schema:MonetaryAmount ; schema:value 20000 ; schema:currency "GBP" .
:big a gov:DecisionRule ; skos:prefLabel "From £20,000 the committee"@en ; gov:decider :finance ; gov:precedence 2 ;
    gov:decisionKind decision:revenue-spend ; gov:threshold :limit ; gov:comparison comparison:at-least ;
    gov:basis :clause .
:small a gov:DecisionRule ; skos:prefLabel "Below £20,000 the clerk"@en ; gov:decider :clerk ; gov:precedence 1 ;
    gov:decisionKind decision:revenue-spend ; gov:threshold :limit ; gov:comparison comparison:less-than ;
    gov:basis :clause .
:part a gov:DecisionRule ; skos:prefLabel "A quarter of the budget"@en ; gov:decider :finance ; gov:precedence 3 ;
    gov:decisionKind decision:saving ; gov:serviceBudgetShare 0.25 ; gov:comparison comparison:at-least ;
    gov:basis :clause .
"""


def built(folder: Path, **councils: str) -> Graph:
    catalogue = PREFIXES
    for name, text in councils.items():
        (folder / "data" / name).mkdir(parents=True)
        (folder / "data" / name / "rules.ttl").write_text(PREFIXES + text.replace("{council}", name))
        catalogue += f'<https://w3id.org/govgraph/graph/{name}> a dcat:Dataset ; gov:dataFolder "{name}" .\n'
    (folder / "data" / "catalog.ttl").write_text(catalogue)
    return Graph(build(Generations(folder / "store"), folder / "data").generation)


def test_a_council_with_other_thresholds_needs_no_code(tmp_path: Path) -> None:
    graph = built(tmp_path, exampleton=RULES)
    asked = {amount: graph.decide(kind="revenue spend", amount=amount) for amount in (19_999, 20_000)}
    assert asked[19_999].decider == "Town Clerk"
    assert asked[20_000].decider == "Finance Committee"
    assert asked[20_000].clause == "7"
    assert asked[20_000].key is None
    assert graph.decide(kind="capital saving", amount=25, service_budget=100).decider == "Finance Committee"
    assert not graph.decide(kind="capital saving", amount=24, service_budget=100).decider


def test_of_several_councils_one_is_named(tmp_path: Path) -> None:
    other = RULES.replace("20000", "90000").replace("Town Clerk", "Chief Officer")
    graph = built(tmp_path, exampleton=RULES, otherham=other)
    with pytest.raises(BadParameter, match='Name one as council: "exampleton" or "otherham"'):
        graph.decide(kind="revenue spend", amount=30_000)
    assert graph.decide(kind="revenue spend", amount=30_000, council="exampleton").decider == "Finance Committee"
    assert graph.decide(kind="revenue spend", amount=30_000, council="Otherham Council").decider == "Chief Officer"


def test_rules_without_an_order_decide_nothing_between_them(tmp_path: Path) -> None:
    text = RULES.replace("gov:precedence 2 ;", "").replace("gov:precedence 1 ;", "").replace("less-than", "up-to")
    decision = built(tmp_path, exampleton=text).decide(kind="revenue spend", amount=20_000)
    assert decision.decider == ""
    assert decision.sentence == "Not stated: the rules that fit have no order."
    assert "big (Finance Committee), small (Town Clerk)" in decision.gaps[0]


def test_rules_are_those_of_the_day(tmp_path: Path) -> None:
    ended = RULES.replace("gov:precedence 2 ;", 'gov:precedence 2 ; gov:validUntil "2011-04-17"^^xsd:date ;')
    graph = built(tmp_path, exampleton=ended)
    given = case("revenue spend", amount=30_000)
    assert graph.decide(**given, as_of="2011-04-16").decider == "Finance Committee"
    assert graph.decide(**given, as_of="2011-04-17").decider == ""
    assert graph.decide(**given).decider == ""
    assert graph.at("2011-04-16").decide(**given).decider == "Finance Committee"


def test_an_amount_in_another_currency_is_not_compared(tmp_path: Path) -> None:
    graph = built(tmp_path, exampleton=RULES.replace('"GBP"', '"EUR"'))
    decision = graph.decide(kind="revenue spend", amount=30_000)
    assert not decision.decider
    assert decision.open[0].why == "is the amount less than EUR 20,000?"


def test_a_graph_without_decision_rules_says_that_it_does_not_know(tmp_path: Path) -> None:
    decision = built(tmp_path, exampleton='<https://w3id.org/govgraph/id/x> skos:prefLabel "x" .').decide(
        kind="revenue spend", amount=1
    )
    assert decision.sentence == "Not stated: no rule decides."
