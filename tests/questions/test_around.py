"""What is told of one body from the lines around it is what the whole network tells of it."""

import pytest

from govgraph.accountability.network import NEAR, RESOLVERS
from govgraph.graph import Graph
from govgraph.questions.library import library
from govgraph.questions.runner import prepare

ASKED = [name for name, question in library().items() if question.resolver in NEAR]


@pytest.mark.parametrize("name", ASKED)
def test_a_body_is_told_the_same_from_what_is_around_it_as_from_the_whole(name: str, graph: Graph) -> None:
    question = library()[name]
    lines = graph.select(question.text).rows
    parties = sorted({line[end] for line in lines for end in ("from", "to")})
    assert len(parties) > 10
    for party in parties:
        near = graph.ask(name, body=party)
        whole = RESOLVERS[question.resolver](lines, party, near.parameters["body"])
        assert (list(near.terms), list(near.notes)) == (list(whole.terms), list(whole.notes))


@pytest.mark.parametrize("name", ASKED)
def test_a_question_about_a_body_asks_of_nothing_but_what_is_around_it(name: str, graph: Graph) -> None:
    requests = prepare(library()[name], {"body": "Partnership Board"}, graph._names).requests
    assert [set(request.bindings) for request in requests] == [{"body"}]


def test_some_question_is_told_from_what_is_around_a_body() -> None:
    assert set(ASKED) == {"centrality", "distance", "single-points"}
