"""Facts carry over, sentences do not: no file of the project shares a run of more than eight words with a source."""

import re
import subprocess
from pathlib import Path

ROOT = Path(__file__).parents[2]
RUN = 9
LONG_NAMES = ("Education and Social Services for Children and Young People",)
"""Names of things that the documents print and that are longer than the run: a name cannot be paraphrased."""
OUR_FILES = ("*.ttl", "*.rq", "*.md", "*.py", "*.html", "*.csv")


def words(text: str) -> list[str]:
    return re.findall(r"[a-z0-9]+", text.lower().replace("'", "").replace("’", ""))


def runs(text: str) -> set[tuple[str, ...]]:
    found = words(text)
    return {tuple(found[i : i + RUN]) for i in range(len(found) - RUN + 1)}


def test_a_copied_sentence_would_be_found() -> None:
    sentence = "one two three four five six seven eight nine"
    assert runs(f"Copied: {sentence}!") & runs(sentence.title())


def test_no_file_shares_more_than_eight_words_in_a_row_with_a_source(sources: Path) -> None:
    copied: set[tuple[str, ...]] = set()
    for document in sources.iterdir():
        if document.name != "README.md":
            copied |= runs(document.read_text(encoding="utf-8"))
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", *OUR_FILES],
        cwd=ROOT, capture_output=True, text=True, check=True,
    ).stdout.splitlines()  # fmt: skip
    assert len(listed) > 50
    for name in listed:
        # Statements end at quotes in Turtle: two labels side by side are not a run.
        text = (ROOT / name).read_text(encoding="utf-8")
        for long_name in LONG_NAMES:
            text = text.replace(long_name, '"')
        parts = re.split(r'"', text)
        for part in parts:
            shared = runs(part) & copied
            assert not shared, f"{name} shares with a source: {' '.join(min(shared))}"
