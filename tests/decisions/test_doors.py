"""`decide` and `deadline` on the command line, /decide on the site, and the page that explains them."""

import json
import re
import shlex
import signal
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest

from govgraph.cli import main

PAGE = (Path(__file__).parents[2] / "docs" / "decide.md").read_text(encoding="utf-8")
BROWSER = {"Accept": "text/html"}

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], store_folder: Path) -> Iterator[Run]:
    """Run the command in this process, on the packaged graph: exit code, output, errors."""
    monkeypatch.setenv("GOVGRAPH_STORE", str(store_folder))
    before = signal.getsignal(signal.SIGINT)

    def running(*words: str) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["govgraph", *words])
        with pytest.raises(SystemExit) as stopped:
            main()
        captured = capsys.readouterr()
        return int(stopped.value.code or 0), captured.out, captured.err

    yield running
    signal.signal(signal.SIGINT, before)


def console(page: str) -> list[tuple[str, str]]:
    """Each command of the page with what it prints."""
    blocks = re.findall(r"^```console\n(.*?)^```", page, re.MULTILINE | re.DOTALL)
    parts = [part.partition("\n") for block in blocks for part in block.split("$ govgraph ")[1:]]
    return [(command, printed) for command, _, printed in parts]


@pytest.mark.parametrize(("command", "printed"), console(PAGE))
def test_what_the_page_shows_is_what_is_printed(run: Run, command: str, printed: str) -> None:
    code, out, err = run(*shlex.split(command))
    assert out.rstrip().splitlines() == printed.rstrip().splitlines(), err
    assert code == 0


def test_the_page_shows_commands() -> None:
    assert len(console(PAGE)) == 6


def test_the_python_of_the_page_runs(
    store_folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("GOVGRAPH_STORE", str(store_folder))
    [code] = re.findall(r"^```python\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)
    exec(compile(code, "decide.md", "exec"), {})
    assert capsys.readouterr().out == "Cabinet Cab(7) False\n"


def test_decide_prints_the_answer_first_and_then_the_rules(run: Run) -> None:
    words = ("--kind", "capital spend", "--amount", "600k", "--service-budget", "1.5m", "--wards", "1", "--contract")
    _, out, _ = run("decide", *words, "--format", "table")
    assert out.startswith("Cabinet decides, by K-5 (Cab(7)): £600,000 is over £500,000.\n")
    assert "decides" in out.splitlines()[3]
    _, out, _ = run("decide", *words[:-1], "--contract", "500,000", "--format", "table")
    assert out.startswith("Not stated: no rule decides.\n")
    assert "• Exactly £500,000 is not caught: K-5 asks for over that." in out


def test_decide_as_json_says_everything(run: Run) -> None:
    _, out, _ = run("decide", "--kind", "Land Disposal", "--amount", "£240,000", "--below-best-consideration",
                    "--deny", "K-4", "--as-of", "2024-02-15", "--format", "json")  # fmt: skip
    answer = json.loads(out)
    assert answer["case"]["kind"] == "land disposal"
    assert (answer["case"]["amount"], answer["case"]["best_consideration"]) == (240_000, False)
    assert answer["decider"] is None
    assert "K-12 does not apply" in answer["gaps"][1]
    assert [rule["rule"] for rule in answer["passed_over"]][-1] == "K-12"
    assert answer["key_decision"] is False
    assert any("as of 2024-02-15" in note for note in answer["notes"])


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (
            ("decide", "--kind", "contract", "--amount", "lots"),
            'amount is not a sum of money: "lots". Write it as 600000',
        ),
        (("decide", "--kind", "land sale"), 'no thing is named "land sale". Did you mean "land disposal"'),
        (("deadline", "notice", "--meeting", "soon"), 'not a day: "soon"'),
        (("deadline", "notise", "--meeting", "2024-02-19"), 'Did you mean "notice"'),
    ],
)
def test_what_cannot_be_understood_is_one_line_on_standard_error(
    run: Run, words: tuple[str, ...], expected: str
) -> None:
    code, out, err = run(*words)
    assert code == 2
    assert out == ""
    [line] = err.splitlines()
    assert line.startswith("govgraph: ")
    assert expected in line


