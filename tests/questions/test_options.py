"""A form offers what the graph can answer, by a query in the question's header."""

import pytest

from govgraph.errors import UnknownQuestion
from govgraph.graph import Graph
from govgraph.questions.library import library

LISTED = [(question.id, own.name) for question in library().values() for own in question.parameters if own.options]
OF_A_CLASS = [
    (question.id, own.name)
    for question in library().values()
    for own in question.parameters
    if own.class_iri and not own.options
]


@pytest.mark.parametrize(("question", "parameter"), LISTED)
def test_every_option_of_a_list_has_an_answer(graph: Graph, question: str, parameter: str) -> None:
    options = graph.options(question, parameter)
    assert options
    for option in options[:15]:
        assert len(graph.ask(question, **{parameter: option})), option


@pytest.mark.parametrize(("question", "parameter"), OF_A_CLASS)
def test_without_a_list_the_things_of_the_class_are_offered_and_understood(
    graph: Graph, question: str, parameter: str
) -> None:
    options = graph.options(question, parameter)
    assert options
    graph.ask(question, **{parameter: options[0]})


def test_a_number_or_a_day_has_no_list(graph: Graph) -> None:
    assert graph.options("who-decides", "amount") == []
    assert graph.options("actions-due", "by") == []


def test_an_unknown_parameter_names_those_that_there_are(graph: Graph) -> None:
    with pytest.raises(UnknownQuestion, match="--body"):
        graph.options("who-chairs", "bodies")
