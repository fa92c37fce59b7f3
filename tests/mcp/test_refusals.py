"""What the tools of the MCP server refuse, in words that help: bad queries, hostile text, unknown arguments."""

import pytest
from tests.mcp.talking import Talk

from govgraph.limits import LIMITS

HOSTILE = [
    '"',
    "'",
    '"""',
    "> } ;",
    "} ; DROP ALL ; #",
    "Partnership Board\n} UNION { ?s ?p ?o",
    "\u2028\u2029\r\n\t",
    "\\u0022 . ?s ?p ?o",
    '"^^<http://example.org/a b>',
    "<https://w3id.org/govgraph/id/harrow/body/partnership-board> ?p ?o } #",
    "https://w3id.org/govgraph/id/x> ?p ?o . <y",
    "gov:x> } #",
    "%00%0a",
    "'; DELETE FROM thing; --",
    "text:* OR name NEAR(",
    "x" * 100_000,
    "{0}",
    "\x00",
]


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("SELECT ?x WHERE {\n  ?x a gov:Body ; }}", "line 2, column 21"),
        ("SELECT ?x WHERE { ?x a nowhere:Body }", "line 1, column"),
        ("INSERT DATA { <a:b> <a:b> <a:b> }", "line 1, column"),
        ("DROP ALL", "line 1, column"),
        ("", "line 1, column"),
        ("ASK { SERVICE <http://127.0.0.1/> { ?s ?p ?o } }", "SERVICE is not offered here"),
        ("ASK " + "{" * 200, "deep"),
        ("#" * 70_000, "70,000 characters"),
    ],
)
def test_a_query_that_cannot_be_run_is_told_why_and_where(talk: Talk, query: str, said: str) -> None:
    assert said in talk.refused("sparql", query=query)


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_hostile_text_is_a_name_that_nobody_has(talk: Talk, text: str) -> None:
    before = talk.call("sparql", query="SELECT (COUNT(*) AS ?n) WHERE { ?s ?p ?o }")["rows"]
    for parameter in ("body", text):
        assert "[" in talk.refused("ask", question="who-chairs", parameters={parameter: text})
    said = [
        talk.either("ask", question=text),
        talk.either("find", name=text),
        talk.either("describe", thing=text),
        talk.either("explain", body=text),
        talk.either("list_questions", tag=text),
        talk.either("sparql", query=text),
        talk.either("ask", question="who-decides", parameters={"amount": text}),
    ]
    for told in said:
        assert "Traceback" not in told
        assert "raised an unexpected" not in told
        assert len(told) < 10_000
        assert not told.rstrip().endswith(("tool ask", "tool find", "tool describe", "tool explain", "tool sparql"))
    assert talk.call("sparql", query="SELECT (COUNT(*) AS ?n) WHERE { ?s ?p ?o }")["rows"] == before


def test_an_argument_that_a_tool_does_not_know_is_refused_not_ignored(talk: Talk) -> None:
    assert "body" in talk.refused("ask", question="who-chairs", body="Partnership Board")
    assert 'has no parameter "person"' in talk.refused("ask", question="who-chairs", parameters={"person": "x"})
    assert "limit" in talk.refused("ask", question="who-chairs", limit=0)
    assert "limit" in talk.refused("sparql", query="ASK {}", limit=LIMITS.tool_rows + 1)
    assert "limit" in talk.refused("sparql", query="ASK {}", limit="all of them")


def test_a_question_that_is_not_there_or_lacks_something_says_what_to_do(talk: Talk) -> None:
    assert 'Did you mean "who-chairs"' in talk.refused("ask", question="whochairs")
    assert "amount is not a number" in talk.refused("ask", question="who-decides", parameters={"amount": "lots"})


def test_a_matter_that_cannot_be_understood_is_not_decided(talk: Talk) -> None:
    assert "lots" in talk.refused("decide", kind="revenue spend", amount="lots")
    assert "Did you mean" in talk.refused("decide", kind="revenue spnd")
    for text in HOSTILE:
        for arguments in ({"kind": text}, {"kind": "revenue spend", "amount": text}, {"kind": "any", "affirm": [text]}):
            assert "Error executing tool decide: " in talk.refused("decide", **arguments)
