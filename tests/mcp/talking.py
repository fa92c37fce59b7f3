"""Conversations with an MCP server, driven by the SDK's own client."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from anyio.from_thread import BlockingPortal, start_blocking_portal
from mcp import Client
from mcp.shared.exceptions import MCPError
from mcp.types import TextContent, Tool

__all__ = ["Talk", "numbers", "talking"]


class Talk:
    """A conversation with a server."""

    def __init__(self, portal: BlockingPortal, client: Client) -> None:
        self._portal = portal
        self._client = client

    def tools(self) -> dict[str, Tool]:
        return {tool.name: tool for tool in self._portal.call(self._client.list_tools).tools}

    def call(self, tool: str, **arguments: Any) -> dict[str, Any]:
        """What a tool answers."""
        result = self._portal.call(self._client.call_tool, tool, arguments)
        assert not result.is_error, result.content
        answer = result.structured_content
        assert isinstance(answer, dict)
        assert json.loads(self._text(result.content)) == answer, "the text for old clients says the same"
        assert answer["generation"] >= 1
        assert isinstance(answer["clauses"], list)
        return answer

    def refused(self, tool: str, **arguments: Any) -> str:
        """What a tool says to a call that it refuses."""
        result = self._portal.call(self._client.call_tool, tool, arguments)
        assert result.is_error, result.structured_content
        return self._text(result.content)

    def either(self, tool: str, **arguments: Any) -> str:
        """Whatever a tool says."""
        return self._text(self._portal.call(self._client.call_tool, tool, arguments).content)

    def give_up(self, tool: str, seconds: float, **arguments: Any) -> None:
        """Call a tool and leave before it has answered."""
        with pytest.raises(MCPError):
            self._portal.call(self._client.call_tool, tool, arguments, seconds)

    @staticmethod
    def _text(content: Any) -> str:
        [block] = content
        assert isinstance(block, TextContent)
        return block.text

    @property
    def instructions(self) -> str:
        return self._client.instructions or ""


@contextmanager
def talking(server: Any, mode: str = "auto") -> Iterator[Talk]:
    with start_blocking_portal() as portal, portal.wrap_async_context_manager(Client(server, mode=mode)) as client:
        yield Talk(portal, client)


def numbers(answer: dict[str, Any]) -> list[str]:
    return [clause["number"] for clause in answer["clauses"]]
