"""The names of a generation in an endpoint: the same file as an embedded generation has, made here once and kept."""

import contextlib
import os
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from govgraph.errors import EnvironmentFailed
from govgraph.knowledge.facts import RDF_TYPE, RDFS, SKOS, Facts, statements
from govgraph.knowledge.merge import names_in
from govgraph.knowledge.naming import DESCRIBING, NAMING
from govgraph.store.names import is_up_to_date, write_names
from govgraph.store.remote import RemoteReader
from govgraph.store.remote_generations import RemoteGeneration

__all__ = ["names_file"]

_FRESH = 3_600.0  # seconds; what govgraph has not loaded may change without telling
_PREDICATES = {term.value for term in (RDF_TYPE, RDFS.subClassOf, SKOS.inScheme, *NAMING, *DESCRIBING)}


def names_file(
    reader: RemoteReader, generation: RemoteGeneration, progress: Callable[[str], None] = lambda step: None
) -> Path:
    """The file of a generation's names; it is made where there is none yet, or only one of an earlier version.

    Parameters
    ----------
    reader : of the generation.
    progress : told when it is made, which takes as long as fetching labels and descriptions does.

    Raises
    ------
    StoreFailed : the endpoint fails, or holds more than may be copied.
    EnvironmentFailed : the user's cache folder cannot be written to.

    Examples
    --------
    ``Names(names_file(reader, generation))``
    """
    file = generation.names
    with contextlib.suppress(OSError):
        fresh = not generation.foreign or time.time() - file.stat().st_mtime < _FRESH
        if fresh and is_up_to_date(file):
            return file
    progress("fetching names")
    superseded = [name for name in generation.manifest.get("superseded", ()) if name in generation.named_graphs]
    facts = Facts(statements(reader.copies.statements(_PREDICATES)))
    old = Facts(statements(reader.copies.statements(_PREDICATES, superseded) if superseded else ()))
    try:
        file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        handle, partial = tempfile.mkstemp(prefix="names-", dir=file.parent)
        os.close(handle)
        try:
            write_names(Path(partial), names_in(facts, old))
            os.replace(partial, file)
        finally:
            Path(partial).unlink(missing_ok=True)
    except OSError as error:
        raise EnvironmentFailed(
            f"{file.parent} cannot be written to ({error.strerror})", "Name another cache folder with XDG_CACHE_HOME."
        ) from None
    return file
