"""Real engines for the tests: each started in a folder of its own, on free ports of 127.0.0.1, and stopped again."""

import secrets
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

__all__ = ["Served", "missing_oxigraph", "missing_virtuoso", "oxigraph", "virtuoso"]

SECONDS = 60
INI = """\
[Database]
DatabaseFile = {folder}/virtuoso.db
ErrorLogFile = {folder}/virtuoso.log
LockFile = {folder}/virtuoso.lck
TransactionFile = {folder}/virtuoso.trx
xa_persistent_file = {folder}/virtuoso.pxa
ErrorLogLevel = 7
FileExtend = 200
MaxCheckpointRemap = 2000
Striping = 0
TempStorage = TempDatabase

[TempDatabase]
DatabaseFile = {folder}/virtuoso-temp.db
TransactionFile = {folder}/virtuoso-temp.trx
MaxCheckpointRemap = 2000
Striping = 0

[Parameters]
ServerPort = 127.0.0.1:{sql_port}
DisableUnixSocket = 1
ServerThreads = 20
CheckpointInterval = 0
NumberOfBuffers = 40000
MaxDirtyBuffers = 30000
DirsAllowed = {folder}
DefaultIsolation = 2
CaseMode = 2
MaxMemPoolSize = 200000000
StopCompilerWhenXOverRunTime = 1

[HTTPServer]
ServerPort = 127.0.0.1:{http_port}
ServerRoot = {folder}
ServerThreads = 10
MaxClientConnections = 20
KeepAliveTimeout = 15
EnabledGzipContent = 0
HTTPThreadSize = 280000

[SPARQL]
ResultSetMaxRows = {rows}
MaxQueryExecutionTime = 60
DefaultQuery = ASK {{}}

[Client]
SQL_PREFETCH_ROWS = 100
SQL_PREFETCH_BYTES = 16000
SQL_QUERY_TIMEOUT = 0
SQL_TXN_TIMEOUT = 0
"""


@dataclass(frozen=True)
class Served:
    """A running engine: its addresses, and the account that may write."""

    name: str
    url: str
    update_url: str
    graph_store_url: str
    user: str = ""
    password: str = ""
    pid: int = 0


def missing_oxigraph() -> str:
    """Why the Oxigraph server cannot be started here; empty if it can."""
    return "" if _oxigraph() else "the Oxigraph server (package oxigraph) is not installed"


def missing_virtuoso() -> str:
    """Why Virtuoso cannot be started here; empty if it can."""
    found = shutil.which("virtuoso-t") and shutil.which("isql-vt")
    return "" if found else "Virtuoso (package virtuoso-opensource-7-bin) is not installed"


def free_port() -> int:
    """A port that nobody listens on just now."""
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        return int(listening.getsockname()[1])


@contextmanager
def oxigraph(folder: Path, *options: str, port: int = 0, kept: bool = False) -> Iterator[Served]:
    """The Oxigraph server; `options` go to ``oxigraph serve``.

    Parameters
    ----------
    kept : its store is in the folder, new or not. Else it is in memory, where a change waits for no disk.
    """
    port = port or free_port()
    place = ["--location", str(folder)] if kept else []
    command = [str(_oxigraph()), "serve", *place, "--bind", f"127.0.0.1:{port}", *options]
    with (folder.parent / f"{folder.name}.log").open("wb") as log:
        process = subprocess.Popen(command, stdout=log, stderr=log)
    try:
        _wait(port, process)
        root = f"http://127.0.0.1:{port}"
        yield Served("oxigraph", f"{root}/query", f"{root}/update", f"{root}/store", pid=process.pid)
    finally:
        process.kill()
        process.wait(SECONDS)


@contextmanager
def virtuoso(folder: Path, rows: int = 10_000_000) -> Iterator[Served]:
    """Virtuoso over an empty database in the folder.

    Parameters
    ----------
    rows : at how many rows it cuts an answer (its own default is 10,000).
    """
    sql_port, http_port = free_port(), free_port()
    settings = folder / "virtuoso.ini"
    settings.write_text(INI.format(folder=folder, sql_port=sql_port, http_port=http_port, rows=rows))
    command = ["virtuoso-t", "+foreground", "+configfile", str(settings)]
    with (folder / "start.log").open("wb") as log:
        process = subprocess.Popen(command, cwd=folder, stdout=log, stderr=log)
    try:
        _wait(http_port, process)
        _online(folder / "virtuoso.log", process)
        password = "p" + secrets.token_hex(12)  # SQL: a word, not in quotes
        _isql(sql_port, "dba", f"SET PASSWORD dba {password};")
        _isql(sql_port, password, f"UPDATE DB.DBA.SYS_USERS SET U_PASSWORD='{password}' WHERE U_NAME='dav';")
        root = f"http://127.0.0.1:{http_port}"
        yield Served(
            "virtuoso", f"{root}/sparql", f"{root}/sparql-auth", f"{root}/sparql-graph-crud-auth",
            "dba", password, process.pid,
        )  # fmt: skip
    finally:
        process.kill()  # the folder goes with the test: nothing of it is to be kept
        process.wait(SECONDS)


def _oxigraph() -> Path | None:
    beside = Path(sys.executable).parent / "oxigraph"
    found = str(beside) if beside.exists() else shutil.which("oxigraph")
    return Path(found) if found else None


def _isql(port: int, password: str, command: str) -> None:
    done = subprocess.run(
        ["isql-vt", f"127.0.0.1:{port}", "dba", password, "ERRORS=STDOUT", f"exec={command}"],
        capture_output=True, text=True, timeout=SECONDS,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout
    assert "*** Error" not in done.stdout, done.stdout


def _online(log: Path, process: subprocess.Popen[bytes]) -> None:
    """Wait until Virtuoso says that it is ready: its ports are open before its accounts are."""
    deadline = time.monotonic() + SECONDS
    while "Server online" not in log.read_text(encoding="utf-8", errors="replace"):
        if process.poll() is not None or time.monotonic() > deadline:
            raise RuntimeError(log.read_text(encoding="utf-8", errors="replace"))
        time.sleep(0.05)


def _wait(port: int, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + SECONDS
    while process.poll() is None and time.monotonic() < deadline:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    raise RuntimeError(f"{process.args!r} does not answer on port {port}")
