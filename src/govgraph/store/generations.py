"""Numbered, immutable generations of the graph, and the one lock for writing.

A store is a folder::

    govgraph-store.json      {"format": 1}
    lock                     held (flock) by whoever writes
    current                  the number of the generation that readers open
    generations/000007/
        manifest.json        number, time, inputs, counts, size and SHA-256 of every file
        store/               RocksDB, opened read-only
        names.sqlite         names and descriptions for search and "did you mean"
        report.json          findings of the shapes, when it was validated
    building-…/              only while a build runs; left-overs are removed by the next

A generation appears by one rename, after everything in it is flushed to disk, and
is never changed again. So readers need no lock, and a killed build changes nothing.
"""

import contextlib
import fcntl
import hashlib
import json
import os
import shutil
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from govgraph.errors import EnvironmentFailed, StoreDamaged, StoreFailed, StoreInUse, StoreMissing, StoreTooNew
from govgraph.limits import LIMITS
from govgraph.store.scratch import scratch_in

__all__ = ["FORMAT", "Generation", "Generations", "file_digest"]

FORMAT = 1
"""Layout of the store folder that this version reads and writes."""

_MARK = "govgraph-store.json"
_AT_ONCE = 2
"""Files of a generation that are flushed and read for their digest at a time."""


@dataclass(frozen=True)
class Generation:
    """One immutable generation.

    Parameters
    ----------
    folder : where it is.
    manifest : what `Generations.publish` wrote.
    """

    folder: Path
    manifest: dict[str, Any]

    @property
    def number(self) -> int:
        """Its number: the ETag, the citation, the handle for comparison."""
        return int(self.manifest["generation"])

    @property
    def store(self) -> Path:
        """Folder of the quads."""
        return self.folder / "store"

    @property
    def names(self) -> Path:
        """File of the names."""
        return self.folder / "names.sqlite"

    @property
    def reader(self) -> tuple[str, ...]:
        """Module, and its arguments, of a process that reads it."""
        return "govgraph.store.worker", str(self.store), str(self.number)

    @property
    def greeting(self) -> bytes:
        """What that process is told first."""
        return b""

    def verify(self, contents: bool) -> None:
        """Check that every file is there with its size and, if `contents`, its SHA-256.

        Raises
        ------
        StoreDamaged : names the first file that differs.
        """
        for name, (size, digest) in self.manifest["files"].items():
            path = self.folder / name
            try:
                changed = path.stat().st_size != size or (contents and file_digest(path) != digest)
            except OSError:
                raise _damaged(path, "is missing") from None
            if changed:
                raise _damaged(path, "is not as it was written")


