"""Put the four folders of the graph into the wheel; an editable install reads them from the checkout."""

from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

FOLDERS = ("ontology", "data", "shapes", "queries")


class PackagedGraph(BuildHookInterface):  # type: ignore[type-arg]
    """Adds `ontology/ data/ shapes/ queries/` as `govgraph/packaged/` to a standard wheel."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Called by hatchling before a wheel is built."""
        if version == "standard":
            build_data["force_include"] |= {folder: f"govgraph/packaged/{folder}" for folder in FOLDERS}
