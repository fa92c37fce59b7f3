"""A data folder that is built in portions gives, statement for statement, what it gives when it is built as a whole."""

import datetime
import threading
from pathlib import Path
from typing import Any

import pyoxigraph as ox
import pytest
from bench.national import nation, write_folder
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.knowledge.test_build import PREFIXES

from govgraph.errors import BadRdf, EnvironmentFailed
from govgraph.knowledge import making
from govgraph.knowledge.build import build
from govgraph.knowledge.merge import ONTOLOGY_GRAPH, merge, write_merged
from govgraph.knowledge.portions import Derived, derive_portion
from govgraph.namespaces import GRAPH
from govgraph.rdf.files import READABLE, read_file
from govgraph.resources import packaged
from govgraph.store import loading
from govgraph.store.generations import Generation, Generations
from govgraph.store.names import Names
from govgraph.store.told import EARLIER

TODAY = datetime.date.today()
ONTOLOGY = sorted(path for path in packaged("ontology").rglob("*") if path.suffix == ".ttl")


def folder_of(folder: Path, datasets: dict[str, str], superseded: tuple[str, ...] = ()) -> Path:
    """A data folder with datasets of Turtle."""
    catalog = PREFIXES
    for name, text in datasets.items():
        (folder / name).mkdir(parents=True)
        (folder / name / "facts.ttl").write_text(PREFIXES + text)
        status = "Superseded" if name in superseded else "Current"
        catalog += f'<{GRAPH}{name}> a dcat:Dataset ; gov:dataFolder "{name}" ; gov:revisionStatus gov:{status} .\n'
    (folder / "catalog.ttl").write_text(catalog)
    return folder


def statements_of(store: Path) -> set[bytes]:
    return {str(quad).encode() for quad in ox.Store.read_only(str(store))}


def whole(folder: Path, scratch: Path, superseded: tuple[str, ...] = ()) -> tuple[set[bytes], dict[str, Any]]:
    """What the whole folder gives when it is merged and derived in one go, and what the manifest says of it."""
    scratch.mkdir()
    graphs = {ONTOLOGY_GRAPH: [quad for path in ONTOLOGY for quad in read_file(path, ONTOLOGY_GRAPH)]}
    graphs[GRAPH + "catalog"] = read_file(folder / "catalog.ttl", GRAPH + "catalog")
    for path in sorted(path for path in folder.rglob("*") if path.suffix in READABLE and path.name != "catalog.ttl"):
        place = path.parent.relative_to(folder).as_posix().replace("councils/", "national/")
        graphs.setdefault(GRAPH + place, []).extend(read_file(path, GRAPH + place))
    graphs = {name: list(dict.fromkeys(quads)) for name, quads in graphs.items()}
    merged = merge(graphs, {GRAPH + name for name in superseded}, TODAY)
    things = write_merged(merged, scratch, scratch / "built")
    return statements_of(scratch / "built" / "store"), merged.summary(things)


def in_portions(
    folder: Path, store: Path, monkeypatch: pytest.MonkeyPatch, size: int = 1, processes: bool = False
) -> tuple[Generation, list[Derived]]:
    """Build a folder in portions that are as small as the data allow."""
    monkeypatch.setattr(making, "PORTION", size)
    monkeypatch.setattr(making, "LARGE", 0 if processes else 10**12)
    kept: list[Derived] = []

    def gate(made: making.Made) -> bytes:
        kept.extend(made.derived)
        return b"{}"

    return build(Generations(store), folder, gate=gate).generation, kept


