"""What a report says before it lists its findings, read without reading those: a nation has many thousand."""

import json
from itertools import takewhile
from pathlib import Path
from typing import Any

__all__ = ["head_of"]

_LISTED = ' "findings": '
"""Begins the line where a report (`review.findings.Report.to_json`) goes on from the whole to its findings."""


def head_of(report: Path) -> dict[str, Any]:
    """What a report says before its findings; all of it, if it lists none.

    Parameters
    ----------
    report : a file of JSON, such as a generation keeps.
    """
    with report.open(encoding="utf-8") as lines:
        head = "".join(takewhile(lambda line: not line.startswith(_LISTED), lines)).rstrip()
    told: dict[str, Any] = json.loads(head.removesuffix(",") + "}" if head.endswith(",") else head)
    return told
