"""Chromium for the browser tests, a page in it that takes no complaint, and the addresses that every check goes to."""

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import httpx
import pytest

from govgraph.knowledge.build import build
from govgraph.review.gate import gate
from govgraph.store.generations import Generations

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page
    from playwright.sync_api import Request as PlaywrightRequest

CHROMIUM = shutil.which("chromium") or "/usr/bin/chromium"
ARGUMENTS = [
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
]  # fmt: skip
PLACES = [
    "/",
    "/search?q=board",
    "/search?q=social",
    "/search?q=zzzqq",
    "/page/harrow/body/partnership-board",
    "/page/harrow/body/safer-harrow-management-group",
    "/page/harrow/body/community-cohesion-management-group",
    "/page/harrow/clause/handbook-22-26",
    "/page/harrow/clause/handbook-22-62",
    "/page/harrow/line/a14",
    "/page/theme/poverty",
    "/page/def/mode/accountability",
    "/page/def/Party",
    "/page/def/Rule",
    "/page/def/accountableTo",
    "/page/uk/council/hrw",
    "/chart",
    "/chart?mode=accountability&mode=scrutiny&as_of=2024-02-15",
    "/chart?mode=none",
    "/chart/harrow/body/delivery-groups",
    "/decide",
    "/decide?kind=revenue+spend&amount=600000",
    "/questions",
    "/questions/ultimately-accountable-to?body=Delivery+groups",
    "/questions/on-theme?theme=Poverty",
    "/questions/who-chairs",
    "/review",
    "/review?state=waived&text=nothing+so",
    "/review/rules",
    "/review/rule/GOV-COUN-001",
    "/review/finding/0000000000000000",
    "/documents",
    "/documents/handbook-current",
    "/documents/handbook-current?page=4",
    "/compare",
    "/compare?from=handbook-earlier&to=handbook-current",
    "/councils",
    "/councils?name=buck",
    "/councils?type=county&page=1",
    "/councils?name=nowhere",
    "/councils/changes",
    "/about",
    "/def/",
    "/def/?part=codes",
    "/dumps/",
    "/sparql",
    "/sparql?example=who-chairs",
    "/sparql?explain=&query=SELECT+*+WHERE+%7B+%3Fs+gov%3AanswersTo+%3Fo+%7D",
    "/sparql?query=SELECT+*+WHERE+%7B+%3Fs+gov%3AanswersTo+%3Fo+%7D",
    "/sparql?query=SELECT+*+WHERE+%7B+%3Fs+gov%3AanswerTo+%3Fo+%7D",
    "/nowhere",
]


@pytest.fixture(scope="session")
def places(site: str) -> list[str]:
    """One address for each kind of page, and for each state of it that looks different."""
    [worst] = httpx.get(f"{site}/review.json", timeout=60).json()["findings"][:1]
    return [*PLACES, f"/review/finding/{worst['id']}", f"/review/rule/{worst['rule']}"]


@pytest.fixture(scope="session")
def site(serve: Callable[..., str], tmp_path_factory: pytest.TempPathFactory) -> str:
    """Address of the site over the packaged graph, which was reviewed when it was built."""
    folder = tmp_path_factory.mktemp("reviewed") / "store"
    build(Generations(folder), gate=gate)
    return serve(folder)


@pytest.fixture(scope="module")
def browser() -> Iterator["Browser"]:
    """Chromium; where it is missing the tests are skipped, except in CI."""
    missing = "" if os.path.exists(CHROMIUM) else "Chromium is not installed"
    try:
        from playwright.sync_api import sync_playwright
    except ImportError:
        missing = "playwright is not installed"
    if missing:
        (pytest.fail if os.environ.get("CI") == "true" else pytest.skip)(missing)
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield started
        started.close()


def _failure(request: "PlaywrightRequest") -> list[str]:
    """What to complain of; a request that the browser itself gave up when the test went on to another page is none."""
    return [] if request.failure == "net::ERR_ABORTED" else [f"failed: {request.url} ({request.failure})"]


@pytest.fixture
def page(browser: "Browser", site: str, request: pytest.FixtureRequest) -> Iterator["Page"]:
    """A page that fails the test when the browser complains of anything.

    Where GOVGRAPH_SCREENSHOTS names a folder, a picture of how the test left the page is kept there.
    """
    context = browser.new_context(base_url=site, viewport={"width": 1280, "height": 900}, locale="en-GB")
    opened = context.new_page()
    complaints: list[str] = []
    opened.on("console", lambda message: complaints.append(message.text))
    opened.on("pageerror", lambda error: complaints.append(str(error)))
    opened.on("requestfailed", lambda request: complaints.extend(_failure(request)))
    yield opened
    if folder := os.environ.get("GOVGRAPH_SCREENSHOTS"):
        opened.screenshot(path=Path(folder) / f"{request.node.name}.png", full_page=True)
    context.close()
    assert [text for text in complaints if "status of 40" not in text] == []