LINE = (
    ':{0} a gov:AccountabilityLine ; skos:prefLabel "{0}"@en ; gov:accountableParty :{1} ; gov:accountableTo :{2} ;\n'
)
LINE += '  gov:mode mode:accountability ; gov:basis :clause-{0} . :clause-{0} a gov:Clause ; eli:number "{0}" .\n'
GENERIC = """:all-{0} a gov:DeliveryGroup ; gov:isGeneric true ; org:subOrganizationOf :{0} .
:all-{0} skos:prefLabel "All of {0}"@en .
:{0} a gov:Partnership ; skos:prefLabel "{0}"@en .
"""
GROUP = ':{1} a gov:DeliveryGroup ; org:subOrganizationOf :{0} ; skos:prefLabel "{1}"@en .\n'
RULE = """:rule-{0} a gov:Rule ; gov:appliesTo :{1} ; gov:minimum 2 .
:rule-{0} gov:ruleKind <https://w3id.org/govgraph/def/rule/quorum> .
"""
SEAT = ":seat-{0}-{1} a gov:Seat ; gov:inBody :{0} ; gov:seatCount 3 ; gov:represents :{1} .\n"
MEETING = ':meeting-{0} a gov:Meeting ; gov:meetingOf :{0} ; gov:meetingDate "2020-05-04"^^xsd:date .\n'
WORD = """mode:odd a skos:Concept ; skos:prefLabel "odd"@en ; gov:carriesAccountability true .
:strange-{0} a :Sort . :Sort <http://www.w3.org/2000/01/rdf-schema#subClassOf> gov:Body .
:line-odd-{0} a gov:AccountabilityLine ; gov:mode mode:odd ; gov:accountableParty :{0} ; gov:accountableTo :{1} .
"""
NAMES = st.sampled_from("abcdefgh")
FACTS = st.one_of(
    st.tuples(NAMES, NAMES, NAMES).map(lambda names: LINE.format("-".join(names), names[1], names[2])),
    NAMES.map(GENERIC.format),
    NAMES.map(lambda name: RULE.format(name, f"all-{name}")),
    st.tuples(st.sampled_from((GROUP, RULE, SEAT, WORD)), NAMES, NAMES).map(lambda of: of[0].format(*of[1:])),
    NAMES.map(MEETING.format),
    st.tuples(NAMES, NAMES).map(lambda pair: LINE.format(f"g-{pair[0]}", f"all-{pair[0]}", pair[1])),
)


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.lists(FACTS, min_size=1, max_size=4).map("".join), min_size=2, max_size=12), st.booleans())
def test_datasets_that_share_what_they_like_give_what_they_give_as_a_whole(
    tmp_path_factory: pytest.TempPathFactory, texts: list[str], last_is_superseded: bool
) -> None:
    place = tmp_path_factory.mktemp("nation")
    datasets = {f"d{number:02}": text for number, text in enumerate(texts)}
    old = (max(datasets),) if last_is_superseded else ()
    folder = folder_of(place / "data", datasets, old)
    with pytest.MonkeyPatch.context() as patch:
        generation, _ = in_portions(folder, place / "store", patch)
    expected, summary = whole(folder, place / "whole", old)
    assert statements_of(generation.store) == expected
    assert {name: generation.manifest[name] for name in summary} == summary


