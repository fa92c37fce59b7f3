"""The table of shapes/README.md is what the files hold."""

import re
from pathlib import Path

SHAPES = Path(__file__).parents[2] / "shapes"
SEVERITIES = ("Violation", "Warning", "Info")


def row(path: Path) -> str:
    """File, identifiers, and how many rules of each severity."""
    text = path.read_text(encoding="utf-8")
    rules = re.findall(r'dct:identifier "(GOV-[A-Z]+)-\d{3}"', text)
    severities = re.findall(r"sh:severity sh:(\w+)", text)
    counts = " | ".join(str(severities.count(name)) for name in SEVERITIES)
    return f"| `{path.name}` | {', '.join(sorted(set(rules)))} | {counts} |"


def test_the_table_of_rules_is_what_the_files_hold() -> None:
    wanted = [row(path) for path in sorted(SHAPES.glob("*.ttl")) if "dct:identifier" in path.read_text("utf-8")]
    found = re.findall(r"^\| `.*$", (SHAPES / "README.md").read_text(encoding="utf-8"), re.M)
    assert found == wanted, "the table should be:\n" + "\n".join(wanted)


def test_every_rule_states_its_severity_beside_its_identifier() -> None:
    """So the table counts rules and nothing else."""
    for path in sorted(SHAPES.glob("*.ttl")):
        text = path.read_text(encoding="utf-8")
        assert text.count("dct:identifier") == text.count("sh:severity"), path.name
