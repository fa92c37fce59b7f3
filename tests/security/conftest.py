"""A site in a process of its own, and a canary that counts who reaches it."""

import json
import os
import socket
import subprocess
import sys
import textwrap
import threading
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import httpx
import pytest
from tests.security.places import Canary, Site

PROGRAM = textwrap.dedent(
    """
    import json, socket, sys
    from dataclasses import replace
    from pathlib import Path
    import uvicorn
    from govgraph.limits import LIMITS
    from govgraph.web.app import create_app
    given = json.loads(sys.argv[1])
    limits = replace(LIMITS, **given["limits"])
    listening = socket.socket(fileno=given["socket"])
    app = create_app(Path(given["store"]), limits, tokens=given["tokens"])
    config = uvicorn.Config(app, log_level="warning")
    uvicorn.Server(config).run(sockets=[listening])
    """
)


@pytest.fixture(scope="module")
def start_site(store_folder: Path) -> Iterator[Callable[..., Site]]:
    """Starts a site in its own process over the packaged graph, with some limits changed."""
    started: list[Site] = []

    def start(store: Path = store_folder, tokens: dict[str, str] | None = None, **limits: Any) -> Site:
        with socket.socket() as listening:
            listening.bind(("127.0.0.1", 0))
            listening.listen(512)
            os.set_inheritable(listening.fileno(), True)
            given = json.dumps({"store": str(store), "limits": limits, "socket": listening.fileno(), "tokens": tokens})
            process = subprocess.Popen([sys.executable, "-c", PROGRAM, given], pass_fds=[listening.fileno()])
            site = Site(process, f"http://127.0.0.1:{listening.getsockname()[1]}")
        started.append(site)
        deadline = time.monotonic() + 60
        while True:
            assert process.poll() is None, "the site does not start"
            assert time.monotonic() < deadline, "the site does not start in time"
            try:
                if httpx.get(site.address + "/healthz", timeout=10).status_code == 200:
                    return site
            except httpx.TransportError:
                time.sleep(0.05)

    yield start
    for site in started:
        site.process.terminate()
        site.process.wait(20)


@pytest.fixture
def canary() -> Iterator[Canary]:
    """A canary on a free loopback port."""
    found = Canary("")

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            found.hits.append(self.path)
            self.send_response(200)
            self.end_headers()

        do_POST = do_GET  # noqa: N815 - the name that the library calls

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    found.address = f"http://127.0.0.1:{server.server_port}"
    yield found
    server.shutdown()
    server.server_close()
    thread.join(5)
