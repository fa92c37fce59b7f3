"""Faults that are put into the records of a council, each one that a packaged shape finds.

A fault names what must be found of it: the rule and the thing, one pair or several. It takes a thing that no other
fault has touched, so that two faults never hide one another.
"""

from dataclasses import dataclass

from bench.nation import faults_in_rules, faults_in_structure, faults_in_year
from bench.nation.fault_kinds import Kinds, Site

__all__ = ["KINDS", "Fault", "put_faults"]

KINDS: Kinds = faults_in_structure.KINDS | faults_in_rules.KINDS | faults_in_year.KINDS


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
