"""Backups of a generation, and their way back.

A generation never changes, so copying its files is a consistent backup while the store is served and
written to. Every copied file is checked against the manifest, before a backup or a restored generation is said to be.
"""

import contextlib
import json
import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

from govgraph.errors import BadInput, EnvironmentFailed, StoreDamaged
from govgraph.store.generations import Generation, Generations, file_digest

__all__ = ["back_up", "restore"]

_MANIFEST = "manifest.json"
_OURS = ("generation", "created", "files", "restored")
"""Parts of a manifest that belong to the store, not to what the generation says."""


def back_up(generations: Generations, destination: Path) -> Generation:
    """Copy the current generation into a new folder.

    Parameters
    ----------
    destination : is not there yet; it appears when every file in it is checked and flushed.

    Raises
    ------
    BadInput : there is something at the destination.
    StoreDamaged : a file of the generation, or of the copy, is not as it was written.
    EnvironmentFailed : it cannot be written.
    """
    if destination.exists():
        raise BadInput(f"{destination} is there already", "Name a new folder.")
    for _ in range(3):
        generation = generations.current()
        try:
            with _environment(destination):
                destination.parent.mkdir(parents=True, exist_ok=True)
                scratch = Path(tempfile.mkdtemp(prefix=".backup-", dir=destination.parent))
            try:
                with _environment(destination):
                    _copy(generation, scratch)
                    _flush(scratch)
                    scratch.chmod(0o755)
                    scratch.rename(destination)
            finally:
                shutil.rmtree(scratch, ignore_errors=True)
        except StoreDamaged:
            if generations.current().number == generation.number:
                raise
            continue  # it was removed while it was copied, because newer ones came
        return Generation(destination, generation.manifest)
    raise EnvironmentFailed("generations come faster than one can be copied", "Try again when less is written.")


def restore(generations: Generations, source: Path) -> Generation:
    """Make a backup the current generation of a store, as a new number.

    Parameters
    ----------
    source : folder that `back_up` made.

    Raises
    ------
    StoreDamaged : a file of the backup is missing or not as it was written; nothing has changed.
    StoreInUse : another process is writing.
    """
    try:
        manifest = json.loads((source / _MANIFEST).read_text())
        kept = Generation(source, manifest)
        number = kept.number
        names = [Path(name) for name in manifest["files"]]
    except (OSError, ValueError, KeyError, TypeError):
        raise StoreDamaged(f"{source / _MANIFEST} is missing or cannot be read", "Take another backup.") from None
    if any(name.is_absolute() or ".." in name.parts for name in names):
        raise StoreDamaged(f"{source / _MANIFEST} names a file outside the backup", "Take another backup.")
    kept.verify(contents=True)
    with generations.writing() as scratch:
        built = scratch / "generation"
        built.mkdir()
        with _environment(generations.folder):
            _copy(kept, built)
        (built / _MANIFEST).unlink()
        facts = {name: value for name, value in manifest.items() if name not in _OURS}
        told = {"generation": number, "created": manifest.get("created")}
        return generations.publish(built, facts | {"restored": told})


def _copy(generation: Generation, folder: Path) -> None:
    """Copy the files that the manifest names, and check each copy."""
    for name, (_, digest) in generation.manifest["files"].items():
        target = folder / name
        target.parent.mkdir(parents=True, exist_ok=True)
        try:
            shutil.copyfile(generation.folder / name, target)
        except FileNotFoundError:
            raise StoreDamaged(f"{generation.folder / name} is missing", "Build it again: govgraph build") from None
        if file_digest(target) != digest:
            raise StoreDamaged(f"{generation.folder / name} is not as it was written", "Use another copy.")
    (folder / _MANIFEST).write_text(json.dumps(generation.manifest, indent=1))


def _flush(folder: Path) -> None:
    for path in (*folder.rglob("*"), folder):
        handle = os.open(path, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


@contextlib.contextmanager
def _environment(place: Path) -> Iterator[None]:
    """Turn a full or read-only disk into an error that says so."""
    try:
        yield
    except OSError as error:
        raise EnvironmentFailed(f"{place} cannot be written ({error.strerror or error})", "Name another one.") from None
