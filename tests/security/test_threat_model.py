"""Every promise of the threat model names tests that there are."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
ROWS = re.findall(r"^\| ([TD]\d+[a-z]?) \| .* \| (.+) \|$", (ROOT / "THREAT_MODEL.md").read_text("utf-8"), re.M)


def test_there_are_promises() -> None:
    assert len(ROWS) > 20
    assert len({promise for promise, _ in ROWS}) == len(ROWS)


@pytest.mark.parametrize(("promise", "tests"), ROWS)
def test_a_promise_is_kept_by_tests_that_exist(promise: str, tests: str) -> None:
    named = re.findall(r"`(tests/[\w/]+\.py)(?:::(\w+))?`", tests)
    assert named
    for file, function in named:
        text = (ROOT / file).read_text(encoding="utf-8")
        assert re.search(rf"^def {function or 'test_'}", text, re.M), f"{promise}: {file}::{function}"
