"""The MCP server: clients of either protocol, newer generations, limits, and how its process starts and ends."""

import json
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

from tests.mcp.talking import talking

from govgraph.knowledge.build import build
from govgraph.limits import LIMITS, Limits
from govgraph.mcp.server import create_server
from govgraph.store.generations import Generations


def test_a_client_of_the_older_protocol_is_served_too(store_folder: Path) -> None:
    with talking(create_server(store_folder), mode="legacy") as talk:
        assert "sparql" in talk.tools()
        assert talk.call("sparql", query="ASK {}")["total"] == 1
        for _ in range(LIMITS.readers + 1):
            assert "line 1" in talk.refused("sparql", query="ASK")


def test_an_answer_from_a_newer_generation_says_so(store_folder: Path, tmp_path: Path) -> None:
    copy = tmp_path / "store"
    shutil.copytree(store_folder, copy)
    with talking(create_server(copy)) as talk:
        assert talk.call("sparql", query="ASK {}")["generation"] == 1
        build(Generations(copy), force=True)
        for tool, arguments in (("sparql", {"query": "ASK {}"}), ("find", {"name": "Cabinet"}), ("schema_card", {})):
            assert talk.call(tool, **arguments)["generation"] == 2


def test_a_query_without_end_is_stopped_and_the_next_is_answered(within: Callable[[Limits], Any]) -> None:
    endless = "SELECT (COUNT(*) AS ?n) WHERE { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }"
    with within(replace(LIMITS, query_seconds=1.0)) as talk:
        assert "stopped after 1 seconds" in talk.refused("sparql", query=endless)
        assert talk.call("sparql", query="ASK {}")["total"] == 1


def test_calls_that_are_given_up_leave_readers_for_others(within: Callable[[Limits], Any]) -> None:
    endless = "SELECT (COUNT(*) AS ?n) WHERE { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }"
    with within(replace(LIMITS, query_seconds=1.0)) as talk:
        for _ in range(LIMITS.readers + 1):
            talk.give_up("sparql", 0.2, query=endless)
        assert talk.call("sparql", query="ASK {}")["total"] == 1


def test_an_answer_of_too_much_text_is_cut_or_refused_never_passed_on(within: Callable[[Limits], Any]) -> None:
    with within(replace(LIMITS, tool_characters=1_000)) as talk:
        answer = talk.call("ask", question="seats", limit=1000)
        assert answer["cut"].startswith(f"Cut: the first {len(answer['rows'])} of {answer['total']} rows.")
        assert len(json.dumps(answer["rows"], ensure_ascii=False)) < 2_000
        assert "Lower limit" in talk.refused("describe", thing="Partnership Board")
        query = "SELECT (GROUP_CONCAT(STR(?o)) AS ?all) WHERE { ?s ?p ?o }"
        assert "one row has more than 1,000 characters" in talk.refused("sparql", query=query)


def test_a_store_that_is_not_there_is_said_in_one_line(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "govgraph", "mcp", "--store", str(tmp_path / "none")]
    result = subprocess.run(command, capture_output=True, text=True, stdin=subprocess.DEVNULL, check=False)
    assert (result.returncode, result.stdout) == (3, "")
    assert "Build it: govgraph build" in result.stderr.strip()
    assert len(result.stderr.strip().splitlines()) == 1


def test_without_the_sdk_the_verb_says_how_to_get_it(tmp_path: Path) -> None:
    code = "import sys; sys.modules['mcp'] = None; sys.argv = ['govgraph', 'mcp']; import govgraph.cli as c; c.main()"
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert result.returncode == 3
    assert 'pip install "govgraph[mcp]"' in result.stderr
    assert len(result.stderr.strip().splitlines()) == 1


def test_the_server_ends_when_its_client_leaves_and_writes_nothing_else_to_its_output(store_folder: Path) -> None:
    command = [sys.executable, "-W", "error", "-m", "govgraph", "mcp", "--store", str(store_folder)]
    result = subprocess.run(command, capture_output=True, stdin=subprocess.DEVNULL, timeout=30, check=False)
    assert (result.returncode, result.stdout, result.stderr) == (0, b"", b"")
