"""The right to load into an endpoint: one holder at a time, and it runs out when its holder is gone."""

import socket
import time
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pyoxigraph as ox

from govgraph.errors import StoreInUse
from govgraph.namespaces import DEF, PREFIXES
from govgraph.store.endpoint import Endpoint
from govgraph.store.remote_generations import GENERATIONS, rows_of

__all__ = ["LEASE_SECONDS", "Lease"]

LEASE_SECONDS = 120.0
"""A lease that has not been renewed for so long is free."""

_SETTLE = 0.3  # seconds after which two who took the lease at one time both see who has it
_HELD = f"<{GENERATIONS}> <{DEF}loader> ?who ; <{DEF}loaderUntil> ?until"


class Lease:
    """The right to load into an endpoint.

    Parameters
    ----------
    endpoint : where it is written down.
    place : what tells loads on this machine apart; the caller has made sure that no other load runs there.

    Raises
    ------
    StoreInUse : somebody else has it.
    """

    def __init__(self, endpoint: Endpoint, place: str) -> None:
        self._endpoint = endpoint
        self._mine = f"{socket.gethostname()} {place} "
        self.holder = self._mine + uuid4().hex
        self._renewed = 0.0
        for who, until in self._holders():
            if not who.startswith(self._mine) and until > _now():
                raise _in_use(endpoint, who, until)
        self._write(LEASE_SECONDS)
        time.sleep(_SETTLE)
        self.check()

    def renew(self, seconds: float = LEASE_SECONDS) -> None:
        """Hold it for longer; a request that may take long asks for more at once.

        Raises
        ------
        StoreInUse : it had run out, and somebody else has it now.
        """
        if seconds == LEASE_SECONDS and time.monotonic() - self._renewed < LEASE_SECONDS / 8:
            return
        self.check()
        self._write(seconds)

    def check(self) -> None:
        """Make sure that it is still held.

        Raises
        ------
        StoreInUse : somebody else has it.
        """
        holders = self._holders()
        for who, until in holders:
            if who != self.holder:
                raise _in_use(self._endpoint, who, until)
        if not holders:  # it ran out, and who had it meanwhile has given it back
            raise StoreInUse(f"{self._endpoint.url} has been loaded by another meanwhile", "Run it again.")

    def release(self) -> None:
        """Give it back."""
        text = ox.Literal(self.holder)
        self._endpoint.update(
            f"DELETE {{ GRAPH <{GENERATIONS}> {{ {_HELD} }} }}"
            f" WHERE {{ GRAPH <{GENERATIONS}> {{ {_HELD} . FILTER (?who = {text}) }} }}"
        )

    def _holders(self) -> list[tuple[str, datetime]]:
        query = f"SELECT ?who ?until WHERE {{ {_HELD} }}"
        rows = rows_of(self._endpoint.query(query, ("application/sparql-results+json",), (GENERATIONS,))[1])
        return [(row["who"], _read(row["until"])) for row in rows]

    def _write(self, seconds: float) -> None:
        until = (_now() + timedelta(seconds=seconds)).isoformat(timespec="seconds")
        self._endpoint.update(
            f"DELETE {{ GRAPH <{GENERATIONS}> {{ {_HELD} }} }} WHERE {{ GRAPH <{GENERATIONS}> {{ {_HELD} }} }} ;\n"
            f"INSERT DATA {{ GRAPH <{GENERATIONS}> {{ <{GENERATIONS}> <{DEF}loader> {ox.Literal(self.holder)} ;"
            f' <{DEF}loaderUntil> "{until}"^^<{PREFIXES["xsd"]}dateTime> }} }}'
        )
        self._renewed = time.monotonic()


def _now() -> datetime:
    return datetime.now(UTC)


def _read(text: str) -> datetime:
    """A time as an engine writes it; one that cannot be read has run out."""
    try:
        found = datetime.fromisoformat(text.replace("Z", "+00:00"))
    except ValueError:
        return datetime.min.replace(tzinfo=UTC)
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def _in_use(endpoint: Endpoint, who: str, until: datetime) -> StoreInUse:
    host = who.split(" ")[0] or "somebody"
    return StoreInUse(
        f"{endpoint.url} is being loaded from {host} until {until:%H:%M:%S} UTC or longer",
        "Wait until that has finished; what a killed load holds comes free then.",
    )
