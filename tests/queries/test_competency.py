"""The questions that people bring, with the answers and clauses that the documents give (or that nothing is stated).

Each test is one competency question; its number is that of the project's list of known answers.
"""

import datetime
from typing import Any

import pytest

from govgraph.graph import Graph


def rows(graph: Graph, question: str, *columns: str, **parameters: str) -> list[tuple[Any, ...]]:
    """The answer as tuples of the named columns, as a reader sees them."""
    table = graph.ask(question, **parameters)
    return [tuple(table.cell(row, name) for name in columns) for row in table.terms]


def action_of(clauses: str) -> str:
    """The clause of the action itself, beside the heading that it stands under."""
    return next(number for number in clauses.split(", ") if "-" in number)


def test_cq01_the_leader_chairs_the_board_and_the_deputy_presides_in_absence(graph: Graph) -> None:
    found = rows(graph, "who-chairs", "role", "heldByLabel", "presidesInAbsence", "clause", body="Partnership Board")
    assert found == [("chair", "Leader of Harrow Council", "no", "22.29"), ("deputy chair", "", "yes", "22.29, 22.30")]


def test_cq02_the_board_has_fifteen_seats_in_twelve_lines(graph: Graph) -> None:
    found = rows(graph, "seats", "seats", "clause", body="Partnership Board")
    assert len(found) == 12
    assert sum(int(seats) for seats, _ in found) == 15
    assert all(clause.startswith("22.20 b") for _, clause in found)


def test_cq06_the_community_cohesion_group_reports_to_the_board_and_is_in_development(graph: Graph) -> None:
    name = "Community Cohesion Task and Finish Group"
    first = rows(graph, "ultimately-accountable-to", "fromLabel", "toLabel", "mode", "clause", body=name)[0]
    assert first == (name, "Partnership Board", "reporting", "22.73 b3")
    groups = dict(rows(graph, "groups", "groupLabel", "status", body="Harrow Strategic Partnership"))
    assert groups[name] == "in development"


def test_cq09_four_management_groups_are_in_the_earlier_revision_only(graph: Graph) -> None:
    found = rows(
        graph, "changes-between-revisions", "part", "change", "thingLabel", body="Harrow Strategic Partnership"
    )
    struck = {thing for part, change, thing in found if (part, change) == ("group", "struck")}
    assert struck - {"Older People's Reference Group"} == {
        "Sustainable Development and Enterprise Management Group",
        "Adult Health and Well Being Management Group",
        "Community Cohesion Management Group",
        "Children's Trust",
    }


def test_cq11_the_cabinet_decides_a_revenue_spend_of_600000(graph: Graph) -> None:
    found = rows(
        graph, "who-decides", "deciderLabel", "comparison", "threshold", "keyDecision", "clause",
        kind="revenue spend", amount="600000",
    )  # fmt: skip
    assert found[0][:4] == ("Cabinet", "over", "500000", "yes")
    assert "Cab(6)" in found[0][4]


def test_cq14_the_business_property_and_leisure_holder_buys_land_for_250000(graph: Graph) -> None:
    found = rows(
        graph, "who-decides", "deciderLabel", "comparison", "threshold", "condition", "clause",
        kind="land acquisition", amount="250000",
    )  # fmt: skip
    assert [(who, how, limit, clause) for who, how, limit, _, clause in found] == [
        ("Portfolio Holder for Business, Property and Leisure", "up to", "250000", "BPL b5")
    ]
    assert "best consideration" in found[0][3]
    over = rows(graph, "who-decides", "deciderLabel", kind="land acquisition", amount="260000")
    assert over == [], "who buys land for more is not stated"


def test_cq16_a_claim_of_1200000_is_overseen_by_finance_and_decided_by_the_cabinet(graph: Graph) -> None:
    found = rows(
        graph, "who-decides", "deciderLabel", "oversees", "clause", kind="claim settlement", amount="£1,200,000"
    )
    assert found[0][:2] == ("Cabinet", "")
    assert found[1] == ("Portfolio Holder for Finance and Resources", "yes", "FIN b9")


def test_cq17_the_cabinet_approves_rents_and_two_holders_deal_with_the_housing_revenue_account(graph: Graph) -> None:
    assert rows(graph, "who-decides", "deciderLabel", "clause", kind="rent setting") == [("Cabinet", "Cab(11)")]
    found = dict(rows(graph, "on-theme", "clause", "whoLabel", theme="Housing Revenue Account"))
    assert found["FIN b1"] == "Finance and Resources"
    assert found["HSG b1"] == "Housing"


def test_cq20_the_strategy_portfolio_has_three_titles(graph: Graph) -> None:
    found = {
        title: (combined, holder, day)
        for title, combined, holder, day in rows(
            graph, "portfolios", "portfolioLabel", "combinedWithLabel", "holderLabel", "day"
        )
        if title.startswith("Strategy")
    }
    leader = "Leader of Harrow Council"
    assert found == {
        "Strategy, Partnerships & Devolution": ("", "", ""),
        "Strategy, Regeneration, Partnerships and Devolution": (leader, "", ""),
        "Strategy": (leader, "Paul Osborn", "2024-02-15"),
    }


