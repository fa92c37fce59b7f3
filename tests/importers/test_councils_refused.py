"""What is wrong with a register of councils is named and left out; what is no register is refused."""

from pathlib import Path

import pytest
from tests.importers.small_register import NEW, OLD, codes, council, facts_of, write

from govgraph.errors import BadInput
from govgraph.importers.councils import import_councils
from govgraph.importers.register import COLUMNS
from govgraph.knowledge.facts import GOV, ORG

BAD_ROWS = [
    ({**OLD, "end-date": "2023-02-30"}, "end-date", '"2023-02-30" is not a day'),
    ({**OLD, "start-date": "20230401"}, "start-date", '"20230401" is not a day'),
    ({**OLD, "start-date": "2023-04-01", "end-date": "2019-04-01"}, "end-date", "ends on 2019-04-01, before it starts"),
    ({**OLD, "local-authority-type": "XXX"}, "local-authority-type", '"XXX" is not a known type'),
    ({**OLD, "local-authority-type": ""}, "local-authority-type", '"" is not a known type'),
    ({**OLD, "local-authority-code": ""}, "local-authority-code", "the code is missing"),
    ({**OLD, "local-authority-code": "A/../B"}, "local-authority-code", '"A/../B" is not a code'),
    ({**OLD, "local-authority-code": "new"}, "local-authority-code", 'row 2 has the code "new" already'),
    ({**OLD, "official-name": " "}, "official-name", "the name is missing"),
    ({**OLD, "official-name": "Ynys Mï¿½n Council"}, "official-name", "damaged"),
    ({**OLD, "gss-code": "9000015"}, "gss-code", '"9000015" is not a GSS code'),
]


@pytest.mark.parametrize(("row", "column", "message"), BAD_ROWS, ids=[f"{row[1]}-{row[2]}" for row in BAD_ROWS])
def test_a_wrong_row_is_named_and_left_out_and_the_rest_is_imported(
    tmp_path: Path, data: Path, row: dict[str, str], column: str, message: str
) -> None:
    done = import_councils(write(tmp_path / "uk.csv", NEW, row), data)
    [problem] = done.problems
    assert (problem.file, problem.row, problem.column) == ("uk.csv", 3, column)
    assert message in problem.message
    assert str(problem).startswith(f"uk.csv, row 3, column {column}: ")
    assert problem.next_step.endswith("The row is left out.")
    assert codes(facts_of(done.file)) == ["NEW"]


@pytest.mark.parametrize("column", ["replaced-by", "county-la", "combined-authority"])
@pytest.mark.parametrize(("code", "message"), [("GONE", 'no row has the code "GONE"'), ("OLD", "names itself")])
def test_a_link_that_leads_nowhere_is_named_and_left_out_and_its_council_is_kept(
    tmp_path: Path, data: Path, column: str, code: str, message: str
) -> None:
    old = {**OLD, column: f"NEW,{code}", "end-date": "2030-04-01"}
    done = import_councils(write(tmp_path / "uk.csv", old, NEW), data)
    [problem] = done.problems
    assert (problem.row, problem.column) == (2, column)
    assert message in problem.message
    facts = facts_of(done.file)
    assert codes(facts) == ["NEW", "OLD"]
    term = {"replaced-by": ORG.resultingOrganization, "county-la": GOV.countyCouncil}.get(column, GOV.combinedAuthority)
    assert [value for _, predicate, value in facts if predicate == term] == [council("new")]


def test_a_succession_without_any_known_successor_is_no_change(tmp_path: Path, data: Path) -> None:
    done = import_councils(write(tmp_path / "uk.csv", {**OLD, "replaced-by": "GONE"}, NEW), data)
    assert (done.councils, done.changes, len(done.problems)) == (2, 0, 1)


def test_a_successor_whose_row_is_left_out_is_explained_by_that_row(tmp_path: Path, data: Path) -> None:
    new = {**NEW, "start-date": "tomorrow"}
    done = import_councils(write(tmp_path / "uk.csv", {**OLD, "replaced-by": "NEW"}, new), data)
    assert [(problem.row, problem.column) for problem in done.problems] == [(2, "replaced-by"), (3, "start-date")]
    assert '"NEW" stands in row 3' in done.problems[0].message


def test_a_row_with_a_cell_too_many_is_left_out(tmp_path: Path, data: Path) -> None:
    file = write(tmp_path / "uk.csv", NEW)
    file.write_text(file.read_text() + "OLD,Old, Older and Oldest Council,,,,,,,,NMD,,,,\n")
    [problem] = import_councils(file, data).problems
    assert "quotation marks" in problem.next_step


def test_rows_are_counted_as_a_spreadsheet_counts_them(tmp_path: Path, data: Path) -> None:
    file = write(tmp_path / "uk.csv", NEW, {}, {**OLD, "end-date": "x"})
    file.write_bytes(b"\xef\xbb\xbf" + file.read_bytes().replace(b"\r\nNEW", b"\r\n\r\nNEW"))
    assert [problem.row for problem in import_councils(file, data).problems] == [5]


def test_a_register_without_a_right_row_changes_nothing(tmp_path: Path, data: Path) -> None:
    import_councils(write(tmp_path / "uk.csv", NEW), data)
    before = (data / "uk" / "councils.ttl").read_bytes()
    done = import_councils(write(tmp_path / "uk.csv", {**NEW, "local-authority-type": "?"}), data)
    assert (done.councils, done.written, len(done.problems)) == (0, False, 1)
    assert (data / "uk" / "councils.ttl").read_bytes() == before


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "it has no column local-authority-code"),
        (b"name;type\nHarrow;LBO\n", "it has no column local-authority-code"),
        (",".join(column for column in COLUMNS if column != "end-date").encode(), "it has no column end-date"),
        ((",".join(COLUMNS) + "\n").encode(), "has headings and no rows"),
        ((",".join(COLUMNS) + '\n"OLD"x,').encode(), "line 2: not readable as CSV"),
        (b"\x89PNG\r\n\x1a\n\x00", "is not UTF-8 text"),
    ],
)
def test_a_file_that_is_not_the_register_is_refused_and_nothing_is_written(
    tmp_path: Path, data: Path, content: bytes, message: str
) -> None:
    (tmp_path / "uk.csv").write_bytes(content)
    with pytest.raises(BadInput, match=message):
        import_councils(tmp_path / "uk.csv", data)
    assert list(data.iterdir()) == []


def test_a_file_or_folder_that_is_not_there_is_named(tmp_path: Path, data: Path) -> None:
    with pytest.raises(BadInput, match="is not there"):
        import_councils(tmp_path / "none.csv", data)
    with pytest.raises(BadInput, match="Name a data folder"):
        import_councils(write(tmp_path / "uk.csv", NEW), tmp_path / "none")


@pytest.mark.parametrize("latitude", ["91", "north", "nan", "-inf", "1e999"])
def test_a_place_that_is_not_on_the_earth_is_named(data: Path, tmp_path: Path, latitude: str) -> None:
    columns = (*COLUMNS, "lat", "long")
    register = write(tmp_path / "uk.csv", OLD | {"lat": latitude, "long": "0"}, NEW, columns=columns)
    imported = import_councils(register, data)
    [problem] = imported.problems
    assert (problem.row, problem.column) == (2, "lat")
    assert "not a place on the Earth" in problem.message
    assert imported.councils == 1
