"""A module imports only from lower floors, or from its own folder (DESIGN.md §3)."""

import ast
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parents[1] / "src" / "govgraph"
WORDS = ("errors", "limits", "namespaces", "settings", "resources")
FLOORS = {
    "words": 0,
    "rdf": 1,
    "store": 2,
    "knowledge": 3,
    "accountability": 4,
    "decisions": 4,
    "questions": 5,
    "review": 5,
    "conversion": 5,
    "importers": 6,
    "writing": 6,
    "graph": 6,
    "opening": 7,
    "cli": 8,
    "web": 8,
    "notebook": 8,
    "mcp": 8,
}
MODULES = sorted(PACKAGE.rglob("*.py"))
STARTS_A_SERVER = {("cli", "web"), ("cli", "mcp")}


def part_of(module: Path) -> str:
    return home(module.relative_to(PACKAGE).with_suffix("").parts[0])


def home(part: str) -> str:
    return "words" if part in WORDS else part


def imports(module: Path) -> set[str]:
    """Dotted names that the module imports, anywhere in it, except for type checking only."""
    tree = ast.parse(module.read_text(encoding="utf-8"))
    found: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.If) and isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING":
            node.body = []
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found.add(node.module)
            found |= {f"{node.module}.{alias.name}" for alias in node.names if node.module == "govgraph"}
    return found


@pytest.mark.parametrize("module", MODULES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_a_module_imports_only_from_lower_floors(module: Path) -> None:
    own = part_of(module)
    if own in ("__init__", "__main__"):
        return
    for name in imports(module):
        parts = name.split(".")
        if parts[0] != "govgraph" or len(parts) == 1 or home(parts[1]) not in FLOORS:
            continue
        other = home(parts[1])
        allowed = other == own or FLOORS[other] < FLOORS[own] or (own, other) in STARTS_A_SERVER
        assert allowed, f"{own} (floor {FLOORS[own]}) imports {name} (floor {FLOORS[other]})"


@pytest.mark.parametrize("module", sorted((PACKAGE / "web").rglob("*.py")), ids=lambda path: path.name)
def test_the_web_process_never_parses_or_runs_public_rdf(module: Path) -> None:
    forbidden = {"rdflib", "pyshacl", "govgraph.store.embedded", "govgraph.review.engine"}
    assert not {name for name in imports(module) if name in forbidden or name.split(".")[0] in forbidden}


def test_every_folder_has_a_floor() -> None:
    assert {part_of(module) for module in MODULES} <= FLOORS.keys() | {"__init__", "__main__"}


@pytest.mark.parametrize("module", MODULES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_no_module_is_longer_than_400_lines(module: Path) -> None:
    assert len(module.read_text(encoding="utf-8").splitlines()) <= 400
