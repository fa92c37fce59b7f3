"""Build on this machine, and load the result into an endpoint: what `govgraph build --store URL` does."""

import contextlib
import fcntl
import os
import shutil
from collections.abc import Iterator
from pathlib import Path

from govgraph.errors import EnvironmentFailed, StoreInUse, StoreMissing
from govgraph.knowledge.build import Gate, build, digest_of_inputs, holds
from govgraph.resources import packaged
from govgraph.store.endpoint import Endpoint
from govgraph.store.generations import Generations
from govgraph.store.publishing import Published, Step, publish
from govgraph.store.remote_generations import RemoteGeneration, RemoteGenerations, cached_folder

__all__ = ["Published", "build_into", "publish"]


def build_into(
    endpoint: Endpoint,
    data: Path | None = None,
    *,
    gate: Gate | None = None,
    force: bool = False,
    progress: Step = lambda step: None,
) -> Published:
    """Build a data folder on this machine and load the result into an endpoint.

    What is built stays in the user's cache folder until it is loaded, so that an interrupted load need not build again.

    Parameters
    ----------
    data : a data folder with a catalogue; None is the packaged graph.
    gate : judges the merged facts before anything is loaded.
    force : build and load even if nothing has changed.

    Raises
    ------
    StoreInUse : another load runs, here or elsewhere.
    EndpointFailed, NotADataFolder, BadRdf : the endpoint answers as before.
    """
    generations = RemoteGenerations(endpoint)
    if not force and (current := _unchanged(generations, digest_of_inputs(data or packaged("data")))):
        return Published(current, fresh=False)
    with _alone(endpoint) as folder:
        scratch = folder / "building"
        built = build(Generations(scratch), data, gate=gate, force=force, progress=progress).generation
        published = publish(endpoint, built, place=str(folder), force=force, progress=progress)
        kept = published.generation.folder
        kept.mkdir(parents=True, exist_ok=True)
        for name in ("names.sqlite", "report.json"):
            if (built.folder / name).exists():
                (built.folder / name).replace(kept / name)
        shutil.rmtree(scratch, ignore_errors=True)
        return published


def _unchanged(generations: RemoteGenerations, inputs: str) -> RemoteGeneration | None:
    try:
        current = generations.loaded()
    except StoreMissing:
        return None
    return current if current and holds(current.manifest, inputs) else None


@contextlib.contextmanager
def _alone(endpoint: Endpoint) -> Iterator[Path]:
    """The folder for what is made from an endpoint, held against other loads of this user on this machine."""
    folder = cached_folder(endpoint.url)
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        lock = os.open(folder / "loading.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except OSError as error:
        raise EnvironmentFailed(
            f"{folder} cannot be written to ({error.strerror})", "Name another folder for caches: XDG_CACHE_HOME."
        ) from None
    try:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise StoreInUse(
                f"{endpoint.url} is being loaded from this machine", "Wait until it has finished."
            ) from None
        yield folder
    finally:
        os.close(lock)
