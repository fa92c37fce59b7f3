"""Things are found by their names, however people type them, and by what is said of them; close names are offered."""

from pathlib import Path

import pyoxigraph as ox
import pytest

from govgraph.errors import StoreDamaged, UnknownThing
from govgraph.knowledge.facts import Facts, statements
from govgraph.knowledge.merge import names_in
from govgraph.namespaces import DEF, PREFIXES
from govgraph.store.generations import Generation
from govgraph.store.names import Names, is_up_to_date, write_names


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
    assert names.told(hostile) == []
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


SAID = """
id:parks a gov:Body ; skos:prefLabel "Parks" ; dct:description "Keeps the parks", "Cares for playing fields and parks" .
id:roads a gov:Body ; skos:prefLabel "Roads" ; dct:description "Mends the roads that residents use every day" .
id:homes a gov:Body ; skos:prefLabel "Homes" ; dct:description "Gofal cartrefi"@cy, "Care for elderly residents"@en .
id:audit a gov:Body ; skos:prefLabel "Audit" ; dct:description "Sees to accountability" .
gov:Body a owl:Class ; skos:prefLabel "body" ; skos:definition "A group of people with a task that lasts" .
<http://example.org/thing> skos:prefLabel "Elsewhere" ; dct:description "Lasts elsewhere" .
id:nameless dct:description "Parks that nobody named" .
"""
EARLIER = """
id:parks skos:prefLabel "Parks" ; dct:description "Sold the parks" .
id:trams a gov:Body ; skos:prefLabel "Trams" ; dct:description "Mends rails" .
"""


def facts_of(text: str) -> Facts:
    head = "".join(f"PREFIX {prefix}: <{iri}>\n" for prefix, iri in PREFIXES.items())
    return Facts(statements(ox.Quad(*triple) for triple in ox.parse(head + text, format=ox.RdfFormat.TURTLE)))


@pytest.fixture(scope="module")
def said(tmp_path_factory: pytest.TempPathFactory) -> Names:
    """A few things of which something is said, now or in an earlier revision."""
    file = tmp_path_factory.mktemp("said") / "names.sqlite"
    assert write_names(file, names_in(facts_of(SAID), facts_of(EARLIER))) == 5
    return Names(file)


@pytest.mark.parametrize(
    ("typed", "labels"),
    [
        ("roads", ["Roads"]),
        ("ROAD residents", ["Roads"]),  # whatever the endings and the order
        ("elderly resident", ["Homes"]),
        ("residents eld", ["Homes"]),  # the last word may be cut short
        ("residents elderl", ["Homes"]),
        ("accountabi", ["Audit"]),  # within the ending
        ("residents accountabi", []),
        ("accountabit", []),
        ("eld residents", []),
        ("ca", []),  # too little to look for
        ("cartrefi", ["Homes"]),
        ("playing keeps", []),  # of two descriptions
        ("care for playing fields and nothing else", ["Parks"]),  # the first four words count
        ("nobody", []),  # there is no label to show
    ],
)
def test_a_thing_is_found_by_the_words_of_one_description(said: Names, typed: str, labels: list[str]) -> None:
    assert [hit.label for hit in said.told(typed)] == labels


def test_the_description_that_was_found_is_told_and_a_thing_is_listed_once(said: Names) -> None:
    [hit] = said.told("parks")
    assert (hit.kinds, hit.matched) == ("body", "Keeps the parks")


def test_descriptions_with_the_word_whole_come_first_then_short_ones(said: Names) -> None:
    assert [hit.label for hit in said.told("car")] == ["Homes", "Parks"]
    assert [hit.label for hit in said.told("care")] == ["Homes", "Parks"]
    assert [hit.label for hit in said.told("residents")] == ["Homes", "Roads"]
    assert [hit.label for hit in said.told("residents", 1)] == ["Homes"]


def test_what_only_an_earlier_revision_says_of_a_thing_is_found_last_and_marked(said: Names) -> None:
    hits = said.told("mends")
    assert [(hit.label, hit.kinds) for hit in hits] == [("Roads", "body"), ("Trams", "body (earlier revision only)")]
    assert said.told("sold") == [], "of what there still is, the current revision tells"


def test_terms_and_strangers_are_found_by_what_is_said_of_them_and_not_by_name(said: Names) -> None:
    assert [(hit.label, hit.kinds) for hit in said.told("lasts")] == [("Elsewhere", ""), ("body", "class")]
    assert said.search("body") == said.search("elsewhere") == []
    assert said.exact(DEF + "Body") is None
    assert [hit.label for hit in said.all_of([])] == ["Audit", "Homes", "Parks", "Roads", "Trams"]


@pytest.mark.parametrize(
    "hostile",
    [
        'roads" OR "parks', "roads OR parks", "roads NOT nothing", "text : roads", "NEAR(roads, parks)",
        "{text}: roads", "roads\x00parks", "roads'; DROP TABLE told; --", "a-b_c roads", "\u1c90\u1c91\U0001e900x",
    ],
)  # fmt: skip
def test_what_looks_like_an_instruction_is_taken_as_words(said: Names, hostile: str) -> None:
    assert said.told(hostile) == []
    assert [hit.label for hit in said.told("roads")] == ["Roads"]


def test_every_description_of_the_graph_is_found_by_its_own_words(names: Names, generation: Generation) -> None:
    query = """SELECT ?thing ?text { ?thing dct:description|skos:definition ?text ; skos:prefLabel ?label }"""
    store = ox.Store.read_only(str(generation.store))
    rows = store.query(query, prefixes=PREFIXES)
    assert isinstance(rows, ox.QuerySolutions)
    told = [(row["thing"].value, row["text"].value) for row in rows]
    assert len(told) > 900
    missed = [(iri, text) for iri, text in told if iri not in {hit.iri for hit in names.told(text, 1000)}]
    assert missed == []


def test_in_a_file_of_an_earlier_version_names_are_found_and_descriptions_are_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("govgraph.store.names.finish_told", lambda db: None)
    write_names(tmp_path / "names.sqlite", names_in(facts_of(SAID), Facts()))
    names = Names(tmp_path / "names.sqlite")
    assert [hit.label for hit in names.search("roads")] == ["Roads"]
    assert names.told("roads") == []
    assert not is_up_to_date(tmp_path / "names.sqlite")


def test_a_file_that_is_not_there_or_not_ours_is_not_up_to_date(tmp_path: Path, generation: Generation) -> None:
    (tmp_path / "names.sqlite").write_bytes(b"not a database, but long enough to look at" * 10)
    assert not is_up_to_date(tmp_path / "names.sqlite")
    assert not is_up_to_date(tmp_path / "nowhere.sqlite")
    assert is_up_to_date(generation.names)
