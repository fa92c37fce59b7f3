"""What goes to a reader and what comes back is what was meant, whatever is in it; rows are counted without reading."""

import json
import random

import pyoxigraph as ox
import pytest

from govgraph.limits import LIMITS
from govgraph.rdf.terms import iri
from govgraph.store.answering import of_solutions
from govgraph.store.base import SOLUTION_TYPES, Answer, Request
from govgraph.store.frames import ANSWER, JOB, answer_frame, header_of, job_frame, request_of

PIECES = [
    "[",
    "{",
    '"',
    ",",
    "}",
    ":",
    "a",
    "\\",
    "\n",
    " ",
    '[{"a',
    '},{"x":{',
    "{}",
    "]",
    "é",
    '"},{"',
    "<result>",
    "\t",
]


@pytest.mark.parametrize(
    "request_",
    [
        Request("ASK {}"),
        Request("ASK { ?s ?p ?o }", {"s": iri("http://e/a")}),
        Request(
            "SELECT * { ?s ?p 'é\ud800' }", {}, ("text/csv",), ("http://e/g",), ("http://e/h",), "http://e/", True, 7
        ),
        Request("x" * 5_000, {}, (), tuple(f"http://e/{number}" for number in range(500))),
    ],
)
def test_a_query_comes_to_a_reader_as_it_was_sent(request_: Request) -> None:
    for seconds in (0.5, 10.0):
        frame = job_frame(request_, seconds, 3)
        lead, length, behind = JOB.unpack_from(frame)
        assert (len(frame), behind) == (JOB.size + lead + length, 3)
        end = JOB.size + lead
        assert request_of(frame[JOB.size : end], frame[end:]) == (request_, seconds)


@pytest.mark.parametrize("notes", [(), ("the ontology has no gov:x",), ("é" * 3_000,)])
def test_an_answer_comes_back_as_it_was_given(notes: tuple[str, ...]) -> None:
    frame = answer_frame(Answer("solutions", "text/csv", b"x\r\n\x00", 2**40, 3, notes, False))
    lead, length, rows = ANSWER.unpack_from(frame)
    header = header_of(frame[ANSWER.size : ANSWER.size + lead])
    assert (frame[ANSWER.size + lead :], length, rows) == (b"x\r\n\x00", 4, 2**40)
    assert header == {"kind": "solutions", "media_type": "text/csv", "notes": list(notes), "complete": False}


def test_rows_are_counted_rightly_whatever_stands_in_them() -> None:
    chance = random.Random(7)
    store = ox.Store()
    for _ in range(1_000):
        rows = []
        for _ in range(chance.randint(0, 4)):
            texts = ["".join(chance.choices(PIECES, k=chance.randint(0, 5))) for _ in range(2)]
            rows.append(" ".join("UNDEF" if chance.random() < 0.3 else str(ox.Literal(text)) for text in texts))
        query = f"SELECT * {{ VALUES (?a ?b) {{ {' '.join(f'({row})' for row in rows)} }} }}"
        for media_type in SOLUTION_TYPES:
            found = store.query(query)
            assert isinstance(found, ox.QuerySolutions)
            answer = of_solutions(found, Request(query, accept=(media_type,)), 1, LIMITS)
            assert answer.rows == len(rows), answer.body
            if media_type.endswith("+json"):
                assert len(json.loads(answer.body)["results"]["bindings"]) == len(rows)
