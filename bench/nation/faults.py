"""Faults that are put into the records of a council, each one that a packaged shape finds.

A fault names what must be found of it: the rule and the thing, one pair or several. It takes a thing that no other
fault has touched, so that two faults never hide one another.
"""

from collections.abc import Callable
from dataclasses import dataclass
from random import Random

from bench.nation.records import Records, amount, count, date, number, term, text, words
from bench.nation.structure import COMMITTEES, THEMES, Structure

__all__ = ["KINDS", "Fault", "Site", "put_faults"]


@dataclass(frozen=True)
class Fault:
    """What one fault must be found as.

    Parameters
    ----------
    kind : name of the kind of fault.
    rule : identifier of the rule that finds it.
    focus : IRI of the thing at which it is found.
    """

    kind: str
    rule: str
    focus: str


class Site:
    """The records of a council while faults are put into them."""

    def __init__(self, records: Records, own: Structure, chance: Random) -> None:
        self.records = records
        self.own = own
        self.chance = chance
        self.touched: set[str] = set()
        self.relied: set[str] = set()

    def take(self, kind: str, fits: Callable[[str], bool] = lambda thing: True) -> str | None:
        """A thing of a class that no fault has touched; None if there is none."""
        free = [thing for thing in self.records.of(kind) if thing not in self.touched and fits(thing)]
        return self.claim(self.chance.choice(free)) if free else None

    def claim(self, *things: str) -> str | None:
        """Touch these things; None if one of them has been touched before. Returns the first."""
        if self.touched.intersection(things):
            return None
        self.touched.update(things)
        return things[0]

    def rely(self, *things: str) -> bool:
        """False if a fault has touched one of these, without which the next would not show; else none will."""
        if (self.touched - self.relied).intersection(things):
            return False
        self.relied.update(things)
        self.touched.update(things)
        return True

    def side_line(self, thing: str) -> bool:
        """A line of accountability that no chain follows, so that its fault stays its own."""
        return self.records.values(thing, "gov:mode")[0] in (term("gov:mode/scrutiny"), term("gov:mode/advice"))


FALSE = f'"false"^^{term("xsd:boolean")}'

Found = list[tuple[str, str]]
"""Pairs of rule and thing; none: the council had nothing left to put the fault into."""

KINDS: dict[str, Callable[[Site], Found]] = {}


def _kind(function: Callable[[Site], Found]) -> Callable[[Site], Found]:
    KINDS[function.__name__.strip("_").replace("_", "-")] = function
    return function


def _simple(name: str, rule: str, kind: str, edit: Callable[[Records, str], None], side_line: bool = False) -> None:
    """A fault of one thing of a class, found at that thing."""

    def put(site: Site) -> Found:
        thing = site.take(kind, site.side_line if side_line else lambda thing: True)
        if thing is None:
            return []
        edit(site.records, thing)
        return [(rule, thing)]

    KINDS[name] = put


def _dropped(predicate: str) -> Callable[[Records, str], None]:
    return lambda records, thing: records.drop(thing, predicate)


def _changed(predicate: str, value: str) -> Callable[[Records, str], None]:
    return lambda records, thing: records.change(thing, predicate, value)


def _added(predicate: str, value: str) -> Callable[[Records, str], None]:
    return lambda records, thing: records.put(thing, predicate, value)


