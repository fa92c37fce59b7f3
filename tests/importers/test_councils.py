"""The UK register of local authorities becomes data: all of it, nothing invented, and what is wrong is named."""

import csv
import os
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pyoxigraph as ox
import pytest

from govgraph.errors import BadInput, EnvironmentFailed
from govgraph.importers.councils import council_types, import_councils
from govgraph.importers.register import COLUMNS
from govgraph.knowledge.facts import GOV, ORG, RDF_TYPE, SKOS, Facts, statements
from govgraph.namespaces import ID, PREFIXES
from govgraph.rdf.files import read_file
from govgraph.resources import packaged
from govgraph.review.gate import gate

IDENTIFIER = ox.NamedNode(PREFIXES["dct"] + "identifier")
OLD = {"local-authority-code": "OLD", "official-name": "Old District Council", "local-authority-type": "NMD"}
NEW = {"local-authority-code": "NEW", "official-name": "New Council", "local-authority-type": "UA"}


def write(file: Path, *rows: dict[str, str], columns: tuple[str, ...] = COLUMNS) -> Path:
    with file.open("w", newline="", encoding="utf-8") as output:
        writer = csv.DictWriter(output, columns, restval="")
        writer.writeheader()
        writer.writerows(rows)
    return file


def facts_of(file: Path) -> Facts:
    return Facts(statements(read_file(file)))


def council(code: str) -> ox.NamedNode:
    return ox.NamedNode(f"{ID}uk/council/{code}")


def codes(facts: Facts) -> list[str]:
    return sorted(code for one in facts.subjects(RDF_TYPE, GOV.Council) for code in facts.literals(one, IDENTIFIER))


def told(facts: Facts, subject: ox.NamedNode) -> dict[str, list[str]]:
    """What the file says of a thing: last part of each predicate, and the last parts of its values."""
    found: dict[str, list[str]] = {}
    for predicate, value in facts.properties(subject):
        name = predicate.value.replace("#", "/").rpartition("/")[2]
        found.setdefault(name, []).append(
            value.value.replace("#", "/").rpartition("/")[2] if isinstance(value, ox.NamedNode) else value.value
        )
    return found


@pytest.fixture(scope="module")
def published() -> Facts:
    """The file that ships with govgraph."""
    return facts_of(packaged("data") / "uk" / "councils.ttl")


@pytest.fixture(scope="session")
def real(sources: Path) -> Path:
    """The register itself, where the operator has it beside the documents."""
    file = sources.parent / "data" / "uk-local-authorities.csv"
    if not file.is_file():
        pytest.skip(f"{file} is not there")
    return file


@pytest.fixture
def data(tmp_path: Path) -> Path:
    folder = tmp_path / "data"
    folder.mkdir()
    return folder


# The real register


def test_the_published_file_is_what_the_register_gives(real: Path, data: Path) -> None:
    done = import_councils(real, data)
    assert done.problems == ()
    assert done.file.read_bytes() == (packaged("data") / "uk" / "councils.ttl").read_bytes()


def test_every_row_of_the_register_is_a_council_and_every_row_with_successors_a_change(
    real: Path, published: Facts
) -> None:
    with real.open(newline="", encoding="utf-8") as lines:
        rows = list(csv.DictReader(lines))
    assert codes(published) == sorted(row["local-authority-code"] for row in rows)
    assert len(published.subjects(RDF_TYPE, ORG.ChangeEvent)) == sum(1 for row in rows if row["replaced-by"])
    pairs = {(row["local-authority-code"], new) for row in rows for new in row["replaced-by"].split(",") if new}
    events = published.subjects(RDF_TYPE, ORG.ChangeEvent)
    assert pairs == {
        (published.literal(old, IDENTIFIER), published.literal(new, IDENTIFIER))
        for event in events
        for old in published.objects(event, ORG.originalOrganization)
        for new in published.objects(event, ORG.resultingOrganization)
    }
    for column, term in [("county-la", GOV.countyCouncil), ("combined-authority", GOV.combinedAuthority)]:
        links = sum(len(published.objects(one, term)) for one in all_of(published))
        assert links == sum(1 for row in rows if row[column])
    for column, term in [("start-date", GOV.validFrom), ("end-date", GOV.validUntil), ("gss-code", GOV.gssCode)]:
        assert {row["local-authority-code"]: row[column] for row in rows if row[column]} == {
            published.literal(one, IDENTIFIER): value
            for one in all_of(published)
            if (value := published.literal(one, term))
        }


