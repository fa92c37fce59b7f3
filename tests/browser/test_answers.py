"""A newcomer with nothing but the site: from the home page, by clicks, to the five answers that it is there for."""

import re
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytestmark = pytest.mark.browser


def arrives(page: "Page", heading: str) -> None:
    """Wait for the page with this heading."""
    from playwright.sync_api import expect

    expect(page.get_by_role("heading", level=1)).to_contain_text(heading)


def said(page: "Page") -> str:
    """The main part of the page as a person reads it."""
    return re.sub(r"\s+", " ", page.locator("main").inner_text())


def test_a_councillor_learns_to_whom_safer_harrow_answers_and_by_which_clauses(page: "Page") -> None:
    page.goto("/")
    page.get_by_label("Find a body, a post or a clause").fill("Safer Harrow")
    page.get_by_role("button", name="Search").click()
    arrives(page, "Safer Harrow Management Group")
    assert (
        page.locator(".sentence")
        .inner_text()
        .startswith(
            "Safer Harrow Management Group: accountable in the end to Harrow Council, Local community and Member bodies"
        )
    )
    steps = re.sub(r"\s+", " ", page.locator(".chain-list").inner_text())
    for step in (
        "Harrow Chief Executives 22.62 explicit accountability",
        "Partnership Board inferred from 22.13, 22.19 b2, 22.19 b9, 22.20 b12 inferred",
        "Harrow Strategic Partnership 22.12 explicit",
        "Harrow Council 15.1, 15.1 b1, 15.1 b2 explicit",
        "Local community 10.1 explicit",
        "Member bodies 10.1 explicit",
    ):
        assert step in steps, step


def test_an_officer_learns_who_decides_a_revenue_spend(page: "Page") -> None:
    page.goto("/")
    page.get_by_role("link", name="Who decides a spend, and what is a key decision").click()
    arrives(page, "Who decides?")
    page.get_by_label("Kind of decision").select_option("revenue spend")
    page.get_by_label("Amount").fill("£600,000")
    page.get_by_role("button", name="Ask").click()
    page.wait_for_url("**amount=**")
    sentence = page.locator(".sentence").inner_text()
    assert "Cabinet decides" in sentence
    assert "£600,000 is over £500,000. It is a key decision." in sentence
    page.get_by_role("link", name="Cab(6)(i)", exact=True).first.click()
    arrives(page, "Cab(6)(i)")


def test_an_officer_learns_what_is_wrong_with_a_clause(page: "Page") -> None:
    page.goto("/")
    page.get_by_label("Find a body, a post or a clause").fill("22.26")
    page.get_by_role("button", name="Search").click()
    arrives(page, "Handbook 22.26")
    assert page.get_by_role("heading", name="What the review found").count() == 1
    page.locator('main a[href^="/review/finding/"]').first.click()
    page.wait_for_url("**/review/finding/*")
    arrives(page, "Handbook 22.26 cites clause 23.9")
    told = said(page)
    assert "nothing in the document answers to it" in told
    assert "What to do" in told


def test_a_councillor_learns_what_changed_in_the_membership_of_the_board(page: "Page") -> None:
    page.goto("/")
    page.get_by_role("link", name="What changed between two revisions").click()
    page.get_by_role("link", name=re.compile("Governance Handbook: from the earlier")).click()
    page.get_by_role("link", name="Partnership Board", exact=True).first.click()
    page.wait_for_url("**partnership-board**")
    table = page.get_by_role("table", name="What changed in Partnership Board")
    rows = [re.sub(r"\s+", " ", row) for row in table.get_by_role("row").all_inner_texts()]
    members = [row for row in rows if row.startswith("Member")]
    struck = [row for row in members if " struck" in row]
    assert any("Chamber of Commerce" in row and "line 562" in row for row in struck)
    assert any("Older People's Reference Group" in row for row in struck)
    assert len(struck) == 15
    assert any("General practitioners" in row and " new" in row for row in members)


