"""A visitor in Chromium: finds a body, reads its chain, asks the flagship question; by mouse, by keyboard, by phone."""

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytestmark = pytest.mark.browser


def test_a_visitor_finds_a_body_and_reads_its_chain(page: "Page") -> None:
    page.goto("/")
    assert page.title() == "Who answers to whom?"
    page.get_by_label("Find a body, a post or a clause").fill("Safer Harrow")
    page.get_by_role("button", name="Search").click()
    assert page.get_by_role("heading", level=1).inner_text() == "Safer Harrow Management Group"
    chain = page.locator(".chain-list")
    for said in ("Harrow Chief Executives", "22.62", "Partnership Board", "inferred", "22.12", "15.1", "10.1"):
        assert chain.get_by_text(said).count() >= 1, said
    ends = chain.locator("li:has(> .step > .chip.end) > .step > .name").all_inner_texts()
    assert ends == ["Harrow Council", "Local community", "Member bodies"]
    assert page.locator("svg.chain .end").count() == 3
    chain.get_by_role("link", name="22.62").click()
    assert page.get_by_role("heading", level=1).inner_text() == "Handbook 22.62"


def test_a_visitor_asks_the_flagship_question_and_sees_every_hop(page: "Page") -> None:
    page.goto("/")
    page.get_by_label("Body", exact=True).select_option("Delivery groups")
    page.get_by_role("button", name="Ask").click()
    rows = page.locator("main table tbody tr")
    hops = [tuple(row.locator("td").all_inner_texts()[:5]) for row in rows.all()]
    leading: dict[tuple[str, str], tuple[str, str]] = {}
    for source, to, _, strength, clause in hops:
        leading.setdefault((source, to), (clause.replace("\u00a0", " "), strength))
    assert leading == {
        ("Delivery groups", "Thematic Management Groups"): ("22.69", "explicit"),
        ("Thematic Management Groups", "Harrow Chief Executives"): ("22.62", "explicit"),
        ("Harrow Chief Executives", "Partnership Board"): ("22.13, 22.19 b2, 22.19 b9, 22.20 b12", "inferred"),
        ("Partnership Board", "Harrow Strategic Partnership"): ("22.12", "explicit"),
        ("Harrow Strategic Partnership", "Harrow Council"): ("15.1, 15.1 b1, 15.1 b2", "explicit"),
        ("Harrow Strategic Partnership", "Local community"): ("10.1", "explicit"),
        ("Harrow Strategic Partnership", "Member bodies"): ("10.1", "explicit"),
    }
    assert page.get_by_text("no order of precedence is stated").count() == 1


def test_the_chart_leads_to_the_pages_of_its_parties(page: "Page") -> None:
    page.goto("/chart")
    page.locator("svg.chain text").get_by_text("Delivery groups").click()
    assert page.get_by_role("heading", level=1).inner_text() == "Delivery groups"


def test_an_analyst_runs_the_example_query(page: "Page") -> None:
    page.goto("/sparql")
    page.get_by_role("button", name="Run").click()
    assert page.get_by_role("heading", level=2).first.inner_text() == "50 rows"


def test_the_first_tab_offers_to_skip_to_the_content(page: "Page") -> None:
    page.goto("/chart")
    page.keyboard.press("Tab")
    skip = page.get_by_role("link", name="Skip to the content")
    assert skip.evaluate("link => link === document.activeElement")
    assert skip.bounding_box()["y"] >= 0  # type: ignore[index]
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_no_page_scrolls_sideways_on_a_phone(browser: "Browser", site: str, places: list[str], scheme: str) -> None:
    context = browser.new_context(
        base_url=site, viewport={"width": 360, "height": 740}, color_scheme="dark" if scheme == "dark" else "light"
    )
    opened = context.new_page()
    for place in places:
        opened.goto(place)
        wide = opened.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert wide <= 0, place
    context.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_all_text_stands_out_from_its_ground(browser: "Browser", site: str, places: list[str], scheme: str) -> None:
    context = browser.new_context(
        base_url=site, viewport={"width": 1280, "height": 900}, color_scheme="dark" if scheme == "dark" else "light"
    )
    opened = context.new_page()
    for place in places:
        opened.goto(place)
        assert opened.evaluate(FAINT) == [], place
    context.close()


FAINT = """() => {
  const parse = text => (text.match(/[\\d.]+/g) || []).map(Number);
  const light = ([r, g, b]) => [r, g, b].map(v => v / 255)
    .map(v => v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4)
    .reduce((sum, v, i) => sum + v * [0.2126, 0.7152, 0.0722][i], 0);
  const ground = element => {
    for (let at = element; at; at = at.parentElement) {
      const colour = parse(getComputedStyle(at).backgroundColor);
      if (colour.length === 3 || colour[3] > 0) return colour;
    }
    return [255, 255, 255];
  };
  const found = [];
  for (const element of document.querySelectorAll("body *")) {
    const own = [...element.childNodes].some(node => node.nodeType === 3 && node.textContent.trim());
    if (!own || element.closest("svg, .skip, option, datalist")) continue;
    const [a, b] = [light(parse(getComputedStyle(element).color)), light(ground(element))].sort((x, y) => y - x);
    if ((a + 0.05) / (b + 0.05) < 4.5) found.push(element.tagName + ": " + element.textContent.trim().slice(0, 40));
  }
  return found;
}"""
