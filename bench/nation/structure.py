"""The standing arrangements of a made-up council: constitution, bodies, posts, seats and lines of accountability."""

import hashlib
from dataclasses import dataclass, field

from bench.nation.records import Records, count, date, iri, term, text, words
from bench.nation.register import Council
from govgraph.namespaces import ID

__all__ = ["Structure", "build_structure"]

TOPICS = (
    "composition", "chairs", "officers", "terms", "meetings", "quorum", "notice", "minutes", "attendance", "voting",
    "accountability", "scrutiny", "advice", "partnership", "groups", "decisions", "delegation", "limits", "money",
    "funds", "servicing", "appointments",
)  # fmt: skip
COMMITTEES = ("audit", "licensing", "planning", "standards")
THEMES = ("children", "health", "homes", "safety")
OFFICERS = ("chief executive", "monitoring officer", "finance director", "director of place", "director of people")
SEATS = {"full-council": 24, "cabinet": 6, "scrutiny": 9, "audit": 7, "licensing": 9, "planning": 9, "standards": 5}
"""Places in the bodies of a council."""


@dataclass
class Structure:
    """The things that the records of a year refer to.

    Parameters
    ----------
    posts : by name; `chairs` are the posts that chair, and `seats` the seats of councillors, by body.
    limit : pounds up to which the cabinet decides; a decision above is a key decision of the full council.
    """

    council: str
    clauses: dict[str, str] = field(default_factory=dict)
    bodies: dict[str, str] = field(default_factory=dict)
    posts: dict[str, str] = field(default_factory=dict)
    chairs: dict[str, str] = field(default_factory=dict)
    seats: dict[str, str] = field(default_factory=dict)
    limit: int = 0


def build_structure(records: Records, council: Council) -> Structure:
    """Describe the council, and say what the year refers to."""
    own = Structure(iri(f"{ID}uk/council/{council.code}"))
    registered = {"gssCode": text(council.gss)} if council.gss else {}
    records.add(
        own.council,
        "gov:Council",
        council.name,
        councilType=iri(council.kind),
        dct_identifier=text(council.code.upper()),
        nation=words(council.nation),
        region=words(council.region),
        **registered,
    )
    _constitution(records, own, council)
    _bodies(records, own, council)
    _posts(records, own)
    _lines(records, own)
    return own


def _constitution(records: Records, own: Structure, council: Council) -> None:
    document = records.add(
        records.name("document", "constitution"), "gov:Document", f"Constitution of {council.place} (made up)"
    )
    version = records.add(
        records.name("version", "constitution"),
        "gov:DocumentVersion",
        f"Constitution of {council.place} (made up), current",
        versionOf=document,
        revisionStatus=term("gov:Current"),
        sourceFile=text(f"constitution-{council.code}.md"),
    )
    for place, topic in enumerate(TOPICS):
        own.clauses[topic] = records.add(
            records.name("clause", f"c-{place + 1}"),
            "gov:Clause",
            f"clause {place + 1}",
            eli_number=text(str(place + 1)),
            eli_is_part_of=version,
            lineStart=count(place * 4 + 1),
            lineEnd=count(place * 4 + 3),
            charStart=count(place * 400),
            charEnd=count(place * 400 + 399),
            sliceDigest=text(hashlib.sha256(f"{council.code} {topic}".encode()).hexdigest()),
        )


def _bodies(records: Records, own: Structure, council: Council) -> None:
    place = council.place

    def body(name: str, kind: str, label: str, home: str, **facts: str) -> None:
        own.bodies[name] = records.add(
            records.name("body", name),
            f"gov:{kind}",
            f"{place} {label}",
            org_subOrganizationOf=home,
            basis=own.clauses["composition"],
            **facts,
        )

    recorded = {"recordedFrom": date("2025-06-01"), "recordedUntil": date("2026-06-01")}
    body("full-council", "CouncilBody", "full council", own.council, **recorded)
    body("cabinet", "CouncilBody", "cabinet", own.council, **recorded)
    for name in ("scrutiny", *COMMITTEES):
        body(name, "CouncilBody", f"{name} committee", own.council, **recorded)
    own.bodies["partnership"] = records.add(
        records.name("body", "partnership"), "gov:Partnership", f"{place} partnership", basis=own.clauses["partnership"]
    )
    body("board", "PartnershipBoard", "partnership board", own.bodies["partnership"])
    body("executives", "ChiefExecutivesGroup", "chief executives' group", own.bodies["partnership"])
    for theme in THEMES:
        body(f"thematic-{theme}", "ThematicGroup", f"thematic group for {theme}", own.bodies["partnership"])
        body(f"delivery-{theme}", "DeliveryGroup", f"delivery group for {theme}", own.bodies["partnership"])


