"""Which form of an answer an Accept header asks for (RFC 9110 §12.5.1)."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from govgraph.web.negotiate import negotiated, prefers_html, profiles

OFFERED = ["application/sparql-results+json", "text/csv", "text/html"]
JSON, CSV, HTML = OFFERED


@pytest.mark.parametrize(
    ("accept", "wanted"),
    [
        (None, [JSON, CSV, HTML]),
        ("", [JSON, CSV, HTML]),
        ("*/*", [JSON, CSV, HTML]),
        ("text/csv", [CSV]),
        ("TEXT/CSV ; Q=0.5", [CSV]),
        ("text/csv;q=0", []),
        ("text/*", [CSV, HTML]),
        ("text/*, text/csv;q=0", [HTML]),
        ("text/csv;q=0.2, */*;q=0.1", [CSV, JSON, HTML]),
        ("text/html;q=0.9, text/csv;q=0.8, */*;q=0.1", [HTML, CSV, JSON]),
        ("*/*, text/csv;q=0.5", [JSON, HTML, CSV]),
        ("text/csv, */*", [CSV, JSON, HTML]),
        ("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", [HTML, JSON, CSV]),
        ("text/csv; header=present; q=0.4, text/html;q=0.5", [HTML, CSV]),
        ("image/png", []),
        ("nonsense, text/csv", [CSV]),
        ("text/csv;q=high, text/html", [HTML]),
        ("*/csv, text/html", [HTML]),
        (", ,", []),
    ],
)
def test_the_header_orders_what_is_offered(accept: str | None, wanted: list[str]) -> None:
    assert negotiated(accept, OFFERED) == wanted


def test_a_very_long_header_is_read_in_bounded_time() -> None:
    assert negotiated("text/csv;q=0.1," * 100_000, OFFERED) == [CSV]


@pytest.mark.parametrize(
    ("accept", "html"),
    [
        ("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", True),
        ("*/*", False),
        (None, False),
        ("application/json, text/html;q=0.5", False),
    ],
)
def test_only_a_client_that_says_so_gets_a_page(accept: str | None, html: bool) -> None:
    assert prefers_html(accept) is html


qualities = st.sampled_from(
    ["", ";q=1", ";q=1.0", ";q=0.9", ";q=0.5", ";q=0.001", ";q=0", "; q=0.3", ";charset=utf-8;q=0.2"]
)
ranges = st.sampled_from([*OFFERED, "*/*", "text/*", "application/*", "image/png", "TEXT/CSV"])
headers = st.lists(st.tuples(ranges, qualities).map("".join), min_size=1, max_size=6).map(", ".join)


def quality(header: str, media_type: str) -> float:
    """RFC 9110 §12.5.1 said once more: the most specific range decides."""
    best = (-1, 0.0)
    for part in header.split(","):
        name, *parameters = (piece.strip().lower() for piece in part.split(";"))
        kind, _, subtype = name.partition("/")
        values = [float(each[2:]) for each in parameters if each.startswith("q=")]
        others = len(parameters) - len(values)
        if kind in ("*", media_type.partition("/")[0]) and subtype in ("*", media_type.partition("/")[2]):
            best = max(best, ((kind != "*") * 10 + (subtype != "*") * 10 + others, values[0] if values else 1.0))
    return best[1]


@given(headers)
def test_what_is_given_is_what_the_recommendation_says(header: str) -> None:
    found = negotiated(header, OFFERED)
    assert set(found) == {name for name in OFFERED if quality(header, name) > 0}
    assert [quality(header, name) for name in found] == sorted((quality(header, n) for n in found), reverse=True)


@given(st.text(max_size=200))
def test_no_header_is_too_odd_to_be_read(header: str) -> None:
    assert set(negotiated(header, OFFERED)) <= set(OFFERED)
    assert set(profiles(header, ["http://e/a"])) <= {"http://e/a"}


@pytest.mark.parametrize(
    "header", ["a/b" + " ;" * 2000 + "!", "a/b;" + " " * 3900 + "!", '"' * 4000, "a/b;c=" + '"\\' * 1300, "<" * 4000]
)
def test_no_header_takes_long_to_be_read(header: str) -> None:
    started = time.process_time()
    negotiated(header, OFFERED)
    profiles(header, ["http://e/a"])
    assert time.process_time() - started < 0.5


@pytest.mark.parametrize(
    ("header", "wanted"),
    [
        ('application/ld+json;profile="http://e/a, http://e/b";q=0.5, text/csv;q=0.4', ["application/ld+json", CSV]),
        ("text/csv;header=present, text/*;q=0.1", [CSV, HTML]),
        ("text/csv;q=1.5", []),
        ("text/ csv", []),
        ("text/html level=1", []),
    ],
)
def test_parameters_and_quoted_texts_are_read(header: str, wanted: list[str]) -> None:
    assert negotiated(header, ["application/ld+json", CSV, HTML]) == wanted