def all_of(facts: Facts) -> list[ox.NamedNode]:
    return facts.subjects(RDF_TYPE, GOV.Council)


def test_there_are_469_councils_and_the_greater_london_authority(published: Facts) -> None:
    kinds = Counter(kind for one in all_of(published) for kind in told(published, one)["councilType"])
    assert kinds == {
        "nmd": 204, "ua": 65, "nid": 36, "md": 36, "sco": 32, "lbo": 32, "cty": 27, "wpa": 22, "comb": 14,
        "cc": 1, "sra": 1,
    }  # fmt: skip
    assert kinds.total() - kinds["sra"] == 469
    assert len(published.subjects(RDF_TYPE, ORG.ChangeEvent)) == 48


def test_harrow_has_its_codes_its_region_its_authority_and_no_date(published: Facts) -> None:
    assert told(published, council("hrw")) == {
        "type": ["Council"],
        "prefLabel": ["London Borough of Harrow"],
        "altLabel": ["Harrow"],
        "hiddenLabel": ["harrow london boro"],
        "identifier": ["HRW"],
        "gssCode": ["E09000015"],
        "councilType": ["lbo"],
        "nation": ["England"],
        "region": ["London"],
        "latitude": ["51.598"],
        "longitude": ["-0.341"],
        "combinedAuthority": ["gla"],
        "source": ["local-authority-register"],
    }


def test_a_district_belongs_to_its_county_council(published: Facts) -> None:
    adur = told(published, council("adu"))
    assert (adur["gssCode"], adur["councilType"], adur["countyCouncil"]) == (["E07000223"], ["nmd"], ["wsx"])
    assert told(published, council("wsx"))["prefLabel"] == ["West Sussex County Council"]


def test_an_abolished_county_has_two_successors(published: Facts) -> None:
    cumbria = told(published, council("cma"))
    assert cumbria["prefLabel"] == ["Cumbria County Council"]
    assert cumbria["validUntil"] == ["2023-04-01"]
    assert told(published, ox.NamedNode(f"{ID}uk/change/cma-2023-04-01")) == {
        "type": ["ChangeEvent"],
        "prefLabel": ["Cumbria County Council replaced by Cumberland Council and Westmorland and Furness Council"],
        "originalOrganization": ["cma"],
        "resultingOrganization": ["cbd", "waf"],
        "changedOn": ["2023-04-01"],
        "source": ["local-authority-register"],
    }


def test_a_change_is_on_the_day_after_the_last_one_where_the_successor_starts_then(published: Facts) -> None:
    assert told(published, council("bmh"))["validUntil"] == ["2019-03-31"]
    assert told(published, council("bpc"))["validFrom"] == ["2019-04-01"]
    assert told(published, ox.NamedNode(f"{ID}uk/change/bmh-2019-04-01"))["changedOn"] == ["2019-04-01"]


def test_the_newest_authority_of_the_register_is_there_with_its_start(published: Facts) -> None:
    newest = told(published, council("glca"))
    assert newest["prefLabel"] == ["Greater Lincolnshire Combined County Authority"]
    assert (newest["validFrom"], newest["gssCode"], newest["councilType"]) == (["2025-05-01"], ["E47000017"], ["comb"])
    assert max(day for one in all_of(published) for day in published.literals(one, GOV.validFrom)) == "2025-05-01"


def test_a_northern_irish_district_that_ended_without_successor_has_no_change(published: Facts) -> None:
    derry = told(published, council("nir-a"))
    assert (derry["prefLabel"], derry["validUntil"]) == (["Derry City Council"], ["2015-03-31"])
    assert "gssCode" not in derry
    assert published.subjects(ORG.originalOrganization, council("nir-a")) == []


def test_every_council_that_another_one_names_is_in_the_file(published: Facts) -> None:
    known = set(all_of(published))
    for term in (ORG.originalOrganization, ORG.resultingOrganization, GOV.countyCouncil, GOV.combinedAuthority):
        named = {value for subject, predicate, value in published if predicate == term}
        assert named
        assert named <= known


def test_every_thing_has_one_english_name_and_no_other_name_repeats_it(published: Facts) -> None:
    names = (SKOS.prefLabel, SKOS.altLabel, SKOS.hiddenLabel)
    for subject in {subject for subject, _, _ in published}:
        [label] = published.literals(subject, SKOS.prefLabel)
        every = [name.casefold() for term in names for name in published.literals(subject, term)]
        assert len(every) == len(set(every)), label
        assert "\ufffd" not in "".join(every)
    damaged = {"\u00ef", "\u00bf", "\u00bd", "\u00be"}
    assert not [name for _, term, name in published if term in names and damaged & set(str(name))]


