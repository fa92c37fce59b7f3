"""A year in a made-up council: who holds what since when, and its meetings with attendance, decisions and votes."""

from datetime import date as day
from datetime import timedelta
from random import Random

from bench.nation.records import Records, amount, count, date, term, text, words
from bench.nation.structure import COMMITTEES, SEATS, Structure

__all__ = ["build_year"]

FIRST_NAMES = """
Ada Amir Beth Carys Chloe Daniel David Efua Eilidh Farah Fiona Gareth Grace Hamza Hannah Imogen Iain Jade Jamal Kofi
Laura Leila Marcus Megan Mohammed Nia Nikhil Olivia Owen Priya Rhys Rosa Samuel Sanjay Seren Tariq Una Victor Wendy
Yusuf Zara
"""
LAST_NAMES = """
Abbott Ahmed Baker Begum Bell Campbell Chopra Clarke Cole Davies Doyle Edwards Evans Fraser Gill Green Hall Harris
Hughes Iqbal Jackson Jones Khan Lewis MacLeod Marsh Mensah Moore Murphy Nolan Okafor Osei Patel Price Quinn Reid Roberts
Shah Singh Stewart Taylor Thomas Turner Walker Ward Williams Wood Young
"""

ELECTED, BEFORE = "2025-05-12", "2021-05-10"
"""First days of the present term and of the one before."""

MEETINGS = {"full-council": 3, "cabinet": 4, "scrutiny": 3, "audit": 3, "licensing": 3, "planning": 3, "standards": 3}
"""Meetings in the year."""


def build_year(records: Records, own: Structure, chance: Random) -> None:
    """Describe people, holdings and meetings."""
    people = _people(records, chance)
    members = _members(people, chance)
    _holdings(records, own, people, members)
    _meetings(records, own, members, chance)


def _people(records: Records, chance: Random) -> list[str]:
    """Councillors first, then officers and others."""
    first, last = FIRST_NAMES.split(), LAST_NAMES.split()
    found = []
    for place in range(SEATS["full-council"] + 16):
        name = f"{chance.choice(first)} {chance.choice(last)}"
        found.append(records.add(records.name("person", f"p-{place + 1}"), "foaf:Person", name, foaf_name=text(name)))
    return found


def _members(people: list[str], chance: Random) -> dict[str, list[str]]:
    """Members by body, the chair first; whoever scrutinises is not in the cabinet."""
    councillors = people[: SEATS["full-council"]]
    executive = councillors[: SEATS["cabinet"]]
    rest = councillors[SEATS["cabinet"] :]
    found = {"full-council": [councillors[-1], *councillors[:-1]], "cabinet": executive}
    for name in ("scrutiny", *COMMITTEES):
        found[name] = chance.sample(rest[:-1], SEATS[name])
    return found


def _holdings(records: Records, own: Structure, people: list[str], members: dict[str, list[str]]) -> None:
    number = 0

    def hold(person: str, post: str, since: str, until: str = "", topic: str = "appointments") -> None:
        nonlocal number
        number += 1
        ended = {"validUntil": date(until)} if until else {}
        records.add(
            records.name("holding", f"h-{number}"),
            "gov:PostHolding",
            f"holding {number}",
            holder=person,
            post=post,
            holdingStatus=term("gov:holding/substantive"),
            validFrom=date(since),
            basis=own.clauses[topic],
            **ended,
        )

    others = people[SEATS["full-council"] :]
    hold(members["cabinet"][0], own.posts["leader of the council"], ELECTED)
    hold(others[-1], own.posts["leader of the council"], BEFORE, ELECTED)
    for place, (name, chair) in enumerate(own.chairs.items()):
        hold(members[name][0] if name in members else others[place % 5 + 5], chair, ELECTED)
        before = others[-1 - place % 4]
        hold(before, chair, BEFORE, ELECTED)
        if name in own.seats:
            hold(before, own.seats[name], BEFORE, ELECTED)
    officers = [
        post for name, post in own.posts.items() if name.startswith(("chief", "monitoring", "finance", "director"))
    ]
    for place, post in enumerate(officers):
        hold(others[place], post, BEFORE)
    deputies = [post for name, post in own.posts.items() if name.startswith("deputy")]
    for place, post in enumerate(deputies):
        hold(others[10 + place % 6], post, ELECTED)
    for name, present in members.items():
        for person in present:
            hold(person, own.seats[name], ELECTED, topic="composition")


def _meetings(records: Records, own: Structure, members: dict[str, list[str]], chance: Random) -> None:
    for offset, (name, times) in enumerate(MEETINGS.items()):
        for turn in range(times):
            held = day(2025, 6, 3) + timedelta(weeks=turn * (40 // times) + offset, days=offset % 3)
            notice = {"noticeGivenOn": date((held - timedelta(days=14)).isoformat())} if name == "full-council" else {}
            meeting = records.add(
                records.name("meeting", f"{name}-{turn + 1}"),
                "gov:Meeting",
                f"{name}, {held.isoformat()}",
                meetingOf=own.bodies[name],
                meetingDate=date(held.isoformat()),
                **notice,
            )
            present = 0
            for place, person in enumerate(members[name]):
                was_there = place < 3 or place % 4 != turn % 4
                present += was_there
                status = "present" if was_there else "apologies"
                records.add(
                    records.name("attendance", f"{name}-{turn + 1}-{place + 1}"),
                    "gov:Attendance",
                    f"{status} at the {name} {turn + 1}",
                    atMeeting=meeting,
                    attendee=person,
                    attendanceStatus=term(f"gov:attendance/{status}"),
                )
            if name in ("full-council", "cabinet"):
                _decision(records, own, name, turn, meeting, held, present, chance)


def _decision(
    records: Records, own: Structure, name: str, turn: int, meeting: str, held: day, present: int, chance: Random
) -> None:
    large = name == "full-council"
    pounds = own.limit * (turn + 2) if large else own.limit // (turn + 1)
    announced = {
        "isKeyDecision": f'"true"^^{term("xsd:boolean")}',
        "noticeGivenOn": date((held - timedelta(days=35)).isoformat()),
        "reason": words("the service needs it"),
    }
    decision = records.add(
        records.name("decision", f"{name}-{turn + 1}"),
        "gov:Decision",
        f"spending agreed by the {name} {turn + 1}",
        atMeeting=meeting,
        decider=own.bodies[name],
        decisionKind=term("gov:decision/revenue-spend"),
        decidedOn=date(held.isoformat()),
        amount=amount(records, f"{name}-{turn + 1}", pounds),
        takenUnder=records.name("decision-rule", "large-spending" if large else "other-spending"),
        **({} if large else announced),
    )
    against = chance.randrange(present // 3)
    records.add(
        records.name("vote", f"{name}-{turn + 1}"),
        "gov:Vote",
        f"vote of the {name} {turn + 1}",
        onDecision=decision,
        votesFor=count(present - against),
        votesAgainst=count(against),
        abstentions=count(0),
    )