_simple("line-of-nobody", "GOV-LINE-001", "gov:AccountabilityLine", _dropped("gov:accountableParty"), side_line=True)
_simple("line-to-nobody", "GOV-LINE-003", "gov:AccountabilityLine", _dropped("gov:accountableTo"), side_line=True)
_simple(
    "line-of-two-modes", "GOV-LINE-004", "gov:AccountabilityLine", _added("gov:mode", term("gov:mode/monitoring")), True
)
_simple("line-of-no-strength", "GOV-EVID-001", "gov:AccountabilityLine", _dropped("gov:strength"), side_line=True)
_simple("line-without-a-clause", "GOV-EVID-002", "gov:AccountabilityLine", _dropped("gov:basis"), side_line=True)
_simple("rule-without-a-clause", "GOV-EVID-007", "gov:Rule", _dropped("gov:basis"))
_simple("holding-ends-first", "GOV-DATE-001", "gov:PostHolding", _added("gov:validUntil", date("2020-01-01")))
_simple("holding-of-nobody", "GOV-HOLD-001", "gov:PostHolding", _dropped("gov:holder"))
_simple(
    "holding-of-no-status", "GOV-HOLD-003", "gov:PostHolding", _changed("gov:holdingStatus", term("gov:role/chair"))
)
_simple("holding-seen-at-a-word", "GOV-HOLD-004", "gov:PostHolding", _added("gov:observedOn", text("in spring")))
_simple("person-of-two-names", "GOV-PERS-001", "foaf:Person", _added("foaf:name", text("Somebody Else")))
_simple("seat-for-nobody", "GOV-SEAT-005", "gov:Seat", _dropped("gov:represents"))
_simple("rule-of-no-force", "GOV-RULE-003", "gov:Rule", _dropped("gov:obligation"))
_simple("rule-of-no-kind", "GOV-RULE-001", "gov:Rule", _dropped("gov:ruleKind"))
_simple("amount-in-pounds", "GOV-AMNT-002", "schema:MonetaryAmount", _changed("schema:currency", text("pounds")))
_simple("limit-without-comparison", "GOV-FLIM-002", "gov:FinancialLimit", _dropped("gov:comparison"))
_simple("delegation-of-nobody", "GOV-DELG-001", "gov:Delegation", _dropped("gov:delegator"))
_simple("meeting-of-nobody", "GOV-MEET-001", "gov:Meeting", _dropped("gov:meetingOf"))
_simple("meeting-on-two-days", "GOV-MEET-002", "gov:Meeting", _added("gov:meetingDate", date("2026-02-20")))
_simple("attendance-of-nobody", "GOV-ATTN-002", "gov:Attendance", _dropped("gov:attendee"))
_simple("attendance-nowhere", "GOV-ATTN-001", "gov:Attendance", _dropped("gov:atMeeting"))
_simple(
    "attendance-of-no-status",
    "GOV-ATTN-003",
    "gov:Attendance",
    _changed("gov:attendanceStatus", term("gov:holding/acting")),
)
_simple("decision-on-a-word", "GOV-DECN-004", "gov:Decision", _changed("gov:decidedOn", text("last week")))
_simple("vote-below-nothing", "GOV-VOTE-002", "gov:Vote", _changed("gov:votesFor", count(-1)))
_simple("clause-with-a-short-digest", "GOV-CLAUSE-008", "gov:Clause", _changed("gov:sliceDigest", text("abc")))
_simple("share-over-the-whole", "GOV-CONT-003", "gov:Contribution", _changed("gov:share", text("half")))
_simple("person-of-two-labels", "GOV-THING-002", "foaf:Person", _added("skos:prefLabel", words("somebody else")))
_simple("seat-called-by-no-language", "GOV-THING-003", "gov:Seat", _added("skos:altLabel", text("place")))
_simple("term-nowhere-defined", "GOV-DEFN-003", "gov:UsedTerm", _changed("gov:isDefined", FALSE))
_simple("council-with-a-short-code", "GOV-COUN-001", "gov:Council", _changed("gov:gssCode", text("E1")))


@_kind
def _seat_of_no_places(site: Site) -> Found:
    """Of a seat that nobody is shown to hold: else there are also too many who hold it."""
    seat = site.take("gov:Seat", lambda thing: thing not in site.own.seats.values())
    if seat is None:
        return []
    site.records.change(seat, "gov:seatCount", count(0))
    return [("GOV-SEAT-002", seat)]


@_kind
def _amount_below_nothing(site: Site) -> Found:
    """Not of the limit itself: else every decision of the cabinet is above it."""
    amount = site.take("schema:MonetaryAmount", lambda thing: not thing.endswith(f"/gbp-{site.own.limit}>"))
    if amount is None:
        return []
    site.records.change(amount, "schema:value", number(-5))
    return [("GOV-AMNT-001", amount)]


def _of_body(site: Site, thing: str, predicate: str, name: str) -> bool:
    return site.own.bodies[name] in site.records.values(thing, predicate)


@_kind
def _decided_above_the_limit(site: Site) -> Found:
    rule = site.records.name("decision-rule", "other-spending")
    if not site.rely(rule, site.records.name("amount", f"gbp-{site.own.limit}")):
        return []
    decision = site.take("gov:Decision", lambda thing: _of_body(site, thing, "gov:decider", "cabinet"))
    if decision is None:
        return []
    above = amount(site.records, f"above-{len(site.touched)}", site.own.limit + 1)
    site.touched.add(above)
    site.records.change(decision, "gov:amount", above)
    return [("GOV-DLIM-001", decision)]


