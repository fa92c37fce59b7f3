"""The drawing and the nested list of a chain: the same hops, whatever the shape of the data."""

import random
import re
from typing import Any
from xml.etree import ElementTree

import networkx as nx
import pytest

from govgraph.accountability.chain import NETWORK, Chain, chain_of, network_of
from govgraph.accountability.drawing import BOX, DASHES, draw
from govgraph.accountability.layout import layers_of, place
from govgraph.accountability.lettering import escaped, width, wrapped
from govgraph.accountability.outline import Branch, hop_in_words, in_one_sentence, listed, outline
from govgraph.graph import Graph

SVG = "{http://www.w3.org/2000/svg}"


def row(low: str, high: str, *, strength: str = "explicit", end: bool = False, **more: Any) -> dict[str, Any]:
    made = {"from": low, "fromLabel": low.upper(), "to": high, "toLabel": high.upper(), "mode": "reporting"}
    return made | {"strength": strength, "clause": "1.1", "matter": "", "end": end, "line": f"{low}-{high}"} | more


def random_chain(seed: int) -> Chain:
    dice = random.Random(seed)
    parties = [f"p{number}" for number in range(dice.randint(2, 25))]
    hops = {(dice.choice(parties), dice.choice(parties)) for _ in range(dice.randint(1, 40))}
    rows = [row(low, high, strength=dice.choice(list(DASHES))) for low, high in sorted(hops) if low != high]
    return network_of(rows or [row("a", "b")])


def groups(svg: str, kind: str) -> list[ElementTree.Element]:
    found = [group for group in ElementTree.fromstring(svg).iter(f"{SVG}g") if group.get("class")]
    return [group for group in found if str(group.get("class")).split()[0] == kind]


def drawn(svg: str) -> list[tuple[str | None, str | None]]:
    return [(hop.get("data-from"), hop.get("data-to")) for hop in groups(svg, "hop")]


def told(chain: Chain) -> list[tuple[str, str]]:
    branches = [branch for tree in outline(chain) for branch in tree.walk()]
    return [(branch.hop.party, branch.hop.to) for branch in branches if branch.hop]


@pytest.fixture(scope="module")
def chains(graph: Graph) -> dict[str, Chain]:
    one = chain_of(graph.ask("ultimately-accountable-to", body="Delivery groups").rows)
    return {"one": one, "all": network_of(graph.select(NETWORK).rows)}


@pytest.mark.parametrize("name", ["one", "all"])
def test_the_drawing_and_the_list_have_every_hop_once(chains: dict[str, Chain], name: str) -> None:
    chain = chains[name]
    hops = [(hop.party, hop.to) for hop in chain.hops]
    svg = draw(chain, "A chart", lambda iri: f"/x/{iri}")
    assert sorted(drawn(svg)) == sorted(told(chain)) == sorted(hops)
    assert {group.get("data-party") for group in groups(svg, "party")} == {party for hop in hops for party in hop}


def test_the_whole_partnership_has_the_hops_of_every_chain(graph: Graph, chains: dict[str, Chain]) -> None:
    everything = {(hop.party, hop.to) for hop in chains["all"].hops}
    assert {(hop.party, hop.to) for hop in chains["one"].hops} <= everything
    assert len({party for hop in everything for party in hop}) >= 15


@pytest.mark.parametrize("seed", range(60))
def test_any_data_can_be_drawn_circles_and_all(seed: int) -> None:
    chain = random_chain(seed)
    hops = sorted((hop.party, hop.to) for hop in chain.hops)
    svg = draw(chain, "Any")
    assert sorted(drawn(svg)) == hops
    assert sorted(told(chain)) == hops
    assert svg == draw(chain, "Any"), "the same chain gives the same text"


@pytest.mark.parametrize("seed", range(60))
def test_boxes_do_not_overlap_and_stand_inside_the_picture(seed: int) -> None:
    svg = draw(random_chain(seed), "Any", legend=False)
    root = ElementTree.fromstring(svg)
    boxes = []
    for part in root.findall(f"{SVG}g"):
        left, top = (float(number) for number in re.findall(r"[\d.]+", str(part.get("transform"))))
        for group in part.iter(f"{SVG}g"):
            if group.get("data-party"):
                box = {name: float(str(group[0].get(name))) for name in ("x", "y", "width", "height")}
                boxes.append((left + box["x"], top + box["y"], box["width"], box["height"]))
    for number, (x, y, wide, high) in enumerate(boxes):
        assert x >= 0
        assert y >= 0
        assert x + wide <= float(str(root.get("width")))
        assert y + high <= float(str(root.get("height")))
        for x2, y2, wide2, high2 in boxes[number + 1 :]:
            assert x + wide <= x2 or x2 + wide2 <= x or y + high <= y2 or y2 + high2 <= y


def test_a_body_stands_under_those_it_answers_to() -> None:
    hops = [("a", "b"), ("b", "c"), ("a", "c"), ("b", "d")]
    layers, back = layers_of("abcd", hops)
    assert all(layers[low] > layers[high] for low, high in hops)
    assert not back
    placed = place("abcd", hops, dict.fromkeys("abcd", BOX), 20)
    assert placed.routes["a", "c"] == ["a", ("a", "c", 1), "c"], "a line that passes a layer has a place in it"