def test_deadline_as_json_gives_both_readings(run: Run) -> None:
    _, out, _ = run("deadline", "minutes", "--meeting", "2012-03-01", "--format", "json")
    answer = json.loads(out)
    assert [reading["day"] for reading in answer["deadlines"][0]["last"]] == ["2012-03-15", "2012-03-16"]
    assert "The text does not say which reading is meant" in answer["notes"][0]


def test_deadline_says_where_no_rule_sets_a_time(run: Run) -> None:
    _, out, _ = run("deadline", "quorum", "--meeting", "2024-02-19", "--format", "table")
    assert "Not stated: no rule on quorum sets a time before or after a meeting." in out


def test_the_site_decides_as_the_command_line_does(web: httpx.Client, run: Run) -> None:
    asked = {"kind": "claim settlement", "amount": "£1.2m", "wards": "1"}
    answer = web.get("/decide.json", params=asked)
    assert answer.headers["content-type"] == "application/json"
    assert answer.headers["govgraph-generation"] == str(answer.json()["generation"])
    words = [word for name, text in asked.items() for word in (f"--{name}", text)]
    assert json.loads(run("decide", *words, "--format", "json")[1]) == answer.json()


def test_the_site_decides_as_of_a_day_and_says_that_undated_rules_are_kept(web: httpx.Client) -> None:
    asked = {"kind": "revenue spend", "amount": "600000", "as_of": "2011-04-17"}
    then, now = (web.get("/decide.json", params=given).json() for given in (asked, asked | {"as_of": ""}))
    assert then["decider"] == now["decider"] == "Cabinet"
    assert then["notes"] == [
        "as of 2011-04-17: rules that say they had not begun or had ended are left out, undated ones are kept"
    ]
    page = web.get("/decide", params=asked, headers=BROWSER).text
    assert 'value="2011-04-17"' in page
    assert "as of 2011-04-17" in page
    assert web.get("/decide.json", params=asked | {"as_of": "yesterday"}).status_code == 400


def test_the_page_shows_the_decider_the_clauses_and_the_gaps(web: httpx.Client) -> None:
    page = web.get("/decide", params={"kind": "claim settlement", "amount": "£1.2m"}, headers=BROWSER)
    assert page.status_code == 200
    for said in (
        "Cabinet decides, by claim-over-1m", 'href="/page/harrow/body/cabinet"', "No clause says so", "FIN b9",
        'href="/page/harrow/clause/constitution-fin-b9"', "oversees", 'value="£1.2m"', "/decide.json?kind=",
        "By the rules of: Harrow constitution",
    ):  # fmt: skip
        assert said in page.text, said
    assert page.text.count("<script") == page.text.count('<script type="application/ld+json">') == 1


def test_a_condition_is_affirmed_with_a_box(web: httpx.Client) -> None:
    asked = {"kind": "plan"}
    page = web.get("/decide", params=asked, headers=BROWSER).text
    [box] = re.findall(r'name="affirm" value="([^"]*/k-11)"', page)
    after = web.get("/decide", params=asked | {"affirm": box}, headers=BROWSER).text
    assert "Harrow Council decides, by K-11" in after
    assert "Cabinet must agree or recommend as well" in after
    assert f'value="{box}" checked' in after


def test_the_form_stands_alone_and_a_bad_amount_is_told_in_it(web: httpx.Client) -> None:
    assert "Answer" not in web.get("/decide", headers=BROWSER).text
    bad = web.get("/decide", params={"kind": "contract", "amount": '"><b>lots'}, headers=BROWSER)
    assert bad.status_code == 400
    assert "is not a sum of money" in bad.text
    assert "<b>" not in bad.text
    assert web.get("/decide.json", params={"kind": "contract", "amount": "lots"}).status_code == 400
    assert web.get("/decide.json").status_code == 400
    assert web.get("/decide.json", params={"kind": "contract", "best_consideration": "x"}).status_code == 400
    assert web.get("/decide", params={"kind": "land sale"}, headers=BROWSER).status_code == 404
