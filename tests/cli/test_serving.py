"""`serve`: what it refuses before it listens, and the scratch store that it serves."""

import signal
import sys
from collections.abc import Iterator

import pytest

from govgraph.cli import main

GOOD = "clerk:0123456789abcdef0123"


@pytest.fixture(autouse=True)
def _signals() -> Iterator[None]:
    before = signal.getsignal(signal.SIGINT)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.mark.parametrize(
    ("token", "words", "said"),
    [
        ("", ["--writable"], "GOVGRAPH_TOKEN holds none"),
        ("short", ["--writable"], "fewer than 16 characters"),
        (GOOD, ["--writable", "--host", "0.0.0.0"], "would send tokens in the clear"),
        (GOOD, ["--writable", "--host", "::"], "would send tokens in the clear"),
        (GOOD, ["--writable", "--host", "example.org"], "would send tokens in the clear"),
        (GOOD, ["--tls-key", __file__], "TLS needs a certificate and its key"),
        (GOOD, ["--empty", "--store", "x"], "--empty is a store of its own"),
    ],
)
def test_a_service_that_would_be_unsafe_does_not_start(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], token: str, words: list[str], said: str
) -> None:
    monkeypatch.setenv("GOVGRAPH_TOKEN", token)
    monkeypatch.setattr(sys, "argv", ["govgraph", "serve", *words])
    with pytest.raises(SystemExit) as stopped:
        main()
    assert stopped.value.code == 2
    assert said in capsys.readouterr().err
