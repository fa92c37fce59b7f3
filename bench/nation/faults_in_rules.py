"""Faults in the rules of a council: amounts, limits, delegations, shares in money, and the words that they use."""

from bench.nation.fault_kinds import Found, Kinds, Site, changed, dropped, kind, simple
from bench.nation.records import number, term, text
from bench.nation.structure import COMMITTEES

__all__ = ["KINDS"]

FALSE = f'"false"^^{term("xsd:boolean")}'

KINDS: Kinds = {}

simple(KINDS, "rule-without-a-clause", "GOV-EVID-007", "gov:Rule", dropped("gov:basis"))
simple(KINDS, "rule-of-no-force", "GOV-RULE-003", "gov:Rule", dropped("gov:obligation"))
simple(KINDS, "rule-of-no-kind", "GOV-RULE-001", "gov:Rule", dropped("gov:ruleKind"))
simple(KINDS, "amount-in-pounds", "GOV-AMNT-002", "schema:MonetaryAmount", changed("schema:currency", text("pounds")))
simple(KINDS, "limit-without-comparison", "GOV-FLIM-002", "gov:FinancialLimit", dropped("gov:comparison"))
simple(KINDS, "delegation-of-nobody", "GOV-DELG-001", "gov:Delegation", dropped("gov:delegator"))
simple(KINDS, "share-over-the-whole", "GOV-CONT-003", "gov:Contribution", changed("gov:share", text("half")))
simple(KINDS, "term-nowhere-defined", "GOV-DEFN-003", "gov:UsedTerm", changed("gov:isDefined", FALSE))


@kind(KINDS)
def _amount_below_nothing(site: Site) -> Found:
    """Not of the limit itself: else every decision of the cabinet is above it."""
    amount = site.take("schema:MonetaryAmount", lambda thing: not thing.endswith(f"/gbp-{site.own.limit}>"))
    if amount is None:
        return []
    site.records.change(amount, "schema:value", number(-5))
    return [("GOV-AMNT-001", amount)]


@kind(KINDS)
def _rule_from_more_to_less(site: Site) -> Found:
    rule = site.take("gov:Rule", lambda thing: bool(site.records.values(thing, "gov:minimum")))
    if rule is None:
        return []
    site.records.put(rule, "gov:maximum", number(1))
    return [("GOV-RULE-007", rule)]


@kind(KINDS)
def _half_a_fraction(site: Site) -> Found:
    rule = site.take("gov:Rule", lambda thing: bool(site.records.values(thing, "gov:numerator")))
    if rule is None:
        return []
    site.records.drop(rule, "gov:denominator")
    return [("GOV-RULE-013", rule)]


@kind(KINDS)
def _compared_with_nothing(site: Site) -> Found:
    rule = site.take("gov:DecisionRule", lambda thing: bool(site.records.values(thing, "gov:threshold")))
    if rule is None:
        return []
    site.records.drop(rule, "gov:threshold")
    return [("GOV-DRUL-005", rule)]


@kind(KINDS)
def _too_few_meetings(site: Site) -> Found:
    """By a rule that asks for more than were held; found at the period, which the build derives."""
    name = site.chance.choice(sorted(COMMITTEES))
    rule = site.records.name("rule", f"{name}-meetings")
    if site.claim(rule) is None:
        return []
    site.records.change(rule, "gov:minimum", number(12))
    return [("GOV-CONV-001", site.records.name("meeting-period", f"{name}-2025-06-01-2026-06-01"))]


@kind(KINDS)
def _delegated_to_itself(site: Site) -> Found:
    delegation = site.take("gov:Delegation")
    if delegation is None:
        return []
    site.records.change(delegation, "gov:delegate", site.records.values(delegation, "gov:delegator")[0])
    return [("GOV-DELG-002", delegation)]


@kind(KINDS)
def _shares_over_the_whole(site: Site) -> Found:
    both = site.records.of("gov:Contribution")
    if site.claim(*both) is None:
        return []
    site.records.change(both[0], "gov:share", number(75))
    return [("GOV-CONT-005", one) for one in both]


@kind(KINDS)
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