@_kind
def _key_decision_without_notice(site: Site) -> Found:
    decision = site.take("gov:Decision", lambda thing: bool(site.records.values(thing, "gov:isKeyDecision")))
    if decision is None:
        return []
    site.records.drop(decision, "gov:noticeGivenOn")
    return [("GOV-KEYD-001", decision)]


@_kind
def _notice_too_late(site: Site) -> Found:
    if not site.rely(site.records.name("rule", "notice")):
        return []
    meeting = site.take("gov:Meeting", lambda thing: bool(site.records.values(thing, "gov:noticeGivenOn")))
    if meeting is None:
        return []
    site.records.change(meeting, "gov:noticeGivenOn", site.records.values(meeting, "gov:meetingDate")[0])
    return [("GOV-CONV-003", meeting)]


@_kind
def _meeting_without_a_quorum(site: Site) -> Found:
    """Of a committee: where decisions are taken, they and their votes are at fault too."""
    name = site.chance.choice(sorted(COMMITTEES))
    if not site.rely(site.records.name("rule", f"{name}-quorum")):
        return []
    meeting = site.take("gov:Meeting", lambda thing: _of_body(site, thing, "gov:meetingOf", name))
    if meeting is None:
        return []
    there = [one for one in site.records.of("gov:Attendance") if meeting in site.records.values(one, "gov:atMeeting")]
    if site.claim(*there) is None:
        return []
    for one in there:
        site.records.change(one, "gov:attendanceStatus", term("gov:attendance/apologies"))
    return [("GOV-QUOR-001", meeting)]


@_kind
def _too_few_meetings(site: Site) -> Found:
    """By a rule that asks for more than were held; found at the period, which the build derives."""
    name = site.chance.choice(sorted(COMMITTEES))
    rule = site.records.name("rule", f"{name}-meetings")
    if site.claim(rule) is None:
        return []
    site.records.change(rule, "gov:minimum", number(12))
    return [("GOV-CONV-001", site.records.name("meeting-period", f"{name}-2025-06-01-2026-06-01"))]


@_kind
def _line_to_itself(site: Site) -> Found:
    line = site.take("gov:AccountabilityLine", site.side_line)
    if line is None:
        return []
    for party in site.records.values(line, "gov:accountableParty"):
        site.records.change(line, "gov:accountableTo", party)
    return [("GOV-LINE-002", line)]


@_kind
def _rule_from_more_to_less(site: Site) -> Found:
    rule = site.take("gov:Rule", lambda thing: bool(site.records.values(thing, "gov:minimum")))
    if rule is None:
        return []
    site.records.put(rule, "gov:maximum", number(1))
    return [("GOV-RULE-007", rule)]


@_kind
def _half_a_fraction(site: Site) -> Found:
    rule = site.take("gov:Rule", lambda thing: bool(site.records.values(thing, "gov:numerator")))
    if rule is None:
        return []
    site.records.drop(rule, "gov:denominator")
    return [("GOV-RULE-013", rule)]


@_kind
def _two_lists_of_a_term(site: Site) -> Found:
    """Both clauses that define the term are needed for it to show."""
    term_here, term_there = (site.records.name("term", f"groups-{name}") for name in ("here", "there"))
    if site.touched.intersection((term_here, term_there)) or site.claim(term_here, term_there) is None:
        return []
    listed = site.records.values(term_there, "gov:membersListed")
    site.records.drop(term_there, "gov:membersListed")
    for member in listed[1:]:
        site.records.put(term_there, "gov:membersListed", member)
    return [("GOV-DEFN-004", term_there)]


@_kind
def _compared_with_nothing(site: Site) -> Found:
    rule = site.take("gov:DecisionRule", lambda thing: bool(site.records.values(thing, "gov:threshold")))
    if rule is None:
        return []
    site.records.drop(rule, "gov:threshold")
    return [("GOV-DRUL-005", rule)]


@_kind
def _delegated_to_itself(site: Site) -> Found:
    delegation = site.take("gov:Delegation")
    if delegation is None:
        return []
    site.records.change(delegation, "gov:delegate", site.records.values(delegation, "gov:delegator")[0])
    return [("GOV-DELG-002", delegation)]


