"""The published file of councils is what the UK register gives: all of it, and nothing invented."""

import csv
from collections import Counter
from pathlib import Path

import pyoxigraph as ox
import pytest
from tests.importers.small_register import IDENTIFIER, codes, council, facts_of, told

from govgraph.importers.councils import import_councils
from govgraph.knowledge.facts import GOV, ORG, RDF_TYPE, SKOS, Facts
from govgraph.namespaces import ID, PREFIXES
from govgraph.resources import packaged


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


def test_the_published_councils_lie_in_the_united_kingdom(published: Facts) -> None:
    latitude, longitude = (ox.NamedNode(PREFIXES["schema"] + name) for name in ("latitude", "longitude"))
    placed = [one for one in published.subjects(RDF_TYPE, GOV.Council) if published.literals(one, latitude)]
    assert len(placed) == 412
    for one in placed:
        [north], [east] = published.literals(one, latitude), published.literals(one, longitude)
        assert 49.8 < float(north) < 60.9
        assert -8.2 < float(east) < 1.8
