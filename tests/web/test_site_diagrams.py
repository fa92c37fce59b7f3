"""The drawings of the ontology and of the register: whole, well-formed, and the same as the list beside them."""

import csv
import html
import io
import re
from xml.etree import ElementTree

import httpx
import pytest

from govgraph.web.class_diagram import draw_class
from govgraph.web.council_map import Mark, draw_map
from govgraph.web.glossary import Term
from govgraph.web.links import href
from govgraph.web.neighbours import around
from govgraph.web.overview_diagram import draw_overview, joints

BROWSER = {"Accept": "text/html"}
DEF = "https://w3id.org/govgraph/def/"
SVG = "{http://www.w3.org/2000/svg}"
EVIL = "<script>alert(1)</script>\"'&\u202e\u0000" + "x" * 10_000


def drawing(page: str, label: str) -> ElementTree.Element:
    """The SVG in the region of that name."""
    found = re.search(rf'aria-label="{label}[^>]*>(<svg.*?</svg>)', page, re.DOTALL)
    assert found
    return ElementTree.fromstring(found[1])


def links(element: ElementTree.Element) -> set[str]:
    return {str(each.get("href")) for each in element.iter(f"{SVG}a")}


def local(iri: str) -> str:
    return "/page/def/" + iri.removeprefix(DEF)


@pytest.fixture(scope="module")
def classes(web: httpx.Client) -> list[str]:
    query = """SELECT ?term WHERE { GRAPH <https://w3id.org/govgraph/graph/ontology> { ?term a owl:Class } }"""
    told = web.get("/sparql", params={"query": query}, headers={"Accept": "text/csv"}).text.split()[1:]
    return [iri for iri in told if iri.startswith(DEF)]


def test_a_class_is_drawn_with_all_that_stands_around_it(web: httpx.Client, classes: list[str]) -> None:
    query = """SELECT ?how ?term ?class WHERE { GRAPH <https://w3id.org/govgraph/graph/ontology> {
        { ?term rdfs:subClassOf ?class BIND("narrower" AS ?how) }
        UNION { ?class rdfs:subClassOf ?term BIND("wider" AS ?how) }
        UNION { ?term rdfs:domain ?class BIND("has" AS ?how) } UNION { ?term rdfs:range ?class BIND("leads" AS ?how) }
    } }"""
    told = web.get("/sparql", params={"query": query}, headers={"Accept": "text/csv"})
    expected: dict[str, set[str]] = {}
    for row in csv.DictReader(io.StringIO(told.text)):
        if row["class"] in classes and row["term"].startswith(DEF):
            expected.setdefault(row["class"], set()).add(local(row["term"]))
    assert len(expected) > 50
    for name, around_it in expected.items():
        page = web.get(local(name), headers=BROWSER).text
        drawn = links(drawing(page, "Diagram: "))
        assert around_it <= drawn, name
        listed = page.partition("The same as a list")[2].partition("</dl>")[0]
        assert drawn <= set(re.findall(r'href="([^"]+)"', listed)), name


def test_a_term_says_how_often_it_is_used_with_an_example(web: httpx.Client) -> None:
    for name in ("AccountabilityLine", "accountableTo", "mode/accountability"):
        page = web.get(f"/page/def/{name}", headers=BROWSER).text
        assert re.search(r"<p>Used [\d,]+ times in the current facts, as for <a href=\"/page/", page), name
    assert "What stands around it" not in page
    assert "Not used in the current facts" in web.get("/page/def/Vote", headers=BROWSER).text


def test_the_overview_shows_what_its_list_says(web: httpx.Client) -> None:
    page = web.get("/def/", headers=BROWSER).text
    drawn = links(drawing(page, "Diagram: the kinds of things"))
    listed = set(re.findall(r'href="([^"]+)"', page.partition("The same as a list")[2].partition("</dl>")[0]))
    assert {"/page/def/Party", "/page/def/AccountabilityLine", "/page/def/accountableTo"} <= drawn <= listed


def test_names_that_try_everything_stay_names_in_a_diagram() -> None:
    wider, term = Term("javascript:1", EVIL), Term(DEF + "x", EVIL, broader=[("javascript:1", EVIL)])
    leads = Term(DEF + "p", EVIL, kind="properties", domain=[(DEF + "x", EVIL)], range=[(DEF + "y", EVIL)], uses=1)
    back = Term(DEF + "q", EVIL, kind="properties", domain=[(DEF + "y", EVIL)], range=[(DEF + "x", EVIL)], uses=1)
    near = around(term, [wider, term, leads, back])
    kinds = {"Kinds of things": [term, Term(DEF + "y", EVIL)], "properties": [leads, back]}
    for svg in (
        draw_class(near, href),
        draw_overview(joints(kinds), href),
        draw_map([Mark(EVIL, 51, 0, "round", True)]),
    ):
        root = ElementTree.fromstring(svg)
        assert not [each for each in root.iter() if "script" in each.tag]
        assert not [each for each in links(root) if not each.startswith("/page/def/")]


def test_a_class_that_leads_to_itself_is_drawn_once() -> None:
    part = Term(DEF + "part", "part of", domain=[(DEF + "x", "x")], range=[(DEF + "x", "x")])
    term = Term(DEF + "x", "x", broader=[(DEF + "x", "x")])
    near = around(term, [term, part])
    assert near.inherited == []
    assert ElementTree.fromstring(draw_class(near, href)).tag == f"{SVG}svg"


def test_an_empty_ontology_and_an_empty_register_are_not_drawn() -> None:
    assert draw_overview(joints({}), href) == ""
    assert draw_map([]) == ""
    alone = Term(DEF + "x", "x")
    assert not around(alone, [alone])


def test_the_map_has_a_mark_for_every_current_council_with_a_place(web: httpx.Client) -> None:
    rows = web.get("/councils.json").json()["rows"]
    placed = {row["name"] for row in rows if row["latitude"] is not None and row["standing"] == "current"}
    assert len(placed) > 380
    page = web.get("/councils?standing=current", headers=BROWSER).text
    marked = re.findall(r"<title>([^<]*)</title></(?:circle|path)>", page)
    assert sorted(map(html.unescape, marked)) == sorted(placed)


def test_what_a_filter_finds_stands_out_on_the_map(web: httpx.Client) -> None:
    page = web.get("/councils?type=county&nation=England", headers=BROWSER).text
    found = re.search(r'<g class="found"[^>]*>(.*?)</g>', page, re.DOTALL)
    assert found
    titles = re.findall("<title>([^<]*)</title>", found[1])
    rows = web.get("/councils.json?type=county&nation=England").json()["rows"]
    assert sorted(titles) == sorted(row["name"] for row in rows if row["latitude"] is not None)
    assert f"Map with {len(titles)} of " in page


def test_one_council_alone_is_a_map_too() -> None:
    root = ElementTree.fromstring(draw_map([Mark("only", 51.5, -0.1, "diamond", True)]))
    assert float(str(root.get("width"))) > 100
    assert [each.text for each in root.iter(f"{SVG}title")] == ["only"]
