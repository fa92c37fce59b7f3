"""What the tests of this folder act on: a running site, and a canary."""

import os
import subprocess
from dataclasses import dataclass, field
from pathlib import Path

import httpx

__all__ = ["Canary", "Site"]


@dataclass
class Site:
    """A running site.

    Parameters
    ----------
    process : of the server.
    address : where it answers.
    """

    process: "subprocess.Popen[bytes]"
    address: str

    def client(self, source: str = "127.0.0.1") -> httpx.Client:
        """A client that asks from a loopback address of its own, so that the site can tell clients apart."""
        return httpx.Client(
            base_url=self.address, timeout=60, transport=httpx.HTTPTransport(local_address=source, retries=0)
        )

    @property
    def resident_bytes(self) -> int:
        """Memory of the web process, its readers apart."""
        pages = int(Path(f"/proc/{self.process.pid}/statm").read_text().split()[1])
        return pages * os.sysconf("SC_PAGE_SIZE")


@dataclass
class Canary:
    """A server that nobody should reach.

    Parameters
    ----------
    address : where it listens.
    hits : paths that were asked for.
    """

    address: str
    hits: list[str] = field(default_factory=list)
