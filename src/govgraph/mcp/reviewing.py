"""The tool for the review: what the shapes found in the current generation."""

import asyncio
import json
from dataclasses import asdict
from typing import Annotated, Literal

from pydantic import Field

from govgraph.errors import StoreDamaged
from govgraph.mcp.answers import Findings, Limit, fitting
from govgraph.mcp.reading import Reading, union
from govgraph.review.findings import Report
from govgraph.review.kept import kept_report
from govgraph.store.remote_generations import AnyGeneration

__all__ = ["Reviewing"]

_UNSEEN = "This generation was built without its review. For one: govgraph build --force"


class Reviewing:
    """The kept report as a tool.

    Parameters
    ----------
    reading : of the store.
    """

    def __init__(self, reading: Reading) -> None:
        self._reading = reading

    async def review_summary(
        self,
        severity: Annotated[
            Literal["violation", "warning", "info"], Field(description="Findings of this severity or worse.")
        ] = "info",
        limit: Limit = 50,
    ) -> Findings:
        """The findings of the last review."""
        generation = self._reading.latest
        report = await asyncio.to_thread(_kept, generation)
        if report is None:
            return Findings(
                generation=generation.number, notes=[_UNSEEN], reviewed=False, counts={}, findings=[], total=0
            )
        found = [asdict(finding) for finding in report.at_least(severity)]
        how = "Raise limit, or ask for a worse severity."
        kept, cut = fitting(found, limit, len(found), "findings", how, self._reading.limits)
        clauses = await self._reading.clauses(finding["focus"] for finding in kept)
        return Findings(
            generation=generation.number,
            clauses=union(clause for of_one in clauses.values() for clause in of_one),
            cut=cut,
            reviewed=True,
            counts=report.summary,
            findings=kept,
            total=len(found),
        )


def _kept(generation: AnyGeneration) -> Report | None:
    try:
        return kept_report(generation)
    except (OSError, KeyError, TypeError, json.JSONDecodeError) as error:
        raise StoreDamaged(
            f"the report of generation {generation.number} cannot be read ({error})",
            "Build it again: govgraph build --force",
        ) from None
