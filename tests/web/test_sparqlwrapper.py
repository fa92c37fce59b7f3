"""The flagship query over HTTP with SPARQLWrapper, as an analyst would ask it."""

from typing import Any

import pytest

from govgraph.resources import packaged

HOPS = [
    ("Delivery groups", "Thematic Management Groups", "22.69", "explicit", "false"),
    ("Thematic Management Groups", "Harrow Chief Executives", "22.62", "explicit", "false"),
    ("Harrow Chief Executives", "Partnership Board", "22.13, 22.19 b2, 22.19 b9, 22.20 b12", "inferred", "false"),
    ("Partnership Board", "Harrow Strategic Partnership", "22.12", "explicit", "false"),
    ("Harrow Strategic Partnership", "Harrow Council", "15.1, 15.1 b1, 15.1 b2", "explicit", "true"),
    ("Harrow Strategic Partnership", "Local community", "10.1", "explicit", "true"),
    ("Harrow Strategic Partnership", "Member bodies", "10.1", "explicit", "true"),
]


@pytest.mark.filterwarnings("ignore::DeprecationWarning:SPARQLWrapper")
@pytest.mark.filterwarnings("ignore::DeprecationWarning:rdflib")
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_sparqlwrapper_gets_every_hop_of_the_flagship_answer(site: str, method: str) -> None:
    from SPARQLWrapper import JSON, SPARQLWrapper

    client = SPARQLWrapper(site + "/sparql")
    client.setMethod(method)
    client.setReturnFormat(JSON)
    client.setQuery((packaged("queries") / "ultimately-accountable-to.rq").read_text())
    found: list[tuple[str, ...]] = []
    answer: Any = client.query().convert()
    for row in answer["results"]["bindings"]:
        hop = tuple(row[name]["value"] for name in ("fromLabel", "toLabel", "clause", "strength", "end"))
        if row["bodyLabel"]["value"] == "Delivery groups" and hop[:2] not in [known[:2] for known in found]:
            found.append(hop)
    assert found == HOPS