@_kind
def _decided_under_a_body(site: Site) -> Found:
    decision = site.take("gov:Decision")
    if decision is None:
        return []
    site.records.change(decision, "gov:takenUnder", site.own.bodies["board"])
    return [("GOV-DECN-005", decision)]


def _held_again(site: Site, holder: str, seat: str) -> str:
    """One more holding, since the election."""
    return site.records.add(
        site.records.name("holding", f"again-{len(site.touched)}"),
        "gov:PostHolding",
        "one more holding",
        holder=holder,
        post=seat,
        holdingStatus=term("gov:holding/substantive"),
        validFrom=date("2025-06-01"),
        basis=site.own.clauses["appointments"],
    )


@_kind
def _held_twice_at_a_time(site: Site) -> Found:
    seat = site.own.seats["full-council"]
    first = site.take("gov:PostHolding", lambda thing: seat in site.records.values(thing, "gov:post"))
    if first is None:
        return []
    again = _held_again(site, site.records.values(first, "gov:holder")[0], seat)
    site.touched.add(again)
    return [("GOV-HOLD-006", again)]


@_kind
def _two_leaders(site: Site) -> Found:
    post = site.own.posts["leader of the council"]
    if site.claim(post) is None:
        return []
    people = site.records.of("foaf:Person")
    site.touched.add(_held_again(site, people[-9], post))
    return [("GOV-POST-011", post)]


@_kind
def _shares_over_the_whole(site: Site) -> Found:
    both = site.records.of("gov:Contribution")
    if site.claim(*both) is None:
        return []
    site.records.change(both[0], "gov:share", number(75))
    return [("GOV-CONT-005", one) for one in both]


@_kind
def _body_of_nobody(site: Site) -> Found:
    body = site.own.bodies["standards"]
    if site.claim(body) is None:
        return []
    site.records.drop(body, "org:subOrganizationOf")
    return [("GOV-BODY-002", body)]


@_kind
def _body_of_itself(site: Site) -> Found:
    body = site.own.bodies["executives"]
    if site.claim(body) is None:
        return []
    site.records.put(body, "org:subOrganizationOf", body)
    return [("GOV-BODY-001", body)]


@_kind
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


@_kind
def _group_answers_to_nobody(site: Site) -> Found:
    if (taken := _delivery_line(site)) is None:
        return []
    group, _, line = taken
    site.records.change(line, "gov:mode", term("gov:mode/informing"))
    return [("GOV-CHAIN-001", group)]


@_kind
def _group_answers_to_two(site: Site) -> Found:
    if (taken := _delivery_line(site)) is None:
        return []
    group, _, line = taken
    site.records.put(line, "gov:accountableTo", site.own.bodies["executives"])
    return [("GOV-CHAIN-002", group)]


@_kind
def _hop_only_inferred(site: Site) -> Found:
    if (taken := _delivery_line(site)) is None:
        return []
    group, _, line = taken
    clause = site.records.values(line, "gov:basis")[0]
    site.records.drop(line, "gov:basis")
    site.records.put(line, "gov:inferredFrom", clause)
    site.records.change(line, "gov:strength", term("gov:Inferred"))
    return [("GOV-CHAIN-003", group)]


@_kind
def _circle(site: Site) -> Found:
    if site.claim("circle") is None or (taken := _delivery_line(site)) is None:
        return []
    group, above, _ = taken
    board = site.own.bodies["board"]
    up = next(line for line in site.records.of("gov:AccountabilityLine") if line.endswith("/board-line-partnership>"))
    site.records.put(up, "gov:accountableTo", group)
    return [*(("GOV-CHAIN-004", party) for party in (group, above, board)), ("GOV-CHAIN-002", board)]


@_kind
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


def put_faults(site: Site, wanted: int) -> list[Fault]:
    """Put faults of kinds chosen by chance into the records.

    Returns
    -------
    What must be found; fewer faults than wanted if the council has no more room for them.
    """
    found: list[Fault] = []
    names = sorted(KINDS)
    for _ in range(wanted):
        name = site.chance.choice(names)
        found += [Fault(name, rule, thing[1:-1]) for rule, thing in KINDS[name](site)]
    return found
