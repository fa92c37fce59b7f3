"""An installed wheel has the graph in it and answers as a checkout does."""

import os
import subprocess
import sys
import venv
import zipfile
from pathlib import Path

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
