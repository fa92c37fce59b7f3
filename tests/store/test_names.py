"""Things are found by their names, however a person types them; close names are offered."""

from pathlib import Path

import pytest

from govgraph.errors import StoreDamaged, UnknownThing
from govgraph.namespaces import DEF
from govgraph.store.generations import Generation
from govgraph.store.names import Names


@pytest.fixture(scope="module")
def names(generation: Generation) -> Names:
    return Names(generation.names)


@pytest.mark.parametrize(
    ("typed", "label"),
    [
        ("Delivery groups", "Delivery groups"),
        ("delivery group", "Delivery groups"),
        ("harrow chief executives group", "Harrow Chief Executives"),
        ("https://w3id.org/govgraph/id/harrow/body/partnership-board", "Partnership Board"),
        ("22.69", "Handbook 22.69"),
    ],
)
def test_a_thing_is_found_by_label_other_name_number_or_iri(names: Names, typed: str, label: str) -> None:
    assert names.find(typed).label == label


def test_a_misspelt_name_is_answered_with_the_right_one_first(names: Names) -> None:
    with pytest.raises(UnknownThing) as caught:
        names.find("Safer Harow Managment Group")
    assert caught.value.close[0] == "Safer Harrow Management Group"


def test_a_name_of_a_thing_of_another_class_is_not_found(names: Names) -> None:
    with pytest.raises(UnknownThing):
        names.find("22.69", [DEF + "Body"])


def test_a_search_finds_things_by_the_beginnings_of_words(names: Names) -> None:
    assert "Shadow Health and Wellbeing Board" in [hit.label for hit in names.search("wellb boar")] + [
        hit.label for hit in names.search("shadow wellb")
    ]


@pytest.mark.parametrize("hostile", ['"', "' OR 9=9 --", "NEAR(zz yy", "a*b^c:", "*", "\x00", "(" * 500, "é" * 1000])
def test_hostile_text_finds_nothing_and_breaks_nothing(names: Names, hostile: str) -> None:
    assert names.search(hostile) == []
    with pytest.raises(UnknownThing):
        names.find(hostile)


def test_a_file_that_is_not_ours_is_refused(tmp_path: Path) -> None:
    (tmp_path / "names.sqlite").write_bytes(b"not a database, but long enough to look at" * 10)
    with pytest.raises(StoreDamaged):
        Names(tmp_path / "names.sqlite")


def test_where_a_word_is_common_names_that_begin_with_it_come_first_and_none_is_lost(
    names: Names, monkeypatch: pytest.MonkeyPatch
) -> None:
    weighed = {hit.iri for hit in names.search("harrow", limit=1000)}
    monkeypatch.setattr("govgraph.store.names._COMMON", 1)
    hits = names.search("harrow", limit=1000)
    assert {hit.iri for hit in hits} == weighed
    begun = [hit.matched.casefold().startswith("harrow") for hit in hits]
    assert begun[0]
    assert begun == sorted(begun, reverse=True)


def test_a_search_with_a_common_word_keeps_to_the_classes_asked_for(
    names: Names, monkeypatch: pytest.MonkeyPatch
) -> None:
    weighed = {hit.iri for hit in names.search("harrow", [DEF + "Body"], limit=1000)}
    monkeypatch.setattr("govgraph.store.names._COMMON", 1)
    assert weighed
    assert {hit.iri for hit in names.search("harrow", [DEF + "Body"], limit=1000)} == weighed
