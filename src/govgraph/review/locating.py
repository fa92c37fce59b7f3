"""Find the line of a text file in which a thing is written about, for messages about the file."""

import re

__all__ = ["line_of"]


def line_of(text: str, iri: str) -> int:
    """The first line that starts with a thing, else the first that names it; 0 where none does.

    Parameters
    ----------
    text : of a file of Turtle, N-Triples or JSON-LD.
    iri : of the thing.

    >>> line_of("@prefix w: <http://a/> .\\nw:one w:is w:two .\\nw:two w:is w:one .", "http://a/two")
    3
    """
    local = re.escape(re.split(r"[/#]", iri)[-1])
    named = rf"(<{re.escape(iri)}>|[\w.-]*:{local}(?![\w-])|\"[^\"]*{local}\")"
    lines = text.splitlines()
    for pattern in (rf"\s*{named}", rf".*{named}"):
        for number, line in enumerate(lines, 1):
            if re.match(pattern, line):
                return number
    return 0