def test_councils_that_share_nothing_are_derived_apart_and_neighbours_together(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = folder_of(
        tmp_path / "data",
        {
            "one": GENERIC.format("one") + GROUP.format("one", "wardens") + LINE.format("1", "all-one", "one"),
            "two": GENERIC.format("two") + LINE.format("2", "two", "one"),  # answers to a body of the first
            "three": GENERIC.format("three") + LINE.format("3", "all-three", "three"),
        },
    )
    generation, derived = in_portions(folder, tmp_path / "store", monkeypatch)
    assert len(derived) == 3  # the catalogue, the two that are linked, the one that is not
    assert statements_of(generation.store) == whole(folder, tmp_path / "whole")[0]


def test_a_register_that_many_datasets_share_things_with_is_parted_itself(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    names = [f"c{number}" for number in range(12)]
    datasets = {name: SEAT.format(name, name) + MEETING.format(name) for name in names}
    register = "".join(f':{name} a gov:Council ; skos:prefLabel "{name}"@en .\n' for name in names)
    folder = folder_of(tmp_path / "data", {**datasets, "register": register})
    generation, derived = in_portions(folder, tmp_path / "store", monkeypatch)
    assert len(derived) == 13
    expected, summary = whole(folder, tmp_path / "whole")
    assert statements_of(generation.store) == expected
    assert b"membershipSize" in b"".join(expected)
    assert {name: generation.manifest[name] for name in summary} == summary


def test_a_word_of_the_vocabulary_that_leads_on_to_things_keeps_everything_together(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    odd = "mode:odd gov:carriesAccountability true ; gov:basis :clause-1 . :x gov:mode mode:odd .\n"
    folder = folder_of(tmp_path / "data", {"one": LINE.format("1", "a", "b"), "two": odd, "three": MEETING.format("z")})
    generation, derived = in_portions(folder, tmp_path / "store", monkeypatch)
    assert len(derived) == 1
    assert statements_of(generation.store) == whole(folder, tmp_path / "whole")[0]


def test_a_made_up_nation_built_by_two_processes_is_the_nation_built_as_a_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_folder(nation(8, seed=2, faulty=0.03), tmp_path / "data")
    generation, derived = in_portions(tmp_path / "data", tmp_path / "store", monkeypatch, 6000, processes=True)
    assert len(derived) > 3
    expected, summary = whole(tmp_path / "data", tmp_path / "whole")
    assert statements_of(generation.store) == expected
    assert {name: generation.manifest[name] for name in summary} == summary
    assert Names(generation.names).find("Adur full council").kinds


def test_a_register_that_speaks_of_many_councils_is_not_lost_between_two_processes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = folder_of(
        tmp_path / "data",
        {f"d{number}": MEETING.format(number) for number in range(12)}
        | {
            "register": "".join(f':meeting-{number} skos:altLabel "Registered {number}"@en .\n' for number in range(14))
        },
    )
    generation, derived = in_portions(folder, tmp_path / "store", monkeypatch, processes=True)
    assert len(derived) > 3
    assert statements_of(generation.store) == whole(folder, tmp_path / "whole")[0]


def test_the_packaged_graph_is_the_same_in_portions_and_as_a_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, generation: Generation
) -> None:
    again, derived = in_portions(packaged("data"), tmp_path / "store", monkeypatch)
    assert len(derived) > 1
    assert statements_of(again.store) == statements_of(generation.store)


def test_broken_turtle_is_reported_from_a_worker_process_as_from_this_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = folder_of(tmp_path / "data", {"one": MEETING.format("a"), "two": ":a gov:b\n;; ."})
    with pytest.raises(BadRdf, match=r"two/facts\.ttl, line \d+, column \d+: "):
        in_portions(folder, tmp_path / "store", monkeypatch, processes=True)
    assert not (tmp_path / "store" / "current").exists()
    assert not list((tmp_path / "store").glob("building-*"))


def test_a_build_that_is_interrupted_while_it_loads_gives_up_at_once_and_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("govgraph.store.loading.AT_ONCE", 1000)
    loaded: list[str] = []

    def interrupted(file: Path, names: object) -> int:
        raise KeyboardInterrupt

    monkeypatch.setattr(making, "write_names", interrupted)
    folder = folder_of(tmp_path / "data", {f"d{number}": MEETING.format(number) for number in range(9)})
    with pytest.raises(KeyboardInterrupt):
        build(Generations(tmp_path / "store"), folder, progress=loaded.append)
    assert len([step for step in loaded if step.startswith("writing: ")]) < 5
    assert not list((tmp_path / "store").glob("building-*"))


def test_named_graphs_are_loaded_while_portions_are_derived(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    loads = threading.Event()

    def watched(*given: Any, **options: Any) -> int:
        loads.set()
        return loading.load_quads(*given, **options)

    def derived(*job: Any) -> Derived:
        assert loads.wait(30)
        return derive_portion(*job)

    monkeypatch.setattr(making, "load_quads", watched)
    monkeypatch.setattr(making, "derive_portion", derived)
    folder = folder_of(tmp_path / "data", {"one": MEETING.format("a"), "two": MEETING.format("b")})
    assert in_portions(folder, tmp_path / "store", monkeypatch)[1]


def test_a_build_that_fails_while_it_derives_gives_up_the_loading_and_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def failed(*job: object) -> Derived:
        raise EnvironmentFailed("a worker of the build died", "Build again.")

    monkeypatch.setattr(making, "derive_portion", failed)
    steps: list[str] = []
    folder = folder_of(tmp_path / "data", {"one": MEETING.format("a")})
    with pytest.raises(EnvironmentFailed):
        build(Generations(tmp_path / "store"), folder, progress=steps.append)
    assert steps == ["reading", "deriving"]
    assert not list((tmp_path / "store").glob("building-*"))


def test_a_thing_of_an_earlier_revision_is_told_as_such_only_if_no_portion_names_it_now(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    facts = {"new": GENERIC.format("a"), "other": GENERIC.format("b"), "old": "".join(map(GENERIC.format, "abc"))}
    folder = folder_of(tmp_path / "data", facts, ("old",))
    generation, derived = in_portions(folder, tmp_path / "store", monkeypatch)
    assert len(derived) > 1
    names = Names(generation.names)
    kinds = {name: names.find(f"All of {name}").kinds for name in "abc"}
    assert {name for name, kind in kinds.items() if kind.endswith(EARLIER)} == {"c"}
    names.close()


def test_tables_that_lie_over_one_another_are_put_together_where_they_are_many(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_folder(nation(2, seed=3), tmp_path / "data")
    monkeypatch.setattr(loading, "AT_ONCE", 100_000)  # so that even this is loaded in many portions
    made = {}
    for most in (0, 1000):
        monkeypatch.setattr(making, "OVERLAPPING", most)
        made[most] = build(Generations(tmp_path / f"{most}"), tmp_path / "data").generation
    tables = {most: len(list(generation.store.glob("*.sst"))) for most, generation in made.items()}
    assert tables[0] < tables[1000]
    stores = [ox.Store.read_only(str(generation.store)) for generation in made.values()]
    assert set(stores[0]) == set(stores[1])
