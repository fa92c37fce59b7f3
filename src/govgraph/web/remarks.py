"""What the service has to say about places of a query: where the text cannot be read, and terms that are not there."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from govgraph.namespaces import DEF

__all__ = ["Remark", "remarks"]

_LONGEST = 200  # characters of a text that are marked
_MEANT = re.compile(r"; did you mean (.+)\?$")
_MISSING = re.compile(r"the ontology has no gov:([\w/-]+)", re.ASCII)
_EXPECTED = re.compile(r"expected (?:one of )?(.+)", re.DOTALL)
_PIECE = re.compile(r'"(?:\\.|[^"\\])+"|\[[^\]]*\]|\w+')
_GENERAL = "something is missing before this, or does not belong here; often a full stop, a semicolon or a bracket"
_KINDS = {
    **dict.fromkeys(('"$"', '"?"'), "a variable"),
    **dict.fromkeys(('"<"', '":"'), "a name"),
    **dict.fromkeys(('"\'"', '"\\""', '"+"', '"-"', '"true"', '"false"'), "a value"),
    **{f'"{mark}"': mark for mark in "{}()[].;,="},
}
"""What a person calls the marks that the parser waits for; what is not here is left out."""
_AHEAD = re.compile(r"[\w-]+:?|\S")


@dataclass(frozen=True)
class Remark:
    """A remark about a place of a text.

    Parameters
    ----------
    line, column : where it begins, from 1.
    length : in characters.
    message : in words.
    severity : "error" or "warning".
    instead : what may stand there instead, the likeliest first.
    """

    line: int
    column: int
    length: int
    message: str
    severity: str
    instead: tuple[str, ...] = ()

    def mended(self, text: str) -> list[tuple[str, str]]:
        """For each thing that may stand there: what it is, and the text with it.

        >>> Remark(1, 7, 4, "no prefix gvo:", "error", ("gov:",)).mended("ASK { gvo:a gvo:b ?c }")
        [('gov:', 'ASK { gov:a gov:b ?c }')]
        """
        lines = _lines(text)
        at = slice(self.column - 1, self.column - 1 + self.length)
        wrong = lines[self.line - 1][at] if self.line <= len(lines) else ""
        if not wrong:
            return []
        everywhere = re.compile(r"(?<![\w?$:@-])" + re.escape(wrong) + ("" if wrong.endswith(":") else r"(?![\w/-])"))
        return [(each, everywhere.sub(lambda _, each=each: each, text)) for each in self.instead]  # type: ignore[misc]


def remarks(text: str, problem: Mapping[str, Any] | None = None, notes: Sequence[str] = ()) -> list[Remark]:
    """Remarks about a query.

    Parameters
    ----------
    text : the query.
    problem : the problem document that it got instead of an answer.
    notes : what came with its answer.

    Examples
    --------
    >>> [(each.column, each.instead) for each in remarks(
    ...     "ASK { ?s gov:mod ?o }", notes=["the ontology has no gov:mod; did you mean gov:mode?"])]
    [(10, ('gov:mode',))]
    """
    found = []
    lines = _lines(text)
    if problem and "line" in problem:
        line, column = min(problem["line"], len(lines)), problem["column"]
        ahead = _AHEAD.match(lines[line - 1], column - 1)
        told = problem["detail"].partition(f"column {column}: ")[2] or problem["detail"]
        length = len(ahead[0][:_LONGEST]) if ahead else 1
        said = _plainly(told) if text.strip() else "there is no query yet"
        found.append(Remark(line, column, length, said[:1].upper() + said[1:], "error", _meant(told)))
    for note in notes:
        missing = _MISSING.match(note)
        if missing:
            name = re.escape(missing[1])
            place = re.compile(rf"(?<![\w?$:@-])gov:{name}(?![\w/-])|<{re.escape(DEF)}{name}>")
            at = next(((number, match) for number, each in enumerate(lines, 1) if (match := place.search(each))), None)
            number, start, length = (at[0], at[1].start() + 1, len(at[1][0])) if at else (1, 1, 1)
            said = note[:1].upper() + note[1:] + ("" if note.endswith("?") else ".")
            found.append(Remark(number, start, length, said, "warning", _meant(note)))
    return found


def _plainly(told: str) -> str:
    """What the parser waits for, in words.

    >>> _plainly('expected one of "$", "?", ":", "<<", ["A"..="Z"], "}"')
    'a variable, a name or } must stand here'
    >>> _plainly("expected OPTIONAL")[:20]
    'something is missing'
    """
    expected = _EXPECTED.fullmatch(told)
    if not expected:
        return told
    kinds = list(dict.fromkeys(_KINDS[piece] for piece in _PIECE.findall(expected[1]) if piece in _KINDS))
    kinds.sort(key=lambda kind: len(kind) == 1)  # words before marks
    listed = " or ".join(filter(None, [", ".join(kinds[:-1]), *kinds[-1:]]))
    return f"{listed} must stand here" if listed else _GENERAL


def _lines(text: str) -> list[str]:
    """Lines as the engine counts them, and the editor too; there are more line ends in Unicode."""
    return text.replace("\r\n", "\n").split("\n")


def _meant(told: str) -> tuple[str, ...]:
    match = _MEANT.search(told)
    return tuple(match[1].split(" or ")) if match else ()
