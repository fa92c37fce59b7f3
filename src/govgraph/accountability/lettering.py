"""Text for drawings: how wide it is at most, where it is broken, and how it is escaped for XML."""

import html
import re

__all__ = ["escaped", "width", "wrapped"]

_NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")  # XML 1.0 §2.2


def width(text: str, size: float) -> float:
    """Width of a text in common system fonts, estimated on the wide side.

    >>> width("ill", 10) < width("mmm", 10)
    True
    """
    return round(sum(_em(letter) for letter in text) * size, 2)


def _em(letter: str) -> float:
    if letter in "ilj.,:;'|!()[] ":
        return 0.36
    if letter in "ftrI-/1":
        return 0.48
    if letter in "mwMW%@—":
        return 0.95
    if ord(letter) >= 0x2E80:
        return 1.05
    return 0.72 if letter.isupper() else 0.6


def wrapped(text: str, size: float, room: float, lines: int = 5) -> list[str]:
    """Break a text into lines that fit; a word that does not fit is cut, and the last line may end in "…".

    >>> wrapped("Shadow Health and Wellbeing Board", 14, 150)
    ['Shadow Health and', 'Wellbeing Board']
    """
    found: list[str] = [""]
    for word in filter(None, text.replace("\n", " ").split(" ")):  # a no-break space does not break
        for piece in _pieces(word, size, room):
            longer = f"{found[-1]} {piece}".strip()
            if width(longer, size) <= room:
                found[-1] = longer
            else:
                found.append(piece)
    found = found if found[0] or len(found) == 1 else found[1:]
    return found if len(found) <= lines else [*found[: lines - 1], found[lines - 1][:-1] + "…"]


def _pieces(word: str, size: float, room: float) -> list[str]:
    pieces = [""]
    for letter in word:
        if pieces[-1] and width(pieces[-1] + letter, size) > room:
            pieces.append("")
        pieces[-1] += letter
    return pieces


def escaped(text: str) -> str:
    """The text as XML content or attribute value; characters that XML does not allow are left out.

    >>> escaped('<a & "b">')
    '&lt;a &amp; &quot;b&quot;&gt;'
    """
    return html.escape(_NOT_XML.sub("", text), quote=True)