class Generations:
    """The generations of one store folder.

    Parameters
    ----------
    folder : the store; it need not exist yet.

    Raises
    ------
    StoreTooNew : a newer govgraph wrote it.
    StoreFailed : the folder holds something else.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._current = str(folder / "current")
        self._latest: Generation | None = None
        self._mark: tuple[int, int] | None = None  # inode and time of the file that names the latest
        self._check_format()

    def _check_format(self) -> None:
        if not self.folder.exists():
            return
        if not self.folder.is_dir():
            raise StoreFailed(f"{self.folder} is a file, not a store", "Name another folder with --store.")
        mark = self.folder / _MARK
        try:
            found = int(json.loads(mark.read_text())["format"])
        except FileNotFoundError:
            if any(self.folder.iterdir()):
                raise StoreFailed(
                    f"{self.folder} holds other files and is not a govgraph store", "Name another folder with --store."
                ) from None
            return
        except (ValueError, KeyError, TypeError):
            raise _damaged(mark, "cannot be read") from None
        if found > FORMAT:
            raise StoreTooNew(
                f"{self.folder} was written by a newer govgraph (store format {found}, this version reads {FORMAT})",
                "Upgrade govgraph, or name another folder with --store.",
            )

    def current(self) -> Generation:
        """The generation that readers open.

        Raises
        ------
        StoreMissing, StoreDamaged
        """
        try:
            number = int((self.folder / "current").read_text())
        except FileNotFoundError:
            raise StoreMissing(f"nothing has been built in {self.folder}", "Build it: govgraph build") from None
        except ValueError:
            raise _damaged(self.folder / "current", "cannot be read") from None
        return self.open(number)

    def latest(self) -> Generation:
        """Like `current`, but a generation that was opened before is not checked again: cheap enough per request."""
        try:
            found = os.stat(self._current)
        except OSError:
            return self.current()  # says what is missing
        mark = found.st_ino, found.st_mtime_ns
        if self._latest is None or mark != self._mark:
            self._latest, self._mark = self.current(), mark
        return self._latest

    def numbers(self) -> list[int]:
        """The numbers of the generations that are kept, oldest first."""
        return sorted(int(path.name) for path in (self.folder / "generations").glob("[0-9]*"))

    def folder_of(self, number: int) -> Path:
        """Folder of one generation by number, whether or not it is kept."""
        return self.folder / "generations" / f"{number:06d}"

    def open(self, number: int) -> Generation:
        """One generation by number, checked against its manifest."""
        folder = self.folder_of(number)
        try:
            manifest = json.loads((folder / "manifest.json").read_text())
            total = sum(size for size, _ in manifest["files"].values())
        except (OSError, ValueError, KeyError, TypeError):
            raise _damaged(folder / "manifest.json", "is missing or cannot be read") from None
        generation = Generation(folder, manifest)
        generation.verify(contents=total <= LIMITS.verify_bytes)
        return generation

    @contextlib.contextmanager
    def writing(self) -> Iterator[Path]:
        """Hold the write lock and give an empty scratch folder inside the store; it is removed at the end.

        Raises
        ------
        StoreInUse : another process holds the lock.
        """
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            lock = os.open(self.folder / "lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
        except OSError as error:
            raise EnvironmentFailed(
                f"{self.folder} cannot be written to ({error.strerror})", "Name another folder with --store."
            ) from None
        try:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                owner = os.pread(lock, 20, 0).decode(errors="replace").strip() or "unknown"
                raise StoreInUse(
                    f"{self.folder} is being written by process {owner}", "Wait until it has finished, or use --store."
                ) from None
            os.ftruncate(lock, 0)
            os.pwrite(lock, str(os.getpid()).encode(), 0)
            for leftover in self.folder.glob("building-*"):
                shutil.rmtree(leftover, ignore_errors=True)
            if not (self.folder / _MARK).exists():
                _write(self.folder / _MARK, json.dumps({"format": FORMAT}))
            with scratch_in(self.folder, "building-") as scratch:
                yield scratch
        finally:
            os.close(lock)

    def publish(self, built: Path, facts: dict[str, Any], before: Generation | None = None) -> Generation:
        """Make a built folder the current generation; the caller holds the lock.

        Parameters
        ----------
        built : folder inside the scratch folder, with ``store/`` and ``names.sqlite``.
        facts : what else the manifest says.
        before : the generation that this one shares files with; what is the same file is on disk already.
        """
        folder = self.folder / "generations"
        folder.mkdir(exist_ok=True)
        number = 1 + max(self.numbers(), default=0)
        names = [str(path.relative_to(built)) for path in sorted(built.rglob("*")) if path.is_file()]
        shared = {name: told for name in names if (told := _shared(built, name, before))}
        fresh = [built / name for name in names if name not in shared]
        with ThreadPoolExecutor(_AT_ONCE, "govgraph-publish") as threads:
            measured = dict(zip(fresh, threads.map(_flushed, fresh), strict=True))
        files = {name: shared.get(name) or measured[built / name] for name in names}
        created = datetime.now(UTC).isoformat(timespec="seconds")
        manifest = {"generation": number, "created": created, **facts, "files": files}
        _write(built / "manifest.json", json.dumps(manifest, indent=1))
        _sync(built / "store")
        _sync(built)
        final = folder / f"{number:06d}"
        built.rename(final)
        _sync(folder)
        _write(self.folder / "current", f"{number}\n")
        for old in sorted(folder.glob("[0-9]*"))[: -LIMITS.generations_kept]:
            shutil.rmtree(old, ignore_errors=True)
        return Generation(final, manifest)


def _flushed(path: Path) -> tuple[int, str]:
    """Size and digest of a file that is on disk now."""
    _sync(path)
    return path.stat().st_size, file_digest(path)


def _shared(built: Path, name: str, before: Generation | None) -> tuple[int, str] | None:
    """Size and digest of a file that a generation has under the same name, if it is the very same file."""
    told = before.manifest["files"].get(name) if before else None
    if before is None or told is None or not (built / name).samefile(before.folder / name):
        return None
    return told[0], told[1]


def file_digest(path: Path) -> str:
    """SHA-256 of a file, in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _write(path: Path, text: str) -> None:
    """Write a small file so that a reader sees the old one or the new one, never a part."""
    partial = path.with_name(path.name + ".part")
    partial.write_text(text)
    _sync(partial)
    partial.replace(path)
    _sync(path.parent)


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _damaged(path: Path, how: str) -> StoreDamaged:
    return StoreDamaged(f"{path} {how}", "Build it again: govgraph build --force")