def test_the_file_names_its_source_and_licence() -> None:
    head = (packaged("data") / "uk" / "councils.ttl").read_text(encoding="utf-8").partition("@prefix")[0]
    assert all(line.startswith("#") for line in head.split("\n") if line)
    assert "mySociety" in head
    assert "CC BY 4.0" in head


# Bad input


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


# Writing


def test_the_order_of_the_rows_does_not_matter(tmp_path: Path, data: Path) -> None:
    file = import_councils(write(tmp_path / "uk.csv", OLD, NEW), data).file
    before = file.read_bytes()
    assert not import_councils(write(tmp_path / "uk.csv", NEW, OLD), data).written
    assert file.read_bytes() == before


def test_a_second_import_leaves_the_file_alone_and_a_changed_register_replaces_it(tmp_path: Path, data: Path) -> None:
    register = write(tmp_path / "uk.csv", NEW)
    first = import_councils(register, data)
    os.utime(first.file, (1, 1))
    assert not import_councils(register, data).written
    assert first.file.stat().st_mtime == 1
    assert import_councils(write(register, NEW, OLD), data).written
    assert codes(facts_of(first.file)) == ["NEW", "OLD"]
    assert list(first.file.parent.iterdir()) == [first.file]


def test_an_import_that_fails_while_writing_leaves_the_old_file(
    tmp_path: Path, data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = import_councils(write(tmp_path / "uk.csv", NEW), data).file
    before = file.read_bytes()

    def full(handle: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(EnvironmentFailed, match="No space left"):
        import_councils(write(tmp_path / "uk.csv", NEW, OLD), data)
    assert file.read_bytes() == before
    assert list(file.parent.iterdir()) == [file]


def test_what_the_gate_refuses_is_not_written(tmp_path: Path, data: Path) -> None:
    file = import_councils(write(tmp_path / "uk.csv", NEW), data, gate=gate).file
    before = file.read_bytes()
    seen: list[bytes] = []

    def refusing(facts: bytes) -> bytes:
        seen.append(facts)
        raise BadInput("a violation", "Mend the register.")

    with pytest.raises(BadInput, match="a violation"):
        import_councils(write(tmp_path / "uk.csv", NEW, OLD), data, gate=refusing)
    assert file.read_bytes() == before
    assert council("old").value.encode() in seen[0]


def test_a_folder_that_cannot_be_written_is_named(tmp_path: Path, data: Path) -> None:
    (data / "uk").write_text("a file where the folder should be")
    with pytest.raises(EnvironmentFailed, match="cannot be written"):
        import_councils(write(tmp_path / "uk.csv", NEW), data)


def test_quotation_marks_and_backslashes_in_names_stay_text(tmp_path: Path, data: Path) -> None:
    name = 'The "Old" \\ Council" . <http://e/> a <http://e/x> #'
    facts = facts_of(import_councils(write(tmp_path / "uk.csv", {**NEW, "official-name": name}), data).file)
    assert facts.literal(council("new"), SKOS.prefLabel) == name


def test_other_names_are_parted_at_commas_that_no_blank_follows(tmp_path: Path, data: Path) -> None:
    row = {**NEW, "nice-name": "New", "alt-names": "New,new council,City of New,New, City of,city of new,newe"}
    facts = facts_of(import_councils(write(tmp_path / "uk.csv", row), data).file)
    assert facts.literals(council("new"), SKOS.altLabel) == ["City of New", "New", "New, City of"]
    assert facts.literals(council("new"), SKOS.hiddenLabel) == ["newe"]


def test_a_planned_change_is_kept_with_its_day_and_without_one(tmp_path: Path, data: Path) -> None:
    new = {**NEW, "start-date": "2099-04-01"}
    other = {**OLD, "local-authority-code": "OTH", "official-name": "Other Council"}
    register = write(
        tmp_path / "uk.csv",
        {**OLD, "end-date": "2099-03-31", "replaced-by": "NEW"},
        {**other, "replaced-by": "NEW"},
        new,
    )
    facts = facts_of(import_councils(register, data).file)
    assert facts.literals(ox.NamedNode(f"{ID}uk/change/old-2099-04-01"), GOV.changedOn) == ["2099-04-01"]
    assert facts.objects(ox.NamedNode(f"{ID}uk/change/oth"), ORG.resultingOrganization) == [council("new")]
    assert facts.literals(ox.NamedNode(f"{ID}uk/change/oth"), GOV.changedOn) == []


def test_two_authorities_of_one_name_are_both_kept(tmp_path: Path, data: Path) -> None:
    done = import_councils(write(tmp_path / "uk.csv", NEW, {**OLD, "official-name": "New Council"}), data)
    assert (done.councils, done.problems) == (2, ())


def test_the_types_are_those_of_the_ontology() -> None:
    assert set(council_types()) == {"CC", "COMB", "CTY", "LBO", "MD", "NID", "NMD", "SCO", "SRA", "UA", "WPA"}


# The command


def govgraph(*words: str | Path) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "PYTHONWARNINGS": "error"}
    command = [sys.executable, "-m", "govgraph", "import", *map(str, words)]
    return subprocess.run(command, capture_output=True, text=True, env=environment, check=False)


def test_the_command_says_what_it_wrote_and_shows_no_progress_in_a_pipe(tmp_path: Path, data: Path) -> None:
    (data / "catalog.ttl").write_text('<http://e/> <https://w3id.org/govgraph/def/dataFolder> "uk" .')
    register = write(tmp_path / "uk.csv", {**OLD, "end-date": "2030-01-01", "replaced-by": "NEW"}, NEW)
    first, second = govgraph("councils", register, "--data", data), govgraph("councils", register, "--data", data)
    end = f"2 councils, 1 of them with an end date, and 1 changes, in {data / 'uk' / 'councils.ttl'}\n"
    assert (first.returncode, first.stdout, first.stderr) == (0, f"wrote {end}", "")
    assert (second.returncode, second.stdout, second.stderr) == (0, f"unchanged: {end}", "")


def test_the_command_exits_with_1_after_listing_what_is_wrong(tmp_path: Path, data: Path) -> None:
    result = govgraph("councils", write(tmp_path / "uk.csv", NEW, {**OLD, "end-date": "2023-02-30"}), "--data", data)
    assert result.returncode == 1
    problem, summary = result.stdout.splitlines()
    assert problem.startswith('uk.csv, row 3, column end-date: "2023-02-30" is not a day. Write ')
    assert summary.startswith("wrote 1 councils")
    assert "catalog.ttl" in result.stderr, "an unlisted folder stops the next build, so it is said"


def test_the_command_refuses_another_file_with_one_line_and_2(tmp_path: Path, data: Path) -> None:
    (tmp_path / "other.csv").write_text("a,b\n1,2\n")
    result = govgraph("councils", tmp_path / "other.csv", "--data", data)
    assert (result.returncode, result.stdout) == (2, "")
    [line] = result.stderr.splitlines()
    assert line.startswith("govgraph: ")
    assert list(data.iterdir()) == []


def test_the_middle_of_an_area_is_kept_where_the_register_gives_it(data: Path, tmp_path: Path) -> None:
    columns = (*COLUMNS, "lat", "long")
    here = OLD | {"lat": "51.59761", "long": "-0.33624"}
    half = NEW | {"lat": "51.5"}
    register = write(tmp_path / "uk.csv", here, half, columns=columns)
    facts = facts_of(import_councils(register, data).file)
    assert told(facts, council("old"))["latitude"] == ["51.598"]
    assert told(facts, council("old"))["longitude"] == ["-0.336"]
    assert "latitude" not in told(facts, council("new"))


@pytest.mark.parametrize("latitude", ["91", "north", "nan", "-inf", "1e999"])
def test_a_place_that_is_not_on_the_earth_is_named(data: Path, tmp_path: Path, latitude: str) -> None:
    columns = (*COLUMNS, "lat", "long")
    register = write(tmp_path / "uk.csv", OLD | {"lat": latitude, "long": "0"}, NEW, columns=columns)
    imported = import_councils(register, data)
    [problem] = imported.problems
    assert (problem.row, problem.column) == (2, "lat")
    assert "not a place on the Earth" in problem.message
    assert imported.councils == 1


def test_the_published_councils_lie_in_the_united_kingdom(published: Facts) -> None:
    latitude, longitude = (ox.NamedNode(PREFIXES["schema"] + name) for name in ("latitude", "longitude"))
    placed = [one for one in published.subjects(RDF_TYPE, GOV.Council) if published.literals(one, latitude)]
    assert len(placed) == 412
    for one in placed:
        [north], [east] = published.literals(one, latitude), published.literals(one, longitude)
        assert 49.8 < float(north) < 60.9
        assert -8.2 < float(east) < 1.8
