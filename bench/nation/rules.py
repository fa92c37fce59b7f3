"""The rules of a made-up council: meetings, quorum, decisions, delegations with limits, and shares in money."""

from random import Random

from bench.nation.records import Records, amount, count, number, term, words
from bench.nation.structure import COMMITTEES, Structure

__all__ = ["build_rules"]

MEETING = ("full-council", "cabinet", "scrutiny", *COMMITTEES, "board")
"""Bodies that have rules for their meetings."""


def build_rules(records: Records, own: Structure, chance: Random) -> None:
    """Describe the rules; numbers differ from council to council."""
    must = term("gov:Must")
    for name in MEETING:
        common = {"appliesTo": own.bodies[name], "obligation": must}
        records.add(
            records.name("rule", f"{name}-meetings"),
            "gov:Rule",
            f"meetings of the {name} in a year",
            **common,
            ruleKind=term("gov:rule/meeting-frequency"),
            minimum=number(2),
            unit=term("gov:unit/meeting"),
            per=f'"P1Y"^^{term("xsd:duration")}',
            basis=own.clauses["meetings"],
        )
        records.add(
            records.name("rule", f"{name}-quorum"),
            "gov:Rule",
            f"quorum of the {name}",
            **common,
            ruleKind=term("gov:rule/quorum"),
            numerator=count(1),
            denominator=count(chance.choice((3, 4))),
            fractionOf=words("members"),
            rounding=term("gov:rounding/up"),
            basis=own.clauses["quorum"],
        )
    for name in own.bodies:
        if name.startswith(("thematic", "delivery")) or name in ("board", "executives"):
            records.add(
                records.name("rule", f"{name}-dissolution"),
                "gov:Rule",
                f"the partnership may end the {name}",
                ruleKind=term("gov:rule/dissolution"),
                appliesTo=own.bodies[name],
                obligation=term("gov:May"),
                actor=own.bodies["partnership"],
                basis=own.clauses["groups"],
            )
    records.add(
        records.name("rule", "notice"),
        "gov:Rule",
        "notice of meetings",
        ruleKind=term("gov:rule/notice"),
        appliesTo=own.bodies["full-council"],
        obligation=must,
        minimum=number(5),
        unit=term("gov:unit/clear-working-day"),
        relativeTo=term("gov:event/before-meeting"),
        basis=own.clauses["notice"],
    )
    _decisions(records, own, chance.choice((250_000, 500_000, 1_000_000)))
    _money(records, own)


def _decisions(records: Records, own: Structure, key: int) -> None:
    threshold = amount(records, f"gbp-{key}", key)
    own.limit = key
    true = f'"true"^^{term("xsd:boolean")}'
    for name, decider, way, place in (("large", "full-council", "over", 1), ("other", "cabinet", "up-to", 2)):
        announced = {"makesKeyDecision": true} if decider == "cabinet" else {}
        records.add(
            records.name("decision-rule", f"{name}-spending"),
            "gov:DecisionRule",
            f"{name} spending",
            decider=own.bodies[decider],
            decisionKind=term("gov:decision/revenue-spend"),
            threshold=threshold,
            comparison=term(f"gov:comparison/{way}"),
            precedence=count(place),
            basis=own.clauses["decisions"],
            **announced,
        )
    for place, officer in enumerate(("chief executive", "finance director", "director of place", "director of people")):
        pounds = key // (2 * (place + 1))
        limit = records.add(
            records.name("limit", f"spending-{place + 1}"),
            "gov:FinancialLimit",
            f"up to {pounds:,} pounds",
            threshold=amount(records, f"gbp-{pounds}-{place}", pounds),
            comparison=term("gov:comparison/up-to"),
            basis=own.clauses["limits"],
        )
        records.add(
            records.name("delegation", f"spending-{place + 1}"),
            "gov:Delegation",
            f"spending by the {officer}",
            delegator=own.bodies["cabinet"],
            delegate=own.posts[officer],
            decisionKind=term("gov:decision/revenue-spend"),
            financialLimit=limit,
            basis=own.clauses["delegation"],
        )


def _money(records: Records, own: Structure) -> None:
    fund = records.add(records.name("matter", "partnership-fund"), "gov:Matter", "partnership fund")
    trust = records.add(
        records.name("organisation", "health-trust"),
        "gov:Organisation",
        "health trust",
        basis=own.clauses["partnership"],
    )
    for name, payer, share in (("council", own.council, 60), ("trust", trust, 40)):
        records.add(
            records.name("contribution", name),
            "gov:Contribution",
            f"share of the {name}",
            contributor=payer,
            contributesTo=fund,
            share=number(share),
            obligation=term("gov:Should"),
            basis=own.clauses["money"],
        )
    for part, party in (("holds", own.council), ("agrees", own.bodies["board"])):
        records.add(
            records.name("fund-role", part),
            "gov:FundRole",
            f"{part} the partnership fund",
            bearer=party,
            fundRole=term(f"gov:fundrole/{part}"),
            fund=fund,
            basis=own.clauses["funds"],
        )
    records.add(
        records.name("servicing", "board"),
        "gov:Servicing",
        "the council serves the board",
        servicer=own.council,
        serves=own.bodies["board"],
        scope=words("agendas and minutes"),
        basis=own.clauses["servicing"],
    )