def _posts(records: Records, own: Structure) -> None:
    def post(name: str, body: str, role: str, **facts: str) -> str:
        own.posts[name] = records.add(
            records.name("post", name.replace(" ", "-")),
            "gov:Post",
            name,
            inBody=body,
            org_role=term(f"gov:role/{role}"),
            basis=own.clauses["officers" if role == "officer" else "chairs"],
            **facts,
        )
        return own.posts[name]

    post("leader of the council", own.council, "leader", appointedBy=own.bodies["full-council"])
    for officer in OFFICERS:
        post(officer, own.council, "officer", appointedBy=own.bodies["full-council"])
    for name, body in own.bodies.items():
        if name not in ("cabinet", "partnership"):
            own.chairs[name] = post(f"chair of the {name}", body, "chair")
    own.chairs["cabinet"] = post(
        "chair of the cabinet", own.bodies["cabinet"], "chair", exOfficio=own.posts["leader of the council"]
    )
    for name, chair in own.chairs.items():
        post(f"deputy chair of the {name}", own.bodies[name], "deputy-chair", presidesInAbsenceOf=chair)
    for name, places in SEATS.items():
        own.seats[name] = records.add(
            records.name("seat", f"{name}-councillors"),
            "gov:Seat",
            f"councillors in the {name}",
            inBody=own.bodies[name],
            seatCount=count(places),
            represents=own.council,
            basis=own.clauses["composition"],
        )
    for name, body in own.bodies.items():
        if name not in SEATS and name != "partnership":
            records.add(
                records.name("seat", f"{name}-council"),
                "gov:Seat",
                f"seat of the council in the {name}",
                inBody=body,
                seatCount=count(1),
                represents=own.council,
                basis=own.clauses["composition"],
            )


def _lines(records: Records, own: Structure) -> None:
    money = records.add(records.name("matter", "partnership-money"), "gov:Matter", "partnership money")

    def line(party: str, principal: str, mode: str, topic: str, **facts: str) -> None:
        kind = "line" if mode in ("accountability", "acting-for", "reporting") else mode
        records.add(
            records.name("line", f"{party}-{kind}-{principal}"),
            "gov:AccountabilityLine",
            f"{party}, {mode}, {principal}",
            accountableParty=own.bodies.get(party, own.council),
            accountableTo=own.bodies.get(principal, own.council),
            mode=term(f"gov:mode/{mode}"),
            strength=term("gov:Explicit"),
            basis=own.clauses[topic],
            **facts,
        )

    true = f'"true"^^{term("xsd:boolean")}'
    for name in ("cabinet", "scrutiny", *COMMITTEES):
        line(name, "full-council", "accountability", "accountability")
    line("full-council", "council", "acting-for", "accountability")
    line("cabinet", "scrutiny", "scrutiny", "scrutiny")
    for name in COMMITTEES:
        line(name, "cabinet", "advice", "advice")
    line("board", "partnership", "acting-for", "partnership", isPrimary=true)
    line("partnership", "council", "accountability", "partnership", isPrimary=true, forMatter=money)
    line("executives", "board", "accountability", "groups", isPrimary=true)
    line("executives", "cabinet", "advice", "advice")
    for theme in THEMES:
        line(f"thematic-{theme}", "board", "accountability", "groups", isPrimary=true)
        line(f"delivery-{theme}", f"thematic-{theme}", "accountability", "groups")
        line(f"thematic-{theme}", "scrutiny", "scrutiny", "scrutiny")
