"""The coverage script reads a list of facts row by row, and the data cover the list save for rows with a reason."""

from pathlib import Path

import pytest

from govgraph.knowledge.coverage import Evidence, coverage, evidence, main, parse, table

FACTS = """# Facts
| Code | File |
|---|---|
| D000 | `rules.txt` | Rules | none |
| D003 | `book.md` | Book | none |

## 1. Entities
### 1.1 D000 — Rules
- The board — Cab(3) L9; a director, LDR b5 L65 (book: D003 L12)
#### 1.1.1 Seats (D003)
| # | Line | Seats | L |
|---|---|---|---|
| 1 | Leader | 1 | 31 |
| | **Total** | 1 | |

**Deleted lines:** L95, 121, 171(-173), 464(¶), 714 (","), 824(-840); 44 in all.

## 2. Relations
| ID | Fact | Locator |
|---|---|---|
| A01 | board reports | §10.1 L5 |
| C09 | deputies: silent | — |
| R-M1 | four meetings, 5 L | §12.1 L3; §22.12 L4-5 |
- a chair with no line (§22.5 b2), D000: LDR b1-b2, 20 % of L6/L8
- a clause and no line: §22.69, GR2 b3

## 6. Findings
| X-02 | not read | L77 |
"""
ROWS = [
    "1.1 D000 L9", "1.1 D000 L65", "1.1 D003 L12", "1.1.1 D003 L31", "1.1.1 D003 L95", "1.1.1 D003 L121",
    "1.1.1 D003 L171", "1.1.1 D003 L464", "1.1.1 D003 L714", "1.1.1 D003 L824", "2 A01", "2 C09", "2 R-M1",
    "2 D000 L6", "2 D000 L8", "2 D003 22.69", "2 D000 GR2 b3",
]  # fmt: skip
"""Of the list above: a deletion that runs on counts once, and section 6 is not read."""

UNCOVERED = {
    "1.3.8 D003 L61-67": "the table of contents, an argument and not a fact",
    "2.2 C09": "the text is silent",
    "2.2 C28": "the text is silent",
    "2.3 S11": "the text is silent",
    "2.5 K15": "the text is silent",
    "3.2 D001 L63-66": "a gap in the page, an observation and not a fact",
    "3.2 D001 L80-83": "a gap in the page, an observation and not a fact",
    "3.7 D003 L79": "the vision is a hope for 2020, and nobody's duty",
    "3.7 D003 L80": "the vision is a hope for 2020, and nobody's duty",
    "3.7 D003 L81": "the vision is a hope for 2020, and nobody's duty",
    "5.4 D004 L243-251": "the nine characteristics are a quotation of the act, not a fact of the report",
}
"""Rows of the real list that no fact of ours has, each with the reason."""


def test_rows_are_identified_rows_and_else_one_for_each_locator() -> None:
    documents, rows = parse(FACTS)
    assert documents == {"D000": "rules.txt", "D003": "book.md"}
    assert [row.key for row in rows] == ROWS
    assert [str(place) for place in rows[12].places] == ["D003 L3", "D003 L4-5"]


def test_a_row_is_covered_by_its_identifier_or_by_facts_at_all_its_places() -> None:
    documents, rows = parse(FACTS)
    book = ((1, 99, "", True), (3, 3, "12.1", True), (4, 4, "22.12", False), (5, 5, "10.1", False), (31, 31, "", True))
    held = Evidence(frozenset({"A01b", "R-M"}), {"book.md": book})
    how = {row.key: way for row, way in coverage(rows, documents, held)}
    assert how["2 A01"] == "identifier"
    assert how["2 R-M1"] == ""  # no fact rests on the clauses of lines 4 and 5
    assert how["1.1.1 D003 L31"] == "clause"
    assert how["2 C09"] == how["2 D003 22.69"] == how["1.1 D000 L9"] == ""
    more = Evidence(frozenset(), {"book.md": (*book, (5, 5, "22.69", True))})
    how = {row.key: way for row, way in coverage(rows, documents, more)}
    assert how["2 R-M1"] == how["2 D003 22.69"] == "clause"


def test_the_table_counts_by_section_and_lists_the_rest() -> None:
    documents, rows = parse(FACTS)
    lines = table(coverage(rows, documents, Evidence(frozenset({"A01", "R-M1"}), {}))).splitlines()
    assert [line.split() for line in lines[1:5]] == [
        ["1.1", "0", "/", "3", "0", "0"],
        ["1.1.1", "0", "/", "7", "0", "0"],
        ["2", "2", "/", "7", "2", "0"],
        ["all", "2", "/", "17", "2", "0"],
    ]
    assert lines[6] == "not covered: 15"
    assert any(line.startswith("  2 C09: deputies: silent") for line in lines)


def test_a_list_that_is_not_there_or_has_no_rows_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    empty = tmp_path / "facts.md"
    empty.write_text("nothing\n")
    for words in (["--facts", str(tmp_path / "none.md")], ["--facts", str(empty)]):
        assert main(words) == 2
        assert "Name a list of facts with --facts." in capsys.readouterr().err


def test_the_data_cover_the_list_of_facts(sources: Path) -> None:
    facts = sources.parent / "facts.md"
    if not facts.is_file():
        pytest.skip("there is no facts.md beside the folder with the source documents")
    documents, rows = parse(facts.read_text(encoding="utf-8"))
    assert len(rows) > 1000
    found = coverage(rows, documents, evidence())
    assert {row.key for row, how in found if not how} == set(UNCOVERED)
