"""Whatever a label says, a page shows it as text and nothing else."""

import json
import re
from collections.abc import Callable, Iterator
from xml.etree import ElementTree

import httpx
import pytest

from govgraph.knowledge.build import build
from govgraph.store.generations import Generations

OWN_SCRIPTS = re.compile(
    r'<script type="application/ld\+json">[^<]*</script>|<script src="/assets/[\w.]+\?v=\w+" defer></script>'
)
SCRIPT = "<script>alert(1)</script>"
QUOTES = "\\\"' onmouseover=alert(1) x='"
CATALOG = """
@prefix gov: <https://w3id.org/govgraph/def/> .
@prefix dcat: <http://www.w3.org/ns/dcat#> .
@prefix dct: <http://purl.org/dc/terms/> .
<https://w3id.org/govgraph/graph/catalog> a dcat:Catalog ; dct:license <javascript:alert(1)> .
<https://w3id.org/govgraph/graph/poison> a dcat:Dataset ; gov:revisionStatus gov:Current ; gov:dataFolder "poison" ;
    dct:source <https://w3id.org/govgraph/id/t/version/v>, <https://w3id.org/govgraph/id/t/version/w> .
"""
DATA = f"""
@prefix gov: <https://w3id.org/govgraph/def/> .
@prefix mode: <https://w3id.org/govgraph/def/mode/> .
@prefix eli: <http://data.europa.eu/eli/ontology#> .
@prefix dct: <http://purl.org/dc/terms/> .
@prefix prov: <http://www.w3.org/ns/prov#> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
@prefix t: <https://w3id.org/govgraph/id/t/body/> .
t:a a gov:Body ; skos:prefLabel "{SCRIPT} & co"@en ; skos:altLabel "{QUOTES}"@en ; gov:basis t:c ;
    skos:editorialNote "<img src=x onerror=alert(1)>"@en ; dct:description "{{{{ 7*7 }}}} </main>"@en ;
    skos:closeMatch <javascript:alert(1)>, <data:text/html;base64,PHNjcmlwdD4=>, <http://example.org/x> .
t:b a gov:Body ; skos:prefLabel "]]> {QUOTES} \\u0001\\u000B</text></svg>"@en ; gov:basis t:c .
t:c a gov:Clause ; skos:prefLabel "{SCRIPT}"@en ; eli:number "{SCRIPT}" ; gov:lineStart 1 ; gov:lineEnd 1 .
t:c eli:is_part_of <https://w3id.org/govgraph/id/t/version/v> .
t:d a gov:Document ; skos:prefLabel "{SCRIPT}"@en ; eli:is_about t:a .
<https://w3id.org/govgraph/id/t/version/v> a gov:DocumentVersion ; skos:prefLabel "{SCRIPT}"@en ; gov:versionOf t:d ;
    dct:issued "{SCRIPT}" ; skos:editorialNote "{SCRIPT}"@en ; gov:sourceFile "../{SCRIPT}" ;
    prov:wasRevisionOf <https://w3id.org/govgraph/id/t/version/w> .
<https://w3id.org/govgraph/id/t/version/w> a gov:DocumentVersion ; skos:prefLabel "{QUOTES}"@en ; gov:versionOf t:d .
t:x a gov:CrossReference ; skos:prefLabel "{SCRIPT}"@en ; gov:inClause t:c ; gov:citedAs "{SCRIPT}" .
t:s a gov:TextChange ; skos:prefLabel "{SCRIPT}"@en ; gov:inVersion <https://w3id.org/govgraph/id/t/version/w> ;
    gov:affectsClause t:c ; gov:affectsFact t:a ; gov:replacedBy <javascript:alert(1)> ; gov:lineStart 1 ;
    gov:basis t:c ; skos:editorialNote "{SCRIPT}"@en .
t:l a gov:AccountabilityLine ; skos:prefLabel "{SCRIPT}"@en ; gov:accountableParty t:a ; gov:accountableTo t:b ;
    gov:mode mode:accountability ; gov:strength gov:Explicit ; gov:basis t:c .
t:m a gov:AccountabilityLine ; skos:prefLabel "back"@en ; gov:accountableParty t:b ; gov:accountableTo t:a ;
    gov:mode mode:accountability ; gov:strength gov:Weak ; gov:basis t:c .
<https://w3id.org/govgraph/id/t/body/odd%22%3E%3Cscript%3E> a gov:Body ; skos:prefLabel "odd name"@en ; gov:basis t:c .
"""


