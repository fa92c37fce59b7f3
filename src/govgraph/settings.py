"""What a user sets through the environment, in one place.

``GOVGRAPH_STORE``    folder of the store (default: the user's data folder)
``GOVGRAPH_SOURCES``  folder with the source documents, where the operator has them
"""

import os
from pathlib import Path

__all__ = ["default_store", "sources_folder"]


def default_store() -> Path:
    """Folder of the store when none is named."""
    named = os.environ.get("GOVGRAPH_STORE")
    if named:
        return Path(named)
    import platformdirs

    return Path(platformdirs.user_data_dir("govgraph")) / "store"


def sources_folder() -> Path | None:
    """Folder with the source documents, or None where the operator has not named one."""
    named = os.environ.get("GOVGRAPH_SOURCES")
    return Path(named) if named else None
