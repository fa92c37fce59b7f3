"""A review of any size can be read on the site: part by part it says the same as one that is read whole."""

import asyncio
import csv
import io
import re
import shutil
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import pytest
from tests.web.test_pages import BROWSER, check
from tests.web.test_review_pages import FIRST, SECOND, finding, keep

from govgraph.errors import BeingMade, MakingFailed, StoreFailed
from govgraph.knowledge.build import build
from govgraph.limits import LIMITS
from govgraph.review.findings import Finding, Report, Waived, order, read_report
from govgraph.review.gate import gate
from govgraph.store.generations import Generations
from govgraph.web.dumping import Dumps
from govgraph.web.pages.review import newest
from govgraph.web.pages.wanted import NO_COUNCIL
from govgraph.web.state import Site

MOST = 60
LARGE = replace(LIMITS, report_bytes=1000, part_findings=MOST, dump_wait_seconds=25.0)
COUNCIL = "Council of the 2011 memo (not named)"
_LISTED = r'<h3><a href="/review/finding/(\w+)"'


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The packaged graph with its review, and with an earlier one that had less and something else."""
    folder = tmp_path_factory.mktemp("reviews") / "store"
    generations = Generations(folder)
    earlier, _ = (build(generations, gate=gate, force=True).generation for _ in range(2))
    whole = read_report((earlier.folder / "report.json").read_text(encoding="utf-8"))
    gone = [replace(each, id=f"{number:016x}") for number, each in enumerate(whole.findings[::9])]
    before = replace(whole, findings=sorted([*whole.findings[::2], *gone], key=order))
    (earlier.folder / "report.json").write_text(before.to_json(), encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def small(serve: Callable[..., str], folder: Path) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=serve(folder), timeout=60, headers=BROWSER) as client:
        yield client


@pytest.fixture(scope="module")
def large(serve: Callable[..., str], folder: Path) -> Iterator[httpx.Client]:
    """The same, where already little is large."""
    with httpx.Client(base_url=serve(folder, LARGE), timeout=60, headers=BROWSER) as client:
        ready(client, "/review?against=1")
        yield client


def ready(client: httpx.Client, place: str) -> httpx.Response:
    """The answer, once what it needs has been made."""
    deadline = time.monotonic() + 60
    while (answer := client.get(place)).status_code == 503:
        assert answer.headers["retry-after"]
        assert time.monotonic() < deadline
        time.sleep(0.1)
    return answer


def main(page: httpx.Response) -> str:
    """What a page or a file says, without its head, which has the address of the site."""
    assert page.status_code == 200
    return page.text.partition("<main")[2] or page.text


def told(answer: httpx.Response) -> dict[str, Any]:
    assert answer.status_code == 200
    return answer.json()  # type: ignore[no-any-return]


@pytest.fixture(scope="module")
def whole(small: httpx.Client) -> dict[str, Any]:
    return told(small.get("/review.json"))


PARTS: list[dict[str, str]] = [
    {"council": COUNCIL},
    {"council": "UNNAMED-COUNCIL-2011"},
    {"council": "none"},
    {"council": "none", "severity": "info"},
    {"council": COUNCIL, "text": "clause"},
    {"council": COUNCIL, "against": "1"},
    {"council": COUNCIL, "state": "new"},
    {"council": COUNCIL, "state": "fixed"},
    {"council": "https://w3id.org/govgraph/id/harrow/body/cabinet"},
    {"rule": "GOV-XREF-006"},
    {"rule": "GOV-XREF-006", "state": "standing"},
    {"rule": "GOV-XREF-006", "state": "fixed", "against": "1"},
    {"severity": "violation", "subject": "text"},
    {"body": "Cabinet"},
    {"body": "none", "severity": "violation"},
    {"document": "Harrow web page: strategy portfolio holder"},
    {"thing": "https://w3id.org/govgraph/id/harrow/clause/handbook-22-26"},
    {"council": "harrow", "rule": "GOV-XREF-006", "text": "23.9"},
    {"state": "waived"},
    {"council": "none"},
]


@pytest.mark.parametrize("asked", PARTS, ids=str)
def test_a_part_of_a_large_review_has_the_findings_that_the_same_part_of_a_small_one_has(
    small: httpx.Client, large: httpx.Client, asked: dict[str, str]
) -> None:
    page, expected = large.get("/review", params=asked), small.get("/review", params=asked)
    check(page)
    assert page.status_code == expected.status_code == 200
    assert re.findall(_LISTED, page.text) == re.findall(_LISTED, expected.text)
    for form in ("json", "csv"):
        data, same = (site.get(f"/review.{form}", params=asked) for site in (large, small))
        assert data.status_code == 200
        if form == "json":
            assert told(data)["findings"] == told(same)["findings"]
            assert told(data)["fixed"] == told(same)["fixed"]
            assert told(data)["rules"] == told(same)["rules"]
        else:
            assert data.text == same.text
        assert data.headers["govgraph-rows"] == same.headers["govgraph-rows"]


def test_the_page_of_a_council_says_the_same_of_it_whether_the_review_is_large(
    small: httpx.Client, large: httpx.Client
) -> None:
    def said(client: httpx.Client) -> str:
        page = main(client.get("/review", params={"council": COUNCIL}))
        return page.partition("<form")[0] + page.partition("</form>")[2]

    assert said(small) == said(large)
    assert re.search(re.escape(COUNCIL) + r": \d+ violations?, ", said(large))
    assert "By body or document" in said(large)


def test_every_council_is_offered_with_its_numbers_and_leads_to_its_findings(
    large: httpx.Client, whole: dict[str, Any]
) -> None:
    page = large.get("/review")
    check(page)
    assert re.findall(_LISTED, page.text) == []
    row = r'<a href="(/review\?council=[^"]*)">([^<]*)</a></th><td>(\d+)</td><td>(\d+)</td><td>(\d+)'
    rows = re.findall(row, page.text)
    found = {name: tuple(map(int, numbers)) for _, name, *numbers in rows}
    assert set(found) == {each["council_label"] or NO_COUNCIL for each in whole["findings"]}
    for name, numbers in found.items():
        severities = [each["severity"] for each in whole["findings"] if (each["council_label"] or NO_COUNCIL) == name]
        assert numbers == tuple(map(severities.count, ("violation", "warning", "info")))
    [none] = [place for place, name, *_ in rows if name == NO_COUNCIL]
    assert len(re.findall(_LISTED, large.get(none).text)) == sum(found[NO_COUNCIL])


def test_numbers_of_the_whole_are_those_of_a_small_review(small: httpx.Client, large: httpx.Client) -> None:
    def numbers(client: httpx.Client) -> list[str]:
        page = client.get("/review").text
        lead = re.search(r'<p class="lead">([^<]*)', page)
        assert lead
        return [lead[1], *re.findall(r'href="/review\?(?:subject|severity)=[^"]*" aria-label="([^"]*)"', page)]

    assert numbers(large) == numbers(small)
    assert len(numbers(large)) > 4


def test_what_is_too_much_for_a_page_says_how_much_and_where_it_is(large: httpx.Client, whole: dict[str, Any]) -> None:
    count = sum(each["severity"] == "info" for each in whole["findings"])
    page = large.get("/review?severity=info&text=clause&state=new")
    check(page)
    assert f"{count} findings fit, more than the {MOST}" in page.text
    assert "The words are looked for then" in page.text
    assert "new, standing or fixed is told then" in page.text
    assert 'href="/review?severity=info&amp;council=none&amp;text=clause&amp;state=new"' in page.text
    council = large.get("/review?council=harrow")
    check(council)
    assert "Choose a rule" in council.text
    assert 'href="/review?rule=GOV-XREF-006&amp;council=harrow"' in council.text
    [(rule, _)] = Counter(each["rule"] for each in whole["findings"]).most_common(1)
    narrower = large.get("/review", params={"council": "harrow", "rule": rule})
    assert "Narrow them by severity, body or document" in narrower.text


def test_a_council_is_found_by_a_part_of_its_name_and_one_that_there_is_not_is_told(large: httpx.Client) -> None:
    page = large.get("/review?council=2011+memo&rule=GOV-XREF-006")
    check(page)
    assert "No finding concerns a council called" in page.text
    assert COUNCIL in page.text
    nowhere = large.get("/review?council=Nowhere")
    check(nowhere)
    assert "It may have none" in nowhere.text
    assert large.get("/review.csv?council=Nowhere").status_code == 200


def test_a_small_review_of_several_councils_offers_them_and_keeps_the_choice_in_every_address(
    small: httpx.Client,
) -> None:
    page = small.get("/review", params={"council": "none"})
    links = check(page).links
    assert re.search(r'<select id="f-council".*?<option value="none" selected>', page.text, re.DOTALL)
    assert "/review?subject=text&council=none" in links
    assert "/review.csv?council=none" in links
    rows = list(csv.DictReader(io.StringIO(small.get("/review.csv?council=none").text)))
    assert {row["council_label"] for row in rows} == {""}


def test_the_whole_is_sent_as_it_is_kept_and_other_forms_say_what_to_do(
    large: httpx.Client, small: httpx.Client, whole: dict[str, Any]
) -> None:
    answer = large.get("/review.json")
    assert told(answer) == whole
    assert answer.headers["govgraph-rows"] == str(len(whole["findings"]))
    assert int(answer.headers["content-length"]) == len(answer.content)
    again = large.get("/review.json", headers={"If-None-Match": answer.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert large.head("/review.json").headers["content-length"] == answer.headers["content-length"]
    for place in ("/review.csv", "/review.json?severity=info", "/review.ttl?against=1"):
        refused = large.get(place, headers={"Accept": "*/*"})
        assert refused.status_code == 413
        assert "council=NAME" in refused.json()["detail"]
    assert 'href="/review.csv' not in large.get("/review").text


def test_rules_are_listed_and_each_has_its_findings_page_by_page(small: httpx.Client, large: httpx.Client) -> None:
    rules = told(small.get("/review/rules.json"))
    assert told(large.get("/review/rules.json")) == rules
    most = max(rules["rules"], key=lambda each: each["findings"])
    assert most["findings"] > MOST
    seen: list[str] = []
    for place in (f"/review/rule/{most['rule']}", f"/review/rule/{most['rule']}?page=2"):
        page = large.get(place)
        check(page)
        seen += re.findall(_LISTED, page.text)
        assert re.findall(_LISTED, page.text) == re.findall(_LISTED, small.get(place).text)
    assert len(seen) == len(set(seen)) > 50
    refused = large.get(f"/review/rule/{most['rule']}.json", headers={"Accept": "*/*"})
    assert refused.status_code == 413
    assert f"/review.json?rule={most['rule']}&council=NAME" in refused.json()["detail"]
    assert told(large.get("/review/rule/GOV-XREF-006.json")) == told(small.get("/review/rule/GOV-XREF-006.json"))
    assert large.get("/review/rule/GOV-XREF-06").status_code == 404
    assert 'href="/review/rule/GOV-XREF-006"' in large.get("/review?rule=GOV-XREF-06").text


def test_each_finding_has_its_page_with_since_when_it_is_there(
    small: httpx.Client, large: httpx.Client, whole: dict[str, Any]
) -> None:
    for each in whole["findings"][::40]:
        place = f"/review/finding/{each['id']}"
        assert main(large.get(place)) == main(small.get(place))
        assert told(large.get(place + ".json")) == told(small.get(place + ".json"))
    gone = f"/review/finding/{0:016x}"
    assert large.get(gone).status_code == 404
    assert "last seen in generation 1" in large.get(gone).text


@pytest.mark.parametrize(
    "place",
    [
        "/",
        "/documents",
        "/documents.json",
        "/documents/handbook-current",
        "/documents/handbook-current.json",
        "/page/harrow/body/cabinet",
        "/page/harrow/clause/handbook-22-26",
        "/page/def/mode/accountability",
    ],
)
def test_pages_show_the_same_findings_whether_the_review_is_large(
    serve: Callable[..., str], folder: Path, small: httpx.Client, place: str
) -> None:
    roomy = replace(LARGE, part_findings=LIMITS.part_findings)
    with httpx.Client(base_url=serve(folder, roomy), timeout=60, headers=BROWSER) as client:
        ready(client, "/review?against=1")
        assert main(client.get(place)) == main(small.get(place))


@pytest.mark.parametrize(
    ("refusal", "code"),
    [
        (BeingMade("the places of the findings are being made", "Come back in a minute."), "being-made"),
        (
            MakingFailed("the places of the findings cannot be made", "It is tried again after a while."),
            "making-failed",
        ),
    ],
)
def test_findings_that_are_not_known_yet_are_not_called_none_and_the_review_says_to_come_back(
    serve: Callable[..., str],
    folder: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    refusal: StoreFailed,
    code: str,
) -> None:
    async def never(*_: object, **__: object) -> Path:
        raise refusal

    monkeypatch.setattr(Dumps, "places", never)
    store = shutil.copytree(folder, tmp_path / "store", ignore=shutil.ignore_patterns("dumps"))
    with httpx.Client(base_url=serve(store, LARGE), timeout=60, headers=BROWSER) as client:
        for place in ("/", "/documents", "/documents/handbook-current", "/page/harrow/body/partnership-board"):
            page = client.get(place)
            check(page)
            assert "is not shown here yet" in page.text
            assert page.headers["cache-control"] == "no-store", "it is not given again once more is known"
            assert "0 findings" not in page.text
        documents = client.get("/documents.json")
        assert {each["findings"] for each in told(documents)["documents"]} == {None}
        assert documents.headers["cache-control"] == "no-store"
        clauses = told(client.get("/documents/handbook-current.json"))["clauses"]
        assert {each["findings"] for each in clauses} == {None}
        for place in ("/review", "/review.csv", "/review/rules", f"/review/finding/{1:016x}"):
            answer = client.get(place, headers={"Accept": "*/*"})
            assert answer.status_code == 503
            assert answer.headers["retry-after"]
            assert answer.json()["code"] == code


def test_places_are_made_once_and_again_where_they_are_of_another_report(folder: Path, tmp_path: Path) -> None:
    store = shutil.copytree(folder, tmp_path / "store", ignore=shutil.ignore_patterns("dumps"))
    report = Generations(store).latest().folder / "report.json"

    async def ask() -> list[int]:
        dumps, made = Dumps(store, LARGE), []
        for spoil in (None, None, report, None, store / "dumps" / "000002.sqlite"):
            if spoil == report:
                report.write_bytes(report.read_bytes() + b"\n")
            elif spoil:
                spoil.write_bytes(spoil.read_bytes()[:-1000])
            made.append((await dumps.places(report)).stat().st_ino)
        await dumps.close()
        return made

    first, again, changed, same, cut = asyncio.run(ask())
    assert first == again
    assert changed == same != first
    assert cut != same
    assert [each.name for each in (store / "dumps").iterdir()] == ["000002.sqlite"]


def test_the_newest_findings_of_a_large_review_are_those_that_the_one_before_did_not_have(tmp_path: Path) -> None:
    store = keep(tmp_path, [FIRST, None, SECOND])

    async def ask() -> list[Finding]:
        site = Site(store, replace(LARGE, report_bytes=10))
        for number in (1, 3):
            await site.dumps.places(site.generations.folder_of(number) / "report.json")
        return await newest(site)

    assert [(each.label, each.state) for each in asyncio.run(ask())] == [("brand new", "new"), ("thing 100", "new")]


def test_a_waiver_that_ran_out_counts_again_in_parts_and_in_what_is_told_of_the_whole(
    serve: Callable[..., str], tmp_path: Path
) -> None:
    def waived(number: int, until: str) -> Finding:
        return finding(number, council="t", council_label="T", waived=Waived("Jo", "known", until))

    accepted = [waived(8, "2000-01-01"), waived(9, "2999-01-01")]
    report = Report([finding(1, council="t", council_label="T")], 1, waived=accepted)
    store = keep(tmp_path, [report])
    with httpx.Client(base_url=serve(store, replace(LARGE, part_findings=2)), timeout=60, headers=BROWSER) as client:
        ready(client, "/review")
        for place in ("/review", "/"):
            assert "0 violations, 2 warnings and 0 remarks by 1 rule; 1 waived" in client.get(place).text
    with httpx.Client(base_url=serve(store, LARGE), timeout=60, headers=BROWSER) as client:
        part = told(ready(client, "/review.json?council=T"))
    assert [each["label"] for each in part["findings"]] == ["thing 1", "thing 8"]
    assert "ran out on 1 January 2000" in part["findings"][1]["note"]
    assert [each["label"] for each in part["waived"]] == ["thing 9"]
