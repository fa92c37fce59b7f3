"""Faults in the standing arrangements of a council: bodies, posts, seats, and who answers to whom."""

from bench.nation.fault_kinds import Found, Kinds, Site, added, changed, dropped, kind, simple
from bench.nation.records import count, term, text
from bench.nation.structure import THEMES

__all__ = ["KINDS"]

KINDS: Kinds = {}

simple(
    KINDS, "line-of-nobody", "GOV-LINE-001", "gov:AccountabilityLine", dropped("gov:accountableParty"), side_line=True
)
simple(KINDS, "line-to-nobody", "GOV-LINE-003", "gov:AccountabilityLine", dropped("gov:accountableTo"), side_line=True)
simple(
    KINDS,
    "line-of-two-modes",
    "GOV-LINE-004",
    "gov:AccountabilityLine",
    added("gov:mode", term("gov:mode/monitoring")),
    True,
)
simple(KINDS, "line-of-no-strength", "GOV-EVID-001", "gov:AccountabilityLine", dropped("gov:strength"), side_line=True)
simple(KINDS, "line-without-a-clause", "GOV-EVID-002", "gov:AccountabilityLine", dropped("gov:basis"), side_line=True)
simple(KINDS, "seat-for-nobody", "GOV-SEAT-005", "gov:Seat", dropped("gov:represents"))
simple(KINDS, "clause-with-a-short-digest", "GOV-CLAUSE-008", "gov:Clause", changed("gov:sliceDigest", text("abc")))
simple(KINDS, "seat-called-by-no-language", "GOV-THING-003", "gov:Seat", added("skos:altLabel", text("place")))
simple(KINDS, "council-with-a-short-code", "GOV-COUN-001", "gov:Council", changed("gov:gssCode", text("E1")))


@kind(KINDS)
def _seat_of_no_places(site: Site) -> Found:
    """Of a seat that nobody is shown to hold: else there are also too many who hold it."""
    seat = site.take("gov:Seat", lambda thing: thing not in site.own.seats.values())
    if seat is None:
        return []
    site.records.change(seat, "gov:seatCount", count(0))
    return [("GOV-SEAT-002", seat)]


@kind(KINDS)
def _line_to_itself(site: Site) -> Found:
    line = site.take("gov:AccountabilityLine", site.side_line)
    if line is None:
        return []
    for party in site.records.values(line, "gov:accountableParty"):
        site.records.change(line, "gov:accountableTo", party)
    return [("GOV-LINE-002", line)]


@kind(KINDS)
def _body_of_nobody(site: Site) -> Found:
    body = site.own.bodies["standards"]
    if site.claim(body) is None:
        return []
    site.records.drop(body, "org:subOrganizationOf")
    return [("GOV-BODY-002", body)]


@kind(KINDS)
def _body_of_itself(site: Site) -> Found:
    body = site.own.bodies["executives"]
    if site.claim(body) is None:
        return []
    site.records.put(body, "org:subOrganizationOf", body)
    return [("GOV-BODY-001", body)]


@kind(KINDS)
def _two_chairs(site: Site) -> Found:
    deputy, body = site.own.posts["deputy chair of the board"], site.own.bodies["board"]
    if site.claim(deputy, body, "two chairs") is None:
        return []
    site.records.change(deputy, "org:role", term("gov:role/chair"))
    return [("GOV-POST-003", body)]


def _delivery_line(site: Site) -> tuple[str, str, str] | None:
    """A delivery group with its thematic group and the line between them, not touched before."""
    for theme in site.chance.sample(THEMES, len(THEMES)):
        group, above = site.own.bodies[f"delivery-{theme}"], site.own.bodies[f"thematic-{theme}"]
        line = site.records.name("line", f"delivery-{theme}-line-thematic-{theme}")
        if site.claim(group, above, line):
            return group, above, line
    return None


@kind(KINDS)
def _group_answers_to_nobody(site: Site) -> Found:
    if (taken := _delivery_line(site)) is None:
        return []
    group, _, line = taken
    site.records.change(line, "gov:mode", term("gov:mode/informing"))
    return [("GOV-CHAIN-001", group)]


@kind(KINDS)
def _group_answers_to_two(site: Site) -> Found:
    if (taken := _delivery_line(site)) is None:
        return []
    group, _, line = taken
    site.records.put(line, "gov:accountableTo", site.own.bodies["executives"])
    return [("GOV-CHAIN-002", group)]


@kind(KINDS)
def _hop_only_inferred(site: Site) -> Found:
    if (taken := _delivery_line(site)) is None:
        return []
    group, _, line = taken
    clause = site.records.values(line, "gov:basis")[0]
    site.records.drop(line, "gov:basis")
    site.records.put(line, "gov:inferredFrom", clause)
    site.records.change(line, "gov:strength", term("gov:Inferred"))
    return [("GOV-CHAIN-003", group)]


@kind(KINDS)
def _circle(site: Site) -> Found:
    if site.claim("circle") is None or (taken := _delivery_line(site)) is None:
        return []
    group, above, _ = taken
    board = site.own.bodies["board"]
    up = next(line for line in site.records.of("gov:AccountabilityLine") if line.endswith("/board-line-partnership>"))
    site.records.put(up, "gov:accountableTo", group)
    return [*(("GOV-CHAIN-004", party) for party in (group, above, board)), ("GOV-CHAIN-002", board)]


@kind(KINDS)
def _independent_yet_answers(site: Site) -> Found:
    if (taken := _delivery_line(site)) is None:
        return []
    statement = site.records.add(
        site.records.name("independence", f"s-{len(site.touched)}"),
        "gov:IndependenceStatement",
        "the group governs itself",
        accountableParty=taken[0],
        strength=term("gov:Explicit"),
        basis=site.own.clauses["groups"],
    )
    return [("GOV-INDEP-002", statement)]