def test_cq21_the_strategy_page_does_not_say_that_its_holder_is_the_leader(graph: Graph) -> None:
    found = rows(
        graph, "portfolios", "heldByLabel", "combinedWithLabel", "holderLabel",
        portfolio="Strategy, Partnerships & Devolution",
    )  # fmt: skip
    assert found == [("Portfolio Holder for Strategy, Partnerships and Devolution", "", "")]


def test_cq22_no_document_names_the_deputy_leader(graph: Graph) -> None:
    assert rows(graph, "post-holders", "holderLabel", post="Deputy Leader of Harrow Council") == []


def test_cq24_six_pairs_of_portfolios_have_a_dotted_line_in_the_memo(graph: Graph) -> None:
    assert set(rows(graph, "portfolio-relations", "firstLabel", "secondLabel")) == {
        ("Community Engagement", "Community Infrastructure"),
        ("Community Infrastructure", "Growth and Planning"),
        ("Enterprise", "Learning"),
        ("Adults", "Health and Well-being"),
        ("Children and Young People", "Health and Well-being"),
        ("Adults", "Children and Young People"),
    }


def test_cq26_the_memo_names_no_council(graph: Graph) -> None:
    found = {
        name: (day, council) for name, day, council in rows(graph, "documents", "documentLabel", "day", "councilLabel")
    }
    [(day, council)] = [value for name, value in found.items() if "memo" in name]
    assert (day, council) == ("2011-04-17", "Council of the 2011 memo (not named)")
    assert ("Nick Clarke", "Leader Designate (2011 memo)") in rows(graph, "post-holders", "holderLabel", "postLabel")


def test_cq27_a_budget_of_80000_is_shared_40_20_20(graph: Graph) -> None:
    found = rows(graph, "contributions", "contributorLabel", "part", "obligation", amount="80000")
    assert found == [
        ("Harrow Council", "40000", "should"), ("Harrow Police", "20000", "should"), ("NHS Harrow", "20000", "should"),
    ]  # fmt: skip


def test_cq30_two_clauses_say_who_may_change_the_rules(graph: Graph) -> None:
    found = rows(
        graph, "rules", "clause", "obligation", "requiresLabel", "condition",
        kind="amendment", body="Harrow Strategic Partnership",
    )  # fmt: skip
    assert ("10.5", "may", "Partnership Board") in [row[:3] for row in found]
    major = [row for row in found if row[0] == "20.1"]
    assert {row[2] for row in major} == {"Harrow Council", "Partnership Board"}
    assert all("major" in row[3] for row in major)
    assert ("2/3", "20.1") in rows(graph, "rules", "fraction", "clause", kind="amendment")


def test_cq31_the_partnership_may_not_contract_employ_or_incur_liabilities(graph: Graph) -> None:
    found = rows(graph, "rules", "maximum", "clause", kind="legal form", body="Harrow Strategic Partnership")
    assert found.count(("0", "19.1")) == 3


def test_cq33_three_clauses_remove_a_partner_and_one_states_no_majority(graph: Graph) -> None:
    found = rows(graph, "rules", "clause", "majority", kind="removal", body="Members of the partnership")
    assert sorted(found) == [("12.10", "simple majority"), ("12.11", "simple majority"), ("12.9", "")]


def test_cq36_minutes_should_be_out_within_two_clear_working_weeks(graph: Graph) -> None:
    found = rows(graph, "rules", "obligation", "maximum", "unit", "relativeTo", "clause", kind="minutes")
    assert found == [("should", "2", "clear working week", "after meeting", "12.13")]
    last = {reading.day for due in graph.deadlines("minutes", "2012-03-01") for reading in due.last}
    assert last == {datetime.date(2012, 3, 15), datetime.date(2012, 3, 16)}, "the two readings of a clear working week"


def test_cq37_six_conditions_bind_a_decision_sub_group(graph: Graph) -> None:
    found = {kind: rest for kind, *rest in rows(
        graph, "rules", "kindLabel", "minimum", "requiresLabel", "per", "clause", body="Decision sub-group"
    )}  # fmt: skip
    assert found["appointment"][2:] == ["P1Y", "22.34"]
    assert found["composition"][:2] == ["4", "Chair of the Partnership Board"]
    assert found["authorisation"][1] == "Partnership Board"
    assert found["quorum"][0] == "4"
    assert set(found) == {"appointment", "attendance", "authorisation", "composition", "delegation", "quorum"}


def test_cq38_democratic_services_keep_the_register_of_interests_and_another_team_did_before(graph: Graph) -> None:
    now = rows(graph, "servicing", "servicerLabel", "clause", body="Harrow Strategic Partnership")
    assert ("Democratic Services", "16.2") in now
    before = graph.at(version="handbook-earlier").ask("servicing").rows
    assert "Policy and Partnerships Team" in {row["servicerLabel"] for row in before}


def test_cq40_board_and_assembly_meet_in_public(graph: Graph) -> None:
    found = rows(graph, "rules", "bodyLabel", "clause", kind="public access")
    assert {body for body, _ in found} == {"Partnership Board", "The Assembly"}
    assert ("Partnership Board", "10.2, 22.28") in found


