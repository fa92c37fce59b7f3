"""What each pattern of a query finds, alone and together with those before it; and which one leaves nothing.

The counts are queries of their own, made from the text by `govgraph.store.patterns` and run in a reader, each
with a share of the deadline. What cannot be counted in its share is said to be so, not guessed.
"""

import json
import time
from dataclasses import dataclass, replace
from typing import Any

from starlette.requests import Request as HttpRequest
from starlette.responses import Response

from govgraph.errors import BadInput, DeadlinePassed, GovgraphError
from govgraph.store.base import Request
from govgraph.store.patterns import parts_of
from govgraph.web.negotiate import negotiated
from govgraph.web.state import Site

__all__ = ["Explained", "emptied_by", "explain", "shown"]

_AT_MOST = 40  # patterns that are counted


@dataclass(frozen=True)
class Step:
    """One pattern.

    Parameters
    ----------
    pattern : its text.
    alone : how many solutions it has by itself; None where that was not counted in time.
    together : how many are left of those before it; None where that was not counted in time.
    milliseconds : what the counting took.
    """

    pattern: str
    alone: int | None
    together: int | None
    milliseconds: float


@dataclass(frozen=True)
class Explained:
    """A query with the counts of its patterns.

    Parameters
    ----------
    generation : that was asked.
    steps : in the order of the text.
    """

    generation: int
    steps: tuple[Step, ...]

    @property
    def empties(self) -> Step | None:
        """The first pattern after which nothing is left."""
        return next((step for step in self.steps if step.together == 0), None)

    @property
    def sentence(self) -> str:
        """Which pattern leaves nothing, in words."""
        step = self.empties
        if step is None:
            return ""
        if step.alone == 0:
            return f"Nothing in the graph matches {_short(step.pattern)}."
        alone = "" if step.alone is None else f", though alone it matches {step.alone:,} times"
        return f"After {_short(step.pattern)} nothing is left{alone}."

    def as_json(self) -> dict[str, Any]:
        """For programs."""
        steps = [
            {"pattern": s.pattern, "alone": s.alone, "together": s.together, "milliseconds": s.milliseconds}
            for s in self.steps
        ]
        told = {"generation": self.generation, "patterns": steps}
        return told | {"emptied by": self.empties.pattern if self.empties else None, "sentence": self.sentence}

    def as_text(self) -> str:
        """For people: one line for each pattern."""

        def told(count: int | None) -> str:
            return "not in time" if count is None else f"{count:,}"

        lines = [f"{'together':>12}  {'alone':>12}  {'ms':>8}  pattern"]
        for step in self.steps:
            pattern = " ".join(step.pattern.split())
            lines.append(f"{told(step.together):>12}  {told(step.alone):>12}  {step.milliseconds:>8.1f}  {pattern}")
        return "\n".join([*lines, *([self.sentence] if self.sentence else [])]) + "\n"


def _short(pattern: str) -> str:
    text = " ".join(pattern.split())
    return text if len(text) <= 120 else text[:119] + "…"


async def explain(site: Site, request: Request, generation: str = "") -> Explained:
    """Count the patterns of a query.

    Raises
    ------
    BadInput : the query cannot be taken apart.
    GovgraphError : a count cannot be run at all, such as for a text that is no SPARQL.
    """
    found = parts_of(request.text)
    if found is None or len(found.patterns) > _AT_MOST:
        raise BadInput("this query has no patterns that can be counted one by one", "Ask for a simpler one.")
    seconds = site.limits.query_seconds / (2 * len(found.patterns))
    number, steps = 0, []
    whole: tuple[str, ...] = ()
    left: int | None = None
    for pattern in found.patterns:
        whole += (pattern,)
        started = time.perf_counter()
        alone, number = await _counted(site, request, found.count(pattern), generation, seconds)
        if left != 0:  # what comes after nothing is nothing
            left, number = await _counted(site, request, found.count(*whole), generation, seconds)
        elif pattern.lower().startswith(("optional", "filter")):
            alone = None
        steps.append(Step(pattern, alone, left, round((time.perf_counter() - started) * 1000, 3)))
    return Explained(number, tuple(steps))


async def _counted(site: Site, request: Request, text: str, generation: str, seconds: float) -> tuple[int | None, int]:
    """The count, and the generation; no count where it takes too long."""
    wanted = replace(request, text=text, accept=("application/sparql-results+json",), most=0)
    try:
        answer = await site.query(wanted, generation, max(0.05, seconds))
    except DeadlinePassed:
        return None, site.generation(generation).number if generation else site.latest.number
    [row] = json.loads(answer.body)["results"]["bindings"]
    return int(row["n"]["value"]), answer.generation


async def emptied_by(site: Site, request: Request, generation: str = "") -> str:
    """A sentence that says which pattern of a query without rows leaves nothing; empty where that cannot be said."""
    try:
        return (await explain(site, request, generation)).sentence
    except GovgraphError:
        return ""


def shown(request: HttpRequest, explained: Explained, form: str, headers: dict[str, str]) -> Response:
    """An explanation as JSON, or as text."""
    offered = ["application/json", "text/plain"]
    accept = None if form == "json" else request.headers.get("accept")
    wanted = (negotiated(accept, offered) or offered)[0]
    if wanted == "text/plain":
        body = explained.as_text()
    else:
        body = json.dumps(explained.as_json(), indent=1, ensure_ascii=False)
    told = {"Vary": "Accept", "Cache-Control": "no-store", "Govgraph-Generation": str(explained.generation)}
    return Response(body, headers={"Content-Type": f"{wanted}; charset=utf-8", **told, **headers})