@pytest.mark.parametrize("seed", range(40))
def test_only_hops_that_close_a_circle_lead_down(seed: int) -> None:
    chain = random_chain(seed)
    hops = [(hop.party, hop.to) for hop in chain.hops]
    layers, back = layers_of(list(chain.labels), hops)
    for low, high in hops:
        assert (layers[low] < layers[high]) == ((low, high) in back)
    circles = [set(found) for found in nx.strongly_connected_components(chain.graph)]
    assert all(any({low, high} <= circle for circle in circles) for low, high in back)


def test_strength_and_end_are_told_by_line_border_and_word() -> None:
    rows = [row("a", "b"), row("b", "c", strength="inferred"), row("c", "d", strength="weak", end=True)]
    svg = draw(chain_of(rows), "Three")
    lines = [group[0].get("stroke-dasharray") for group in groups(svg, "hop")]
    assert lines == [None, DASHES["inferred"], DASHES["weak"]]
    words = ["".join(group.itertext()) for group in groups(svg, "words")]
    for word, found in zip(("explicit", "inferred", "weak"), words, strict=True):
        assert word in found
        assert "1.1" in found
        assert "reporting" in found
    [end] = [group for group in groups(svg, "party") if "end" in str(group.get("class"))]
    assert len(end.findall(f"{SVG}rect")) == 2
    assert "end" in [text.text for text in end.findall(f"{SVG}text")]
    legend = "".join(groups(svg, "legend")[0].itertext())
    assert all(word in legend for word in ("explicit", "inferred", "weak", "end"))


def test_a_picture_says_in_words_what_it_shows() -> None:
    root = ElementTree.fromstring(draw(chain_of([row("a", "b", end=True)]), "Who A answers to", name="small"))
    ids = str(root.get("aria-labelledby")).split()
    assert [element.get("id") for element in root[:2]] == ids == ["small-title", "small-desc"]
    assert root[0].text == "Who A answers to"
    assert "A → B (1.1, explicit, reporting)" in str(root[1].text)
    assert root.get("role") == "img"


def test_links_are_made_by_the_function_that_is_passed_in() -> None:
    chain = chain_of([row("a", "b", end=True)])
    linked = draw(chain, "Linked", lambda iri: f"/page/{iri}" if iri != "b" else "")
    root = ElementTree.fromstring(linked)
    assert sorted(str(link.get("href")) for link in root.iter(f"{SVG}a")) == ["/page/a", "/page/a-b"]
    assert root.get("role") == "group", "an img may hold no links"
    assert "<a " not in draw(chain, "Plain")


def test_labels_cannot_become_markup() -> None:
    nasty = '"><script>alert(1)</script>\x01\ufffe]]>&amp;'
    chain = chain_of([row("a", "b", fromLabel=nasty, clause=nasty, mode=nasty, line=nasty)])
    root = ElementTree.fromstring(draw(chain, nasty, lambda iri: iri))
    assert not [element for element in root.iter() if "script" in element.tag]


def test_a_chain_without_hops_shows_its_body_alone() -> None:
    chain = Chain("a", {"a": "The Assembly"})
    assert "The Assembly" in draw(chain, "Alone")
    assert drawn(draw(chain, "Alone")) == []
    assert in_one_sentence(chain, "The Assembly") == "The Assembly: no clause says to whom it answers."


def test_a_list_ends_in_a_circle_and_says_so() -> None:
    chain = chain_of([row("a", "b"), row("b", "c"), row("c", "b")])
    [tree] = outline(chain)
    assert [(branch.label, branch.as_above) for branch in tree.walk()] == [
        ("A", False), ("B", False), ("C", False), ("B", True),
    ]  # fmt: skip
    assert "comes to no end" in in_one_sentence(chain, "A")


def test_a_network_of_circles_alone_has_a_place_to_start() -> None:
    chain = network_of([row("a", "b"), row("b", "a"), row("x", "y", end=True)])
    assert [tree.party for tree in outline(chain)] == ["a", "x"]


def test_one_sentence_tells_ends_steps_and_doubt(chains: dict[str, Chain]) -> None:
    assert in_one_sentence(chains["one"], "Delivery groups") == (
        "Delivery groups: accountable in the end to Harrow Council, Local community and Member bodies"
        " (7 steps, one of them not stated in so many words)."
    )
    assert in_one_sentence(chain_of([row("a", "b", end=True)]), "A").endswith("(one step, each stated by a clause).")
    assert listed(["A"]) == "A"
    assert hop_in_words(chains["one"].hops[2]).startswith("inferred from 22.13")
    assert isinstance(outline(chains["one"])[0], Branch)


def test_text_is_broken_where_it_fits() -> None:
    for text in ("x" * 200, "Shadow Health and Wellbeing Board", "", "a " * 100, "Ж" * 50, "好" * 40):
        lines = wrapped(text, 14, 150)
        assert 1 <= len(lines) <= 5
        assert all(width(line.rstrip("…"), 14) <= 150 for line in lines)
    assert wrapped("22.19\u00a0b2", 14, 30)[0] != "22.19", "a no-break space is no place to break, unless it must be"
    assert escaped("\x00\x0b\ud800") == ""
