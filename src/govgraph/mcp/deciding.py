"""The tool for decisions: who decides a matter, by which clause, and what the text leaves open."""

import asyncio
from typing import Annotated, Any, TypeAlias

from pydantic import Field

from govgraph.decisions.answer import DECISION_KINDS, decision_of, on_day
from govgraph.decisions.case import case_of
from govgraph.decisions.rules import KINDS, RULES
from govgraph.mcp.answers import Decided
from govgraph.mcp.reading import Reading, union
from govgraph.store.base import Request

__all__ = ["Deciding"]

Pounds: TypeAlias = str | int | float | None


class Deciding:
    """The decision rules as a tool.

    Parameters
    ----------
    reading : of the store.
    """

    def __init__(self, reading: Reading) -> None:
        self._reading = reading

    async def decide(
        self,
        kind: Annotated[str, Field(description='Kind of decision, such as "revenue spend" or "land disposal".')],
        amount: Annotated[Pounds, Field(description='In pounds: 600000, "£600,000" or "1.2m".')] = None,
        service_budget: Annotated[Pounds, Field(description="Budget of the service that bears it, in pounds.")] = None,
        wards: Annotated[int | None, Field(description="How many wards it affects.")] = None,
        contract: Annotated[
            bool | str | int | float | None,
            Field(description="true where it is done by a contract of the same amount; else the contract's amount."),
        ] = None,
        best_consideration: Annotated[
            bool | None, Field(description="For land: whether it is at best consideration.")
        ] = None,
        affirm: Annotated[list[str], Field(description='Rules whose condition holds, such as ["K-4"].')] = [],  # noqa: B006
        deny: Annotated[list[str], Field(description="Rules whose condition does not hold.")] = [],  # noqa: B006
        council: Annotated[
            str, Field(description="Whose rules, where the graph holds those of several: short name or document.")
        ] = "",
        as_of: Annotated[str, Field(description="A day, as 2024-02-15; empty: today.")] = "",
    ) -> Decided:
        """Who decides a matter."""
        day, notes = on_day(as_of)
        found = await asyncio.to_thread(self._reading.names.find, kind, [DECISION_KINDS])
        rules, kinds = await self._reading.tables(Request(RULES), Request(KINDS))
        decision = decision_of(
            rules.rows,
            kinds.rows,
            found.iri,
            lambda kind: case_of(kind, amount, service_budget, wards, contract, best_consideration),
            affirm=affirm,
            deny=deny,
            council=council,
            day=day,
        )
        told: dict[str, Any] = decision.as_dict()
        clauses = await self._reading.clauses(outcome.rule.iri for _, outcome in decision.rows)
        told |= {
            "generation": rules.generation,
            "clauses": union(clause for found in clauses.values() for clause in found),
            "notes": [*decision.notes, *notes],
        }
        return Decided(**told)
