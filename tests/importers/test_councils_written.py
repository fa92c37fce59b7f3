"""What an import of councils writes, and that it writes the whole of it or nothing."""

import os
from pathlib import Path

import pyoxigraph as ox
import pytest
from tests.importers.small_register import NEW, OLD, codes, council, facts_of, told, write

from govgraph.errors import BadInput, EnvironmentFailed
from govgraph.importers.councils import council_types, import_councils
from govgraph.importers.register import COLUMNS
from govgraph.knowledge.facts import GOV, ORG, SKOS
from govgraph.namespaces import ID
from govgraph.review.gate import gate


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


def test_the_middle_of_an_area_is_kept_where_the_register_gives_it(data: Path, tmp_path: Path) -> None:
    columns = (*COLUMNS, "lat", "long")
    here = OLD | {"lat": "51.59761", "long": "-0.33624"}
    half = NEW | {"lat": "51.5"}
    register = write(tmp_path / "uk.csv", here, half, columns=columns)
    facts = facts_of(import_councils(register, data).file)
    assert told(facts, council("old"))["latitude"] == ["51.598"]
    assert told(facts, council("old"))["longitude"] == ["-0.336"]
    assert "latitude" not in told(facts, council("new"))