def test_an_analyst_learns_which_portfolios_deal_with_poverty_and_takes_the_rows(page: "Page") -> None:
    page.goto("/")
    page.get_by_role("link", name="Who deals with a theme, such as poverty").click()
    page.get_by_role("combobox", name="Theme").fill("Poverty")
    page.get_by_role("button", name="Ask").click()
    page.wait_for_url("**theme=Poverty")
    portfolios = set(page.locator("main table tbody tr td:first-child").all_inner_texts())
    assert portfolios == {
        "Community Engagement, Accessibility & Customer Services",
        "Environment and Climate Change",
        "Equalities and Public Health",
        "Strategy, Regeneration, Partnerships and Devolution",
        "Strategy, Partnerships & Devolution",
    }
    address = page.get_by_role("link", name="CSV").get_attribute("href")
    rows = page.request.get(str(address)).text().splitlines()
    assert len(rows) == 7


def test_the_keyboard_alone_leads_to_an_answer(page: "Page") -> None:
    page.goto("/")
    tab_to(page, "Who deals with a theme, such as poverty")
    page.keyboard.press("Enter")
    page.wait_for_url("**/questions/on-theme")
    tab_to(page, "p-theme")
    page.keyboard.type("Poverty")
    page.keyboard.press("Enter")
    page.wait_for_url("**/on-theme?theme=Poverty")
    assert page.locator("main table tbody tr").count() == 6


def tab_to(page: "Page", name: str) -> None:
    """Press Tab until the element with this text or id has the focus, which must show."""
    for _ in range(120):
        page.keyboard.press("Tab")
        text, shown = page.evaluate(
            """() => {
              const at = document.activeElement;
              return [[at.id, at.textContent.trim()], getComputedStyle(at).outlineStyle !== "none"];
            }"""
        )
        if name in text:
            assert shown, f"the focus on {name} does not show"
            return
    raise AssertionError(f"{name} cannot be reached")


def test_a_chart_is_filtered_and_made_larger_by_keyboard(page: "Page") -> None:
    page.goto("/chart")
    page.get_by_text("Choose what the chart shows").click()
    page.get_by_label("Scrutiny").check()
    page.get_by_role("button", name="Show").click()
    page.wait_for_url("**mode=scrutiny**")
    assert page.locator("svg.chain .hop").count() > 18
    page.goto("/chart")
    region = page.locator(".scroll.chart")
    region.focus()
    before = region.locator("svg").bounding_box()
    page.keyboard.press("+")
    page.keyboard.press("+")
    after = region.locator("svg").bounding_box()
    assert before
    assert after
    assert after["width"] > before["width"] * 1.4
    page.get_by_role("button", name="Whole chart").click()
    assert region.evaluate("each => each.scrollWidth <= each.clientWidth")
    region.focus()
    page.keyboard.press("0")
    again = region.locator("svg").bounding_box()
    assert again
    assert abs(again["width"] - before["width"]) < 1


def test_a_chart_can_be_taken_away_as_a_picture(page: "Page") -> None:
    page.goto("/chart/harrow/body/delivery-groups")
    with page.expect_download() as waiting:
        page.get_by_role("button", name="Drawing as PNG").click()
    assert waiting.value.path().read_bytes()[:8] == b"\x89PNG\r\n\x1a\n"


def test_the_chart_is_there_without_scripts(browser: "Browser", site: str) -> None:
    context = browser.new_context(base_url=site, java_script_enabled=False)
    opened = context.new_page()
    opened.goto("/chart?mode=scrutiny")
    assert opened.locator("svg.chain .hop").count() > 10
    assert opened.get_by_role("button", name="Larger").count() == 0
    assert not opened.get_by_text("Move the chart by dragging").is_visible()
    context.close()


def test_an_analyst_finds_the_councils_that_one_was_made_from(page: "Page") -> None:
    page.goto("/")
    page.get_by_role("navigation", name="Main").get_by_role("link", name="Councils").click()
    page.get_by_label("Name or code").fill("buckinghamshire")
    page.get_by_label("Standing").select_option("current")
    page.get_by_role("button", name="Find").click()
    page.wait_for_url("**name=buckinghamshire**")
    assert "Aylesbury Vale District Council" in page.locator("main table").first.inner_text()
    assert page.get_by_role("link", name="Councils", exact=True).first.get_attribute("aria-current") == "page"
