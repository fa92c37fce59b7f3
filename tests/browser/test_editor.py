"""An analyst in Chromium: writes a query with the editor's help, runs it, and mends what is wrong."""

import os
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

import govgraph.web

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Locator, Page

pytestmark = pytest.mark.browser


@pytest.fixture(autouse=True)
def _bundled() -> None:
    """Where npm could not be reached there is no editor; only CI takes that for a failure."""
    if not (Path(govgraph.web.__file__).parent / "assets" / "editor.js").exists():
        (pytest.fail if os.environ.get("CI") == "true" else pytest.skip)("this installation was made without npm")


def editor(page: "Page") -> "Locator":
    return page.get_by_role("textbox", name="SPARQL 1.1 query")


def write(page: "Page", text: str) -> None:
    """Put a text into the editor, once it has what it offers for completion."""
    with page.expect_request_finished(lambda request: request.url.endswith("/def/terms.json")):
        editor(page).click()
    page.keyboard.press("Control+a")
    page.keyboard.press("Delete")
    page.keyboard.type(text, delay=5)


def accept(page: "Page") -> None:
    """Take what is offered first; the editor ignores a key that comes too soon for a choice."""
    page.wait_for_timeout(250)
    page.keyboard.press("Enter")


def test_a_query_is_completed_run_with_the_keyboard_and_answered_with_links(page: "Page") -> None:
    page.goto("/sparql")
    write(page, "SELECT * WHERE { ?body gov:answ")
    offered = page.get_by_role("option", name="gov:answersTo")
    offered.wait_for()
    assert "answers to" in offered.inner_text()
    accept(page)
    page.keyboard.type(" ?to ")
    page.keyboard.press("Control+Enter")
    page.wait_for_url("**/sparql?query=**")
    assert page.get_by_role("heading", name="18 rows").is_visible()
    assert "gov:answersTo ?to" in editor(page).inner_text()
    page.locator("main tbody").get_by_role("link").first.click()
    assert page.get_by_role("heading", level=1).count() == 1


def test_a_term_is_found_by_its_label_and_a_variable_by_its_beginning(page: "Page") -> None:
    page.goto("/sparql")
    write(page, "SELECT ?somebody WHERE { ?some")
    page.get_by_role("option", name="?somebody").wait_for()
    accept(page)
    page.keyboard.type(" ultimately")
    page.get_by_role("option", name="gov:ultimatelyAnswersTo").wait_for()


def test_an_error_is_marked_at_its_place_and_mended_with_a_click(page: "Page") -> None:
    page.goto("/sparql")
    write(page, "SELECT * WHERE {\n?line gvo:mode ?mode ")
    page.keyboard.press("Control+Enter")
    page.get_by_text("line 2, column 9").first.wait_for()
    marked = page.locator(".cm-lintRange-error")
    assert marked.inner_text() == "gvo:"
    marked.hover()
    page.get_by_role("button", name="Use gov:").click()
    page.get_by_role("button", name="Run").click()
    assert page.get_by_role("heading", name="136 rows").is_visible()


def test_the_prefixes_are_written_for_use_elsewhere(page: "Page") -> None:
    page.goto("/sparql")
    write(page, "SELECT * WHERE { ?body gov:answersTo ?to ; skos:prefLabel 'dct:x' ")
    page.get_by_role("button", name="Write the prefixes").click()
    page.get_by_text("The prefixes are written.").wait_for()
    text = page.locator("#query").input_value()
    assert text.startswith("PREFIX gov: <https://w3id.org/govgraph/def/>\nPREFIX skos:")
    assert "PREFIX dct:" not in text


def test_the_keyboard_leads_into_the_editor_and_out_of_it(page: "Page") -> None:
    page.goto("/sparql")
    editor(page).focus()
    page.keyboard.press("Tab")
    assert page.get_by_role("button", name="Run").evaluate("button => button === document.activeElement")
    page.locator("label[for=query]").click()
    page.keyboard.type("#")
    assert "#" in page.locator("#query").input_value()


def test_without_scripts_the_text_area_does_the_same(browser: "Browser", site: str) -> None:
    context = browser.new_context(base_url=site, java_script_enabled=False)
    opened = context.new_page()
    opened.goto("/sparql")
    opened.get_by_label("SPARQL 1.1 query").fill("SELECT * WHERE { ?body gov:answersTo ?to }")
    opened.get_by_role("button", name="Run").click()
    assert opened.get_by_role("heading", name="18 rows").is_visible()
    context.close()


@pytest.mark.parametrize("width", [1280, 360])
def test_the_editor_does_not_widen_the_page(browser: "Browser", site: str, width: int) -> None:
    context = browser.new_context(base_url=site, viewport={"width": width, "height": 740})
    opened = context.new_page()
    opened.goto("/sparql?query=" + "SELECT+*+%7B+?s+gvo:mode+'" + "long+" * 80 + "'+%7D")
    opened.locator(".editor").wait_for()
    assert opened.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth") <= 0
    context.close()
