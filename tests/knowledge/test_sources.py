"""Every clause is tied to a slice of its document, and drift is reported by clause."""

from pathlib import Path

import pytest

from govgraph.errors import BadInput
from govgraph.knowledge.sources import pin, verify
from govgraph.resources import packaged

CATALOG = """@prefix gov: <https://w3id.org/govgraph/def/> . @prefix dcat: <http://www.w3.org/ns/dcat#> .
<https://w3id.org/govgraph/graph/now> a dcat:Dataset ; gov:dataFolder "now" .
"""
CLAUSES = """@prefix gov: <https://w3id.org/govgraph/def/> . @prefix eli: <http://data.europa.eu/eli/ontology#> .
@prefix : <https://w3id.org/govgraph/id/test/> .
:version a gov:DocumentVersion ; gov:sourceFile "rules.txt" ; gov:residueMark "Deleted:" .
:c1 a gov:Clause ; eli:number "1" ; eli:is_part_of :version ; gov:lineStart 1 ; gov:lineEnd 1 .
:c2 a gov:Clause ; eli:number "2" ; eli:is_part_of :version ; gov:lineStart 2 ; gov:lineEnd 3 .
:c2b1 a gov:Clause ; eli:number "2 b1" ; eli:is_part_of :c2 ; gov:lineStart 3 ; gov:lineEnd 3 .
"""
RULES = "1. The board decides.\n2. It meets é often:\n- monthly Deleted: weekly\n"


@pytest.fixture
def pinned(tmp_path: Path) -> tuple[Path, Path]:
    data, sources = tmp_path / "data", tmp_path / "sources"
    (data / "now").mkdir(parents=True)
    sources.mkdir()
    (data / "catalog.ttl").write_text(CATALOG)
    (data / "now" / "clauses.ttl").write_text(CLAUSES)
    (sources / "rules.txt").write_text(RULES, encoding="utf-8")
    assert list(pin(data, sources).values()) == [3]
    return data, sources


def outcomes(data: Path, sources: Path) -> dict[str, str]:
    return {verdict.pin.number: verdict.outcome for verdict in verify(data, sources)}


def test_pins_hold_and_give_the_passage_without_deleted_residue(pinned: tuple[Path, Path]) -> None:
    passages = {verdict.pin.number: verdict.passage for verdict in verify(*pinned)}
    assert passages == {"1": "1. The board decides.", "2": "2. It meets é often:\n- monthly", "2 b1": "- monthly"}
    assert set(outcomes(*pinned).values()) == {"holds"}


def test_a_changed_clause_is_reported_and_the_others_hold(pinned: tuple[Path, Path]) -> None:
    (pinned[1] / "rules.txt").write_text(RULES.replace("board", "Board"), encoding="utf-8")
    assert outcomes(*pinned) == {"1": "changed", "2": "holds", "2 b1": "holds"}


def test_a_clause_that_only_moved_is_said_to_have_moved(pinned: tuple[Path, Path]) -> None:
    (pinned[1] / "rules.txt").write_text("A new first line.\n" + RULES, encoding="utf-8")
    assert set(outcomes(*pinned).values()) == {"moved"}


def test_a_missing_document_is_reported_by_clause(pinned: tuple[Path, Path]) -> None:
    (pinned[1] / "rules.txt").unlink()
    assert set(outcomes(*pinned).values()) == {"no document"}


def test_lines_beyond_the_document_are_refused_and_nothing_is_written(pinned: tuple[Path, Path]) -> None:
    data, sources = pinned
    before = (data / "now" / "pins.ttl").read_text()
    (data / "now" / "clauses.ttl").write_text(CLAUSES.replace("gov:lineEnd 3", "gov:lineEnd 99"))
    with pytest.raises(BadInput, match="lines 2 to 99"):
        pin(data, sources)
    assert (data / "now" / "pins.ttl").read_text() == before


def test_every_packaged_clause_holds_against_the_documents(sources: Path) -> None:
    verdicts = verify(packaged("data"), sources)
    assert len(verdicts) > 300
    assert [verdict.pin.number for verdict in verdicts if verdict.outcome != "holds"] == []
