"""Faults in a year of a council: who holds what, meetings, attendance, decisions and votes."""

from bench.nation.fault_kinds import Found, Kinds, Site, added, changed, dropped, kind, simple
from bench.nation.records import amount, count, date, term, text, words
from bench.nation.structure import COMMITTEES

__all__ = ["KINDS"]

KINDS: Kinds = {}

simple(KINDS, "holding-ends-first", "GOV-DATE-001", "gov:PostHolding", added("gov:validUntil", date("2020-01-01")))
simple(KINDS, "holding-of-nobody", "GOV-HOLD-001", "gov:PostHolding", dropped("gov:holder"))
simple(
    KINDS,
    "holding-of-no-status",
    "GOV-HOLD-003",
    "gov:PostHolding",
    changed("gov:holdingStatus", term("gov:role/chair")),
)
simple(KINDS, "holding-seen-at-a-word", "GOV-HOLD-004", "gov:PostHolding", added("gov:observedOn", text("in spring")))
simple(KINDS, "person-of-two-names", "GOV-PERS-001", "foaf:Person", added("foaf:name", text("Somebody Else")))
simple(KINDS, "meeting-of-nobody", "GOV-MEET-001", "gov:Meeting", dropped("gov:meetingOf"))
simple(KINDS, "meeting-on-two-days", "GOV-MEET-002", "gov:Meeting", added("gov:meetingDate", date("2026-02-20")))
simple(KINDS, "attendance-of-nobody", "GOV-ATTN-002", "gov:Attendance", dropped("gov:attendee"))
simple(KINDS, "attendance-nowhere", "GOV-ATTN-001", "gov:Attendance", dropped("gov:atMeeting"))
simple(
    KINDS,
    "attendance-of-no-status",
    "GOV-ATTN-003",
    "gov:Attendance",
    changed("gov:attendanceStatus", term("gov:holding/acting")),
)
simple(KINDS, "decision-on-a-word", "GOV-DECN-004", "gov:Decision", changed("gov:decidedOn", text("last week")))
simple(KINDS, "vote-below-nothing", "GOV-VOTE-002", "gov:Vote", changed("gov:votesFor", count(-1)))
simple(KINDS, "person-of-two-labels", "GOV-THING-002", "foaf:Person", added("skos:prefLabel", words("somebody else")))


def _of_body(site: Site, thing: str, predicate: str, name: str) -> bool:
    return site.own.bodies[name] in site.records.values(thing, predicate)


@kind(KINDS)
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


@kind(KINDS)
def _key_decision_without_notice(site: Site) -> Found:
    decision = site.take("gov:Decision", lambda thing: bool(site.records.values(thing, "gov:isKeyDecision")))
    if decision is None:
        return []
    site.records.drop(decision, "gov:noticeGivenOn")
    return [("GOV-KEYD-001", decision)]


@kind(KINDS)
def _decided_under_a_body(site: Site) -> Found:
    decision = site.take("gov:Decision")
    if decision is None:
        return []
    site.records.change(decision, "gov:takenUnder", site.own.bodies["board"])
    return [("GOV-DECN-005", decision)]


@kind(KINDS)
def _notice_too_late(site: Site) -> Found:
    if not site.rely(site.records.name("rule", "notice")):
        return []
    meeting = site.take("gov:Meeting", lambda thing: bool(site.records.values(thing, "gov:noticeGivenOn")))
    if meeting is None:
        return []
    site.records.change(meeting, "gov:noticeGivenOn", site.records.values(meeting, "gov:meetingDate")[0])
    return [("GOV-CONV-003", meeting)]


@kind(KINDS)
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


@kind(KINDS)
def _held_twice_at_a_time(site: Site) -> Found:
    seat = site.own.seats["full-council"]
    first = site.take("gov:PostHolding", lambda thing: seat in site.records.values(thing, "gov:post"))
    if first is None:
        return []
    again = _held_again(site, site.records.values(first, "gov:holder")[0], seat)
    site.touched.add(again)
    return [("GOV-HOLD-006", again)]


@kind(KINDS)
def _two_leaders(site: Site) -> Found:
    post = site.own.posts["leader of the council"]
    if site.claim(post) is None:
        return []
    people = site.records.of("foaf:Person")
    site.touched.add(_held_again(site, people[-9], post))
    return [("GOV-POST-011", post)]