@pytest.fixture(scope="module")
def poisoned(serve: Callable[..., str], tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    """A site over data that tries everything."""
    folder = tmp_path_factory.mktemp("poison")
    (folder / "data" / "poison").mkdir(parents=True)
    (folder / "data" / "catalog.ttl").write_text(CATALOG)
    (folder / "data" / "poison" / "all.ttl").write_text(DATA)
    build(Generations(folder / "store"), folder / "data")
    with httpx.Client(base_url=serve(folder / "store"), timeout=30, headers={"Accept": "text/html"}) as client:
        yield client


@pytest.mark.parametrize(
    "place",
    [
        "/",
        "/chart",
        "/page/t/body/a",
        "/page/t/body/b",
        "/page/t/body/c",
        "/page/t/body/l",
        "/chart/t/body/a",
        "/questions/ultimately-accountable-to?body=https://w3id.org/govgraph/id/t/body/a",
        "/questions/who-chairs?body=%3Cscript%3Ealert(1)%3C/script%3E",
        "/search?q=%3Cscript%3Ealert(1)%3C/script%3E",
        "/search?q=alert",
        "/sparql?query=SELECT+*+WHERE+%7B+%3Fs+skos%3AprefLabel%7Cskos%3AcloseMatch+%3Fo+%7D",
        "/sparql?query=%3C/textarea%3E%3Cscript%3Ealert(1)%3C/script%3E",
        "/documents",
        "/documents/v",
        "/documents/v?clause=%3Cscript%3Ealert(1)%3C/script%3E",
        "/documents/%3Cscript%3E",
        "/compare",
        "/compare?from=w&to=v",
        "/compare?from=w&to=v&body=%3Cscript%3E",
        "/compare?from=w&to=v&show=facts&evidence=yes&change=added&kind=%3Cscript%3E",
        "/compare?from=%3Cscript%3E&to=v",
        "/review",
        "/review/rules?text=%3Cscript%3Ealert(1)%3C/script%3E",
        "/review/rule/%3Cscript%3Ealert(1)%3C/script%3E",
        "/review/finding/%3Cscript%3Ealert(1)%3C/script%3E",
        "/chart?mode=%3Cscript%3Ealert(1)%3C/script%3E",
        "/chart?version=%3Cscript%3Ealert(1)%3C/script%3E",
        "/chart/t/body/a?as_of=%3Cscript%3Ealert(1)%3C/script%3E",
        "/chart?mode=accountability&as_of=2024-02-15",
        "/councils",
        "/councils?name=%3Cscript%3Ealert(1)%3C/script%3E",
        "/councils/changes",
        "/about",
        "/def/",
        "/def/?part=codes",
        "/%3Cscript%3Ealert(1)%3C/script%3E",
        "/page/%3Cscript%3Ealert(1)%3C/script%3E",
    ],
)
def test_a_page_shows_a_label_as_text(poisoned: httpx.Client, place: str) -> None:
    answer = poisoned.get(place, follow_redirects=True)
    assert answer.status_code in (200, 400, 404)
    for told in re.findall(r'<script type="application/ld\+json">([^<]*)</script>', answer.text):
        assert json.loads(told)["@context"] == "https://schema.org"
    text = OWN_SCRIPTS.sub("", answer.text)
    assert "<script" not in text.lower()
    assert not re.search(r"<[^>]*\son\w+\s*=\s*alert", re.sub(r"\"[^\"]*\"", '""', text))
    assert not re.search(r"(?:href|src)=\"\s*(?:javascript|data):", text, re.IGNORECASE)
    assert "<img src=x" not in text
    assert "49 </main>" not in text


def test_a_chart_file_with_such_labels_is_well_formed(poisoned: httpx.Client) -> None:
    for place in ("/chart.svg", "/chart/t/body/a.svg"):
        svg = ElementTree.fromstring(poisoned.get(place).text)
        assert {element.tag.rpartition("}")[2] for element in svg.iter()} <= {
            "svg", "title", "desc", "g", "rect", "path", "text",
        }  # fmt: skip


def test_an_address_of_others_is_a_link_only_if_it_is_http(poisoned: httpx.Client) -> None:
    page = poisoned.get("/page/t/body/a").text
    assert 'href="http://example.org/x" rel="noopener"' in page
    assert "javascript:alert(1)" in page, "it is shown as text"


def test_a_thing_with_an_odd_name_has_a_page_that_its_link_leads_to(poisoned: httpx.Client) -> None:
    found = re.search(r'href="(/page/t/body/odd[^"]*)"', poisoned.get("/search?q=odd+na").text)
    assert found
    assert "odd name" in poisoned.get(found[1]).text


def test_a_circle_is_told_as_one_and_drawn(poisoned: httpx.Client) -> None:
    page = poisoned.get("/chart/t/body/a").text
    assert "A circle:" in page
    assert "comes to no end" in page
    assert page.count('class="hop"') == 2
