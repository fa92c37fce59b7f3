"""The synthetic nation of the benches: deterministic, sound where it says so, and faulty where its key says so."""

from pathlib import Path

import pyoxigraph as ox
import pytest
from bench.nation.derived import derived
from bench.nation.faults import KINDS
from bench.nation.register import councils
from bench.nation.shapes import RULES, chosen_shapes
from bench.national import main, nation, write

from govgraph.knowledge.catalog import read_catalog
from govgraph.review.data import StoreData
from govgraph.review.engine import judge
from govgraph.review.shapes import read_shapes

ROOT = Path(__file__).parents[2]
IDENTIFIER = ox.NamedNode("http://purl.org/dc/terms/identifier")


def stored(quads: Path) -> ox.Store:
    store = ox.Store()
    for path in sorted((ROOT / "ontology").rglob("*.ttl")):
        store.bulk_load(path=str(path), format=ox.RdfFormat.TURTLE)
    store.bulk_load(path=str(quads), format=ox.RdfFormat.N_QUADS)
    return store


def findings(store: ox.Store, shapes: bytes) -> set[tuple[str, str]]:
    """Rule and focus node of each result."""
    rules = {
        str(triple.subject)[1:-1]: triple.object.value
        for triple in (quad.triple for quad in ox.parse(shapes, format=ox.RdfFormat.N_TRIPLES))
        if triple.predicate == IDENTIFIER and isinstance(triple.object, ox.Literal)
    }
    results = judge(StoreData(store), read_shapes([shapes])).results
    return {(rules[result.shape], str(result.focus)[1:-1]) for result in results}


def test_the_same_seed_gives_the_same_nation_and_a_longer_one_starts_with_it() -> None:
    first, again, longer = list(nation(3, seed=7)), list(nation(3, seed=7)), list(nation(5, seed=7))
    assert first == again == longer[:3]
    assert first != list(nation(3, seed=8))


def test_a_council_has_two_to_five_thousand_statements() -> None:
    assert all(2000 <= len(part.statements) <= 5000 for part in nation(5, derive=True))


def test_what_is_derived_council_by_council_is_what_a_build_derives_from_all_of_them() -> None:
    stated = [statement for part in nation(3, faulty=0.03) for statement in part.statements]
    apart = {statement for part in nation(3, faulty=0.03, derive=True) for statement in part.statements}
    assert apart == {*stated, *derived(stated)}


def test_a_council_has_the_code_by_which_the_register_names_it() -> None:
    codes = [value for part in nation(3) for _, predicate, value in part.statements if predicate == str(IDENTIFIER)]
    assert codes == ['"ABC"', '"ABD"', '"ABE"']


def test_councils_beyond_the_register_have_codes_of_their_own() -> None:
    codes = [council.code for council in councils(1000)]
    assert len(set(codes)) == 1000


def test_a_review_finds_exactly_the_faults_of_the_key(tmp_path: Path) -> None:
    parts = list(nation(15, seed=3, faulty=0.03, derive=True))
    write(iter(parts), tmp_path / "nation.nq")
    key = {(fault.rule, fault.focus) for part in parts for fault in part.faults}
    assert findings(stored(tmp_path / "nation.nq"), chosen_shapes()[0]) == key


def test_every_kind_of_fault_is_put_in_and_every_chosen_rule_but_the_one_of_names_is_broken() -> None:
    faults = [fault for part in nation(50, seed=5, faulty=0.05) for fault in part.faults]
    assert {fault.kind for fault in faults} == set(KINDS)
    assert len(KINDS) >= 20
    assert {fault.rule for fault in faults} == set(RULES.split()) - {"GOV-THING-001"}


REMARKS = {
    *("BODY-008", "BODY-010", "BODY-011", "BRDG-003", "DOC-002", "PLAN-004", "PLAN-005", "PLAN-006"),
    *("POST-018", "POST-019", "POST-020"),
}
"""What the made-up constitutions leave open: the rules of the review remark on it, and on nothing else."""


def test_a_nation_without_faults_gives_no_violation_or_warning_of_any_packaged_rule(tmp_path: Path) -> None:
    write(nation(4, faulty=0, derive=True), tmp_path / "nation.nq")
    shapes = read_shapes(sorted((ROOT / "shapes").rglob("*.ttl")))
    results = judge(StoreData(stored(tmp_path / "nation.nq")), shapes).results
    assert not [result for result in results if not result.severity.endswith("#Info")]
    names = {result.shape: shapes.graph.one(ox.NamedNode(result.shape), IDENTIFIER.value) for result in results}
    assert {str(name.value) for name in names.values() if name} == {f"GOV-{name}" for name in REMARKS}


def test_the_command_writes_quads_with_graphs_and_the_key(tmp_path: Path) -> None:
    out, key = tmp_path / "nation.nq", tmp_path / "key.csv"
    main(["--councils", "2", "--seed", "4", "--out", str(out), "--key", str(key), "--graphs"])
    store = ox.Store()
    store.bulk_load(path=str(out), format=ox.RdfFormat.N_QUADS)
    assert len(list(store.named_graphs())) == 2
    rows = key.read_text(encoding="utf-8").splitlines()
    assert rows[0] == "kind,focus,rule"
    assert len(rows) > 4


def test_the_command_writes_a_data_folder_with_a_dataset_for_each_council(tmp_path: Path) -> None:
    main(["--councils", "2", "--seed", "4", "--folder", str(tmp_path / "nation")])
    found = read_catalog(tmp_path / "nation")
    assert [len(dataset.files) for dataset in found] == [1, 1]
    stated = sum(len(dataset.files[0].read_text(encoding="utf-8").splitlines()) for dataset in found)
    assert stated == sum(len(part.statements) for part in nation(2, seed=4))


def test_a_folder_that_does_not_exist_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["--out", str(tmp_path / "nowhere" / "nation.nq")])
    assert "nowhere" in capsys.readouterr().err
