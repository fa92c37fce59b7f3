"""Every page by axe-core, in light and dark, wide and narrow; and what every page says about itself."""

import importlib
import json
import os
import time
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


def test_the_first_page_is_light_and_quick(page: "Page") -> None:
    sizes: list[int] = []
    page.on("response", lambda answer: sizes.append(len(answer.body())))
    page.goto("/", wait_until="networkidle")
    assert sum(sizes) < 150_000
    started = time.perf_counter()
    page.reload(wait_until="load")
    assert time.perf_counter() - started < 1.5, "300 ms on a machine with nothing else to do"


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
