"""Which things of the made-up nation the saved questions are asked about, a few councils of every size."""

from collections.abc import Iterator

from bench.nation.register import councils
from govgraph.namespaces import ID
from govgraph.questions.library import Parameter, Question, library

__all__ = ["SAMPLE", "about_one", "thing"]

SAMPLE = 15
"""Councils that are asked about, spread over the nation."""

_THINGS = {
    "answers-to": "body/delivery-homes",
    "combined-roles": "council",
    "distance": "body/delivery-homes",
    "ends": "body/delivery-homes",
    "groups": "body/partnership",
    "powers-over-groups": "body/delivery-homes",
    "public-meetings": "body/full-council",
    "representations": "organisation/health-trust",
    "responsibilities": "body/thematic-homes",
    "rules": "body/full-council",
    "several-principals": "body/partnership",
    "single-points": "body/delivery-homes",
    "ultimately-accountable-to": "body/delivery-homes",
    "who-answers-to": "body/full-council",
    "clause": "clause/c-4",
    "document": "document/constitution",
    "group": "body/delivery-homes",
    "holder": "post/deputy-chair-of-the-board",
    "holders": "party/portfolio-holders",
    "member": "body/thematic-children",
    "other": "body/executives",
    "portfolio": "portfolio/homes",
    "post": "post/leader-of-the-council",
    "priority": "priority/children",
    "theme": "theme/homes",
    "council": "council",
    "authority": "council",
    "body": "body/board",
}
"""By question, and else by the name of its parameter."""


def about_one(question: Question) -> Iterator[Parameter]:
    """The parameters that name one thing of one council; a kind of rule is found in every council."""
    for parameter in question.parameters:
        if parameter.type == "iri" and "/scheme/" not in parameter.class_iri:
            yield parameter


def thing(question: str, parameter: str, code: str) -> str:
    """The IRI of the thing of a council that a question is asked about.

    >>> thing("seats", "body", "abc").rpartition("/id/")[2]
    'abc/body/board'
    """
    own = _THINGS[question if question in _THINGS and parameter == "body" else parameter]
    return f"{ID}uk/council/{code}" if own == "council" else f"{ID}{code}/{own}"


def sampled(wanted: int) -> list[str]:
    """Codes of the councils that are asked about in a nation of this size."""
    codes = [council.code for council in councils(wanted)]
    return codes[:: max(1, len(codes) // SAMPLE)][:SAMPLE]


def asked() -> list[tuple[str, str]]:
    """Pairs of question and parameter, each asked about one thing at a time."""
    return [(name, parameter.name) for name, question in library().items() for parameter in about_one(question)]
