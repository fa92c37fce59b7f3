"""Every page by axe-core, in light and dark, wide and narrow; and what every page says about itself."""

import importlib
import json
import os
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytestmark = pytest.mark.browser

WHOLE = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}


@pytest.mark.parametrize(("scheme", "width"), [("light", 1280), ("dark", 360)])
def test_axe_finds_nothing_on_any_page(
    browser: "Browser", site: str, places: list[str], scheme: Any, width: int
) -> None:
    axe = _axe()
    context = browser.new_context(base_url=site, viewport={"width": width, "height": 900}, color_scheme=scheme)
    opened = context.new_page()
    found = []
    for place in places:
        opened.goto(place)
        for each in axe.run(opened, options=WHOLE).response["violations"]:
            nodes = [node["html"][:160] for node in each["nodes"][:3]]
            found.append(f"{place}: {each['id']}: {each['help']}: {nodes}")
    context.close()
    assert found == []


def _axe() -> Any:
    try:
        return importlib.import_module("axe_playwright_python.sync_playwright").Axe()
    except ImportError:
        (pytest.fail if os.environ.get("CI") == "true" else pytest.skip)("axe-playwright-python is not installed")


def test_every_page_has_a_title_of_its_own_an_address_and_a_description_for_machines(
    page: "Page", places: list[str], site: str
) -> None:
    titles: dict[str, str] = {}
    for place in places:
        answer = page.goto(place)
        assert answer
        assert answer.status in (200, 400, 404), place
        assert page.title(), place
        titles.setdefault(page.title(), place)
        canonical = page.locator("link[rel=canonical]").get_attribute("href")
        assert str(canonical).startswith(site), place
        told = json.loads(page.locator('script[type="application/ld+json"]').last.inner_text())
        assert told["@context"] == "https://schema.org"
        assert told["@type"] == "WebPage"
        assert told["name"] in page.title()
    assert len(titles) > len(places) * 0.6


@pytest.mark.parametrize("place", ["/", "/page/harrow/body/partnership-board"])
def test_a_first_page_is_light(page: "Page", place: str, capsys: pytest.CaptureFixture[str]) -> None:
    requests: list[Any] = []
    page.on("requestfinished", lambda request: requests.append(request))
    page.goto(place, wait_until="networkidle")
    sizes = [request.sizes() for request in requests]
    transferred = sum(size["responseBodySize"] + size["responseHeadersSize"] for size in sizes)
    assert 5_000 < transferred < 150_000
    page.reload(wait_until="load")
    told = page.evaluate("""() => {
      const [it] = performance.getEntriesByType("navigation");
      return {server: it.responseEnd - it.requestStart, shown: it.loadEventEnd - it.startTime};
    }""")
    with capsys.disabled():  # how long it takes depends on what else the machine does: told, and not judged
        print(
            f"\n{place}: {transferred:,} bytes; {told['server']:.0f} ms to be sent, {told['shown']:.0f} ms to be shown"
        )


def test_a_browser_that_has_a_page_is_not_sent_it_again(page: "Page") -> None:
    page.goto("/page/harrow/body/partnership-board")
    with page.expect_response("**/partnership-board") as waiting:
        page.reload()
    request = waiting.value.request
    assert request.all_headers()["if-none-match"]
    assert request.sizes()["responseBodySize"] == 0


def test_a_page_at_twice_the_size_loses_nothing(browser: "Browser", site: str, places: list[str]) -> None:
    context = browser.new_context(base_url=site, viewport={"width": 640, "height": 450}, device_scale_factor=2)
    opened = context.new_page()
    for place in places:
        opened.goto(place)
        wide = opened.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert wide <= 0, place
    context.close()


def test_print_leaves_out_what_paper_cannot_do(page: "Page") -> None:
    page.goto("/chart/harrow/body/delivery-groups")
    page.emulate_media(media="print")
    assert not page.get_by_role("button", name="Larger").is_visible()
    assert not page.get_by_role("navigation", name="Main").is_visible()
    assert page.locator("svg.chain").is_visible()
    assert page.locator(".chain-list").is_visible()


@pytest.mark.parametrize(
    "place", ["/chart", "/review", "/page/harrow/body/partnership-board", "/page/def/Party", "/councils"]
)
def test_nothing_of_a_page_is_cut_off_on_paper(page: "Page", place: str) -> None:
    page.set_viewport_size({"width": 718, "height": 1000})  # A4 less its margins
    page.goto(place)
    page.emulate_media(media="print")
    cut = page.evaluate("""() => [...document.querySelectorAll("main *")].filter(each => {
      const box = each.getBoundingClientRect();
      return box.width && box.right > document.documentElement.clientWidth + 1 && !each.closest(".hidden");
    }).map(each => each.outerHTML.slice(0, 80))""")
    assert cut[:3] == []


def test_a_table_on_a_phone_is_read_from_top_to_bottom(browser: "Browser", site: str) -> None:
    context = browser.new_context(base_url=site, viewport={"width": 360, "height": 740})
    opened = context.new_page()
    for place in ("/questions/who-chairs", "/page/harrow/body/partnership-board", "/councils?name=buck", "/about"):
        opened.goto(place)
        tables = opened.locator("table.stacked")
        assert tables.count() > 0
        for table in tables.all():
            assert table.evaluate("each => each.scrollWidth <= each.parentElement.clientWidth + 1"), place
            cell = table.locator("td:not(:empty)").first
            label = cell.evaluate("each => getComputedStyle(each, '::before').content")
            assert str(cell.get_attribute("data-label")) in label
    context.close()
