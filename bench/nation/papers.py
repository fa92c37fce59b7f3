"""The papers of a made-up council: portfolios with duties, a plan with targets, a report, and a text about itself.

What the saved questions ask about beyond the structure, the rules and the year of a council, each a few times.
"""

from bench.nation.records import Records, count, date, number, term, text, words
from bench.nation.structure import THEMES, Structure

__all__ = ["build_papers"]

TRUE, FALSE = (f'"{value}"^^{term("xsd:boolean")}' for value in ("true", "false"))


def build_papers(records: Records, own: Structure) -> None:
    """Describe them all."""
    _portfolios(records, own)
    _plan(records, own)
    _report(records, own)
    _text(records, own)
    _rules(records, own)


def _portfolios(records: Records, own: Structure) -> None:
    holders = records.add(
        records.name("party", "portfolio-holders"),
        "gov:PartyGroup",
        "all portfolio holders",
        basis=own.clauses["officers"],
    )
    records.add(
        records.name("responsibility", "holders-answer"),
        "gov:Responsibility",
        "answering for decisions of the portfolio",
        bearer=holders,
        basis=own.clauses["delegation"],
    )
    themes = records.add(records.name("theme", "list"), "skos:ConceptScheme", "themes of the council")
    portfolios = []
    for theme in THEMES:
        post = records.add(
            records.name("post", f"holder-{theme}"),
            "gov:Post",
            f"portfolio holder for {theme}",
            inBody=own.bodies["cabinet"],
            org_role=term("gov:role/portfolio-holder"),
            appointedBy=own.posts["leader of the council"],
            basis=own.clauses["officers"],
        )
        subject = records.add(records.name("theme", theme), "gov:Theme", theme, skos_inScheme=themes)
        portfolios.append(
            records.add(
                records.name("portfolio", theme),
                "gov:Portfolio",
                f"portfolio for {theme}",
                heldBy=post,
                theme=subject,
                basis=own.clauses["delegation"],
            )
        )
        records.add(
            records.name("responsibility", f"holder-{theme}"),
            "gov:Responsibility",
            f"services for {theme}",
            bearer=post,
            inPortfolio=portfolios[-1],
            theme=subject,
            basis=own.clauses["delegation"],
        )
        records.add(
            records.name("responsibility", f"thematic-{theme}"),
            "gov:Responsibility",
            f"working together on {theme}",
            bearer=own.bodies[f"thematic-{theme}"],
            theme=subject,
            basis=own.clauses["groups"],
        )
    first, second, third, _ = portfolios
    records.add(
        records.name("bridge", "youth-health"),
        "gov:BridgeService",
        "health of the young",
        candidatePortfolio=[first, second],
        basis=own.clauses["delegation"],
    )
    records.add(
        records.name("relation", "health-homes"),
        "gov:PortfolioRelation",
        "health is close to homes",
        relates=[second, third],
        subject=words("damp homes"),
        basis=own.clauses["delegation"],
    )
    records.add(
        records.name("representation", "trust"),
        "gov:Representation",
        "the leader speaks for the council at the health trust",
        representative=own.posts["leader of the council"],
        onBody=records.name("organisation", "health-trust"),
        basis=own.clauses["partnership"],
    )


def _plan(records: Records, own: Structure) -> None:
    promised = own.clauses["accountability"]
    plan = records.add(records.name("plan", "corporate"), "gov:Plan", "corporate plan", basis=promised)
    for place, theme in enumerate(THEMES[:2]):
        priority = records.add(
            records.name("priority", theme),
            "gov:Priority",
            f"a borough good for {theme}",
            ofPlan=plan,
            order=count(place + 1),
            basis=promised,
        )
        for turn in range(2):
            name = f"{theme}-{turn + 1}"
            target = records.name("target", name)
            action = records.add(
                records.name("action", name),
                "gov:Action",
                f"centre {turn + 1} for {theme}",
                inPriority=priority,
                owner=own.posts["chief executive"],
                theme=records.name("theme", theme),
                target=target,
                place=words("town centre"),
                order=count(turn + 1),
                basis=promised,
            )
            records.add(
                target,
                "gov:Target",
                f"centre {turn + 1} for {theme}: {turn + 2} places",
                ofAction=action,
                quantity=number(turn + 2),
                countOf=words("places"),
                comparison=term("gov:comparison/at-least"),
                dueDate=date("2026-12-31"),
                duePrecision=text("year"),
                basis=promised,
            )


