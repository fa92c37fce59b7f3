"""The report that was made when a generation was built, and is kept with it."""

import datetime

from govgraph.review.findings import Report, read_report
from govgraph.store.generations import Generation
from govgraph.store.remote_generations import RemoteGeneration, RemoteGenerations

__all__ = ["kept_report"]


def kept_report(generation: Generation | RemoteGeneration) -> Report | None:
    """The report of a generation with its waivers as they stand today; None where it was built without a review.

    Parameters
    ----------
    generation : in a folder, or in an endpoint that govgraph has loaded.

    Raises
    ------
    StoreFailed : the endpoint does not answer, or the report is not as it was written.
    """
    today = datetime.date.today().isoformat()
    file = generation.folder / "report.json"
    if file.exists():
        return read_report(file.read_text(encoding="utf-8"), generation.number, today)
    if isinstance(generation, RemoteGeneration):
        content = RemoteGenerations(generation.endpoint).report(generation.number)
        return read_report(content.decode(), generation.number, today) if content else None
    return None
