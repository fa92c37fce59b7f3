"""The MCP server: programs that talk to language models ask the graph through tools that only read."""
