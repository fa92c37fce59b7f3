"""The ends of every chain on a day, walked from the lines alone, are those of the whole graph of that day."""

import datetime
import random
from pathlib import Path

import pytest

from govgraph.errors import BadInput
from govgraph.graph import Graph
from govgraph.knowledge.build import build
from govgraph.questions.table import Table
from govgraph.store.generations import Generations

HEAD = """@prefix gov: <https://w3id.org/govgraph/def/> . @prefix mode: <https://w3id.org/govgraph/def/mode/> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> . @prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
@prefix dcat: <http://www.w3.org/ns/dcat#> . @prefix : <https://w3id.org/govgraph/id/test/> .
"""
MODES = ["accountability", "reporting", "advice", "direction"]


def made_up(seed: int) -> str:
    """Bodies, posts in them, lines of several modes with and without dates, inferences that rest on other lines."""
    rng = random.Random(seed)

    def dated() -> str:
        start, end = sorted(rng.randint(2000, 2020) for _ in range(2))
        return rng.choice(
            ["", f'; gov:validFrom "{start}-01-01"^^xsd:date ; gov:validUntil "{end + 1}-01-01"^^xsd:date', "",
             f'; gov:validUntil "{end}-01-01"^^xsd:date', f'; gov:validFrom "{start}-01-01"^^xsd:date'],
        )  # fmt: skip

    text = [f':b{n} a gov:CouncilBody ; skos:prefLabel "Body {n}"@en {dated()} .' for n in range(9)]
    text += [
        f':p{n} a gov:Post ; skos:prefLabel "Post {n}"@en ; gov:inBody :b{rng.randrange(9)} {dated()} .'
        for n in range(4)
    ]
    parties = [f":b{n}" for n in range(9)] + [f":p{n}" for n in range(4)]
    for n in range(16):
        to = ", ".join(rng.sample(parties, rng.choice([1, 1, 2])))
        ground = f"gov:inferredFrom :l{rng.randrange(16)}" if rng.random() < 0.3 else "gov:basis :c1"
        text.append(
            f':l{n} a gov:AccountabilityLine ; skos:prefLabel "Line {n}"@en ; gov:strength gov:Explicit ; {ground} ;'
            f" gov:accountableParty {rng.choice(parties)} ; gov:accountableTo {to} ;"
            f" gov:mode mode:{rng.choice(MODES)} {dated()} ."
        )
    return HEAD + ':c1 a gov:Clause ; skos:prefLabel "1"@en .\n' + "\n".join(text)


def built(folder: Path, facts: str) -> Graph:
    (folder / "data" / "now").mkdir(parents=True)
    (folder / "data" / "now" / "facts.ttl").write_text(facts)
    (folder / "data" / "catalog.ttl").write_text(
        HEAD + '<https://w3id.org/govgraph/graph/now> a dcat:Dataset ; gov:dataFolder "now" ;'
        " gov:revisionStatus gov:Current .\n"
    )
    return Graph(build(Generations(folder / "store"), folder / "data").generation)


def pairs(table: Table) -> list[tuple[str, str]]:
    return [(row["bodyLabel"], row["endLabel"]) for row in table]


@pytest.mark.parametrize("seed", range(6))
def test_the_ends_are_those_of_a_whole_graph_of_the_day(tmp_path: Path, seed: int) -> None:
    graph = built(tmp_path, made_up(seed))
    for year in (1999, 2004, 2009, 2014, 2021):
        day = datetime.date(year, 6, 1)
        assert pairs(graph.ends(day)) == pairs(graph.at(day).ask("ends")), (seed, day)


def test_the_random_graphs_have_ends_that_change_with_the_day(tmp_path: Path) -> None:
    graph = built(tmp_path, made_up(1))
    assert len({str(graph.ends(f"{year}-06-01").rows) for year in range(1999, 2022)}) > 3


def test_on_the_packaged_graph_too(graph: Graph) -> None:
    assert pairs(graph.ends("2011-04-17")) == pairs(graph.at("2011-04-17").ask("ends"))
    assert graph.ends("2011-04-17").rows == graph.ask("ends").rows, "no line of the packaged graph is dated"
    assert len(graph.ends("2011-04-17")) > 20


def test_what_is_no_day_is_refused(graph: Graph) -> None:
    with pytest.raises(BadInput, match="not a day"):
        graph.ends("last year")