def _report(records: Records, own: Structure) -> None:
    person = records.name("person", "p-25")
    report = records.add(
        records.name("report", "plan"),
        "gov:Report",
        "report on the corporate plan",
        decidingBody=own.bodies["cabinet"],
        responsibleOfficer=person,
        meetingDate=date("2025-09-10"),
        keyDecision=FALSE,
        callIn=TRUE,
        exempt=FALSE,
        basis=own.clauses["decisions"],
    )
    for kind, label, facts in (
        ("recommendation", "adopt the plan", {"order": count(1)}),
        ("risk", "the plan costs more than is said", {"rating": words("amber")}),
    ):
        records.add(
            records.name(kind, "plan"),
            f"gov:{kind.capitalize()}",
            label,
            ofReport=report,
            basis=own.clauses["decisions"],
            **facts,
        )
    records.add(
        records.name("sign-off", "plan"),
        "gov:SignOff",
        "sign-off of the report",
        ofReport=report,
        signatory=person,
        signedOn=date("2025-09-01"),
        signedAs=own.posts["chief executive"],
        basis=own.clauses["decisions"],
    )


def _text(records: Records, own: Structure) -> None:
    records.add(
        records.name("reference", "quorum"),
        "gov:CrossReference",
        "the clause on voting cites the one on the quorum",
        inClause=own.clauses["voting"],
        citedAs=words("clause 6"),
        referenceKind=term("gov:reference/clause"),
        resolvesTo=own.clauses["quorum"],
        intendedTarget=own.clauses["quorum"],
        basis=own.clauses["voting"],
    )
    groups = [own.bodies[f"thematic-{theme}"] for theme in THEMES]
    for name, topic in (("here", "partnership"), ("there", "groups")):
        records.add(
            records.name("term", f"groups-{name}"),
            "gov:DefinedTerm",
            "Partnership groups",
            inClause=own.clauses[topic],
            membersListed=groups,
            basis=own.clauses[topic],
        )
    records.add(
        records.name("term", "major-matters"),
        "gov:UsedTerm",
        "major matters",
        inClause=own.clauses["decisions"],
        isDefined=TRUE,
        basis=own.clauses["decisions"],
    )
    records.add(
        records.name("count", "thematic-groups"),
        "gov:StatedCount",
        "four thematic groups are stated",
        statedNumber=count(len(THEMES)),
        countOf=words("thematic groups"),
        countedBy=term("gov:ThematicGroup"),
        inClause=own.clauses["groups"],
        basis=own.clauses["groups"],
    )


def _rules(records: Records, own: Structure) -> None:
    must = term("gov:Must")
    for name, kind, label, facts in (
        ("public", "public-access", "the full council meets in public", {"appliesTo": own.bodies["full-council"]}),
        (
            "chair-term",
            "term",
            "the deputy chair of the board serves for two years",
            {"appliesTo": own.posts["deputy chair of the board"], "exactly": number(2), "unit": term("gov:unit/year")},
        ),
        (
            "creation",
            "creation",
            "the board may make delivery groups",
            {"appliesTo": own.bodies["delivery-homes"], "actor": own.bodies["board"]},
        ),
    ):
        records.add(
            records.name("rule", name),
            "gov:Rule",
            label,
            ruleKind=term(f"gov:rule/{kind}"),
            obligation=term("gov:May") if kind == "creation" else must,
            basis=own.clauses["groups" if kind == "creation" else "terms" if kind == "term" else "meetings"],
            **facts,
        )