def test_cq43_each_group_has_its_minimum_of_meetings(graph: Graph) -> None:
    found = rows(graph, "rules", "bodyLabel", "minimum", "per", "clause", kind="meeting frequency")
    assert ("Partnership Board", "4", "P1Y", "12.1, 22.12") in found
    assert ("The Assembly", "2", "P1Y", "22.9") in found
    assert ("Harrow Chief Executives", "6", "P1Y", "22.42") in found
    assert ("Harrow Chief Executives", "1", "P3M", "22.45") in found
    assert ("Thematic Management Groups", "", "", "22.53") in found
    assert ("Delivery groups", "", "", "22.66") in found
    assert ("Task and Finish Groups", "", "", "22.73 b1") in found
    assert "Reference Groups" not in {row[0] for row in found}, "not stated"


def test_cq45_six_actions_promise_a_quantity_of_homes(graph: Graph) -> None:
    on_housing = {clause for (clause,) in rows(graph, "on-theme", "clause", theme="Housing")}
    quantities = {
        action_of(clause): (how, quantity)
        for clause, how, quantity in rows(graph, "actions", "clause", "comparison", "quantity")
        if quantity and clause in on_housing
    }
    assert quantities["PS-4"] == ("over", "50")
    assert quantities["PS-5"] == ("over", "200")
    assert quantities["CS-5"] == ("exactly", "100")
    assert quantities["SN-7"] == ("up to", "25")
    assert quantities["SN-9"] == ("exactly", "60")
    homes = dict(rows(graph, "actions", "of", "quantity"))
    assert any(quantity == "80" and "home" in of for of, quantity in homes.items())


def test_cq47_five_people_signed_and_one_date_is_after_the_meeting(graph: Graph) -> None:
    found = rows(graph, "sign-offs", "signatoryLabel", "onBehalfOfLabel", "signedOn", "afterMeeting")
    assert found == [
        ("Alex Dewsnap", "", "2024-01-24", "no"),
        ("Nimesh Mehta", "", "2024-01-24", "no"),
        ("Caroline Eccles", "Monitoring Officer", "2024-01-25", "no"),
        ("Sharon Daniels", "", "2024-01-26", "no"),
        ("Neale Burns", "Head of Internal Audit", "2025-01-25", "yes"),
    ]


def test_cq49_the_managing_director_may_make_minor_changes_in_consultation_with_the_leader(graph: Graph) -> None:
    found = rows(graph, "rules", "actorLabel", "requiresLabel", "condition", "clause", kind="amendment")
    [row] = [row for row in found if row[3] == "Rec 3"]
    assert row[:2] == ("Managing Director", "Leader of Harrow Council")
    assert row[2].startswith("Minor")


def test_cq51_no_action_has_an_owner(graph: Graph) -> None:
    found = [(action_of(clause), quantity) for clause, quantity in rows(graph, "actions", "clause", "quantity")]
    assert ("CS-7", "200") in found
    owners = graph.select("SELECT ?a ?o { ?a a gov:Action ; gov:bearer|gov:inPortfolio|gov:decider ?o }")
    assert owners.rows == []


def test_cq53_the_adults_holder_speaks_on_the_health_and_well_being_board(graph: Graph) -> None:
    found = rows(graph, "representations", "postLabel", "clause", body="Health & Well-Being Board")
    assert found == [("Portfolio Holder for Adults and Social Care", "ASC b5")]


def test_cq55_the_leader_may_use_a_holders_function_in_absence_or_on_notice(graph: Graph) -> None:
    found = rows(
        graph,
        "rules",
        "obligation",
        "actorLabel",
        "condition",
        "clause",
        body="Leader of Harrow Council",
        kind="delegation",
    )
    assert {row[1] for row in found} == {
        "All portfolio holders", "Harrow Council Corporate Directors", "Leader of Harrow Council",
    }  # fmt: skip
    assert {row[2:] for row in found} == {("The holder is absent, or has had written notice", "LDR b5")}


def test_cq57_the_council_may_dissolve_the_partnership_at_a_months_notice(graph: Graph) -> None:
    found = rows(
        graph, "rules", "obligation", "minimum", "unit", "actorLabel", "clause",
        kind="dissolution", body="Harrow Strategic Partnership",
    )  # fmt: skip
    assert ("may", "1", "month", "Harrow Council", "20.2") in found
    assert {row[4] for row in found} == {"20.2", "20.3"}


def test_cq58_call_in_was_not_waived(graph: Graph) -> None:
    assert rows(graph, "reports", "callIn", "callInWaived") == [("yes", "no")]


@pytest.mark.parametrize("theme", ["Poverty"])
def test_portfolios_that_deal_with_poverty_meet_under_the_theme(graph: Graph, theme: str) -> None:
    found = {who for (who,) in rows(graph, "on-theme", "whoLabel", theme=theme)}
    assert {
        "Community Engagement, Accessibility & Customer Services", "Equalities and Public Health",
        "Environment and Climate Change",
    } <= found  # fmt: skip
