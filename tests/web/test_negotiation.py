"""Which form of an answer an Accept header asks for (RFC 9110 §12.5.1)."""

import pytest

from govgraph.web.negotiate import negotiated, prefers_html

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
