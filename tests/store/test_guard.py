"""Query texts that could reach out or overflow are refused; ordinary ones are not."""

import random
from pathlib import Path

import pytest

from govgraph.errors import QueryRefused
from govgraph.limits import LIMITS, Limits
from govgraph.store import guard
from govgraph.store.guard import check_query

QUERIES = sorted((Path(__file__).parents[2] / "queries").glob("*.rq"))


@pytest.mark.parametrize("file", QUERIES, ids=lambda path: path.stem)
def test_every_saved_question_passes(file: Path) -> None:
    check_query(file.read_text(encoding="utf-8"))


@pytest.mark.parametrize(
    "text",
    [
        'SELECT * { ?s ?p "SERVICE <http://example.org/> { }" }',
        "SELECT * { ?s <http://example.org/service> ?o } # SERVICE <http://example.org/>",
        "SELECT ?service ?load { ?service ?load 'it''s' }",
        "PREFIX service: <http://example.org/> SELECT * { ?s service:load service:x }",
        "PREFIX ex: <http://example.org/> SELECT * { ?s ex:service ?o }",
        'SELECT * { ?s ?p """a "quoted" load""" }',
        "SELECT * { ?s ?p 'text'@load }",
    ],
)
def test_the_words_in_names_strings_and_comments_are_harmless(text: str) -> None:
    check_query(text)


@pytest.mark.parametrize(
    "text",
    [
        "SELECT * { SERVICE <http://example.org/> { ?s ?p ?o } }",
        "SELECT * { service silent <http://example.org/> { ?s ?p ?o } }",
        "SELECT * { FILTER(?a<?b)SERVICE#>\n<http://example.org/>{ ?s ?p ?o } }",
        "SELECT * { ?s ?p 1.SERVICE<http://example.org/>{ ?s ?p ?o } }",
        "SELECT * { {}SERVICE ?where { ?s ?p ?o } }",
        'SELECT * { ?s ?p "a\\"b" SERVICE <http://example.org/> {} }',
        "LOAD <http://example.org/>",
        r"SELECT * { SERVIC\u0045 <http://example.org/> { ?s ?p ?o } }",
    ],
)
def test_reaching_out_is_refused_in_every_spelling(text: str) -> None:
    with pytest.raises(QueryRefused):
        check_query(text)


@pytest.mark.parametrize(
    "text",
    [
        "SELECT * " + "{" * 1000 + "}" * 1000,
        "SELECT * { BIND(1" + "+1" * (LIMITS.query_operators + 1) + " AS ?x) }",
        "SELECT * { FILTER(" + "!" * (LIMITS.query_operators + 1) + "true) }",
        "SELECT * { " + "OPTIONAL { ?s ?p ?o } " * (LIMITS.query_optionals + 1) + "}",
        "SELECT * { " + "?s ?p ?o . " * (LIMITS.query_patterns + 1) + "}",
        "SELECT * { ?s " + "/".join(["<p:p>"] * (LIMITS.query_operators + 2)) + " ?o }",
        "#" + "x" * LIMITS.query_characters,
    ],
    ids=["brackets", "sums", "negations", "optionals", "patterns", "path", "length"],
)
def test_texts_that_would_overflow_the_parser_or_the_planner_are_refused(text: str) -> None:
    with pytest.raises(QueryRefused):
        check_query(text)


def test_the_short_way_through_the_guard_lets_nothing_pass_that_the_long_way_refuses(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    chance, limits = random.Random(3), Limits(query_depth=4, query_operators=12, query_patterns=5, query_optionals=2)
    pieces = ["{", "}", "(", ")", "[", " . ", ";", "<", ">", "<http://e/a>", "<)", '"', "'", '"""', "\\", "\\u0041"]
    pieces += [
        "# ",
        "\n",
        "?a ",
        "||",
        "!",
        "+",
        "UNION ",
        "optional ",
        "Exists",
        "SERVICE ",
        "load",
        "gov:",
        "ſervice",
    ]
    texts = ["".join(chance.choices(pieces, k=chance.randint(1, 14))) for _ in range(20_000)]
    passed = [text for text in texts if guard._harmless(text, limits)]
    monkeypatch.setattr(guard, "_harmless", lambda text, limits: False)
    for text in passed:
        guard.check_query(text, limits)
    assert 1_000 < len(passed) < len(texts)
