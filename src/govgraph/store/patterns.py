"""Take a query's text apart into the patterns of its outermost group, so that each can be counted.

It reads tokens, as the guard does, and builds no tree: what stands between the outermost braces is cut at
its full stops, semicolons and commas, and at the ends of its inner groups. A statement with brackets
in it stays whole. Where a text cannot be taken apart, there are no parts, and nothing is explained.
"""

import re
from dataclasses import dataclass

__all__ = ["TOKEN", "Parts", "parts_of"]

TOKEN = re.compile(
    r"""
      (?P<string>(?:\"\"\"(?:[^"\\]|\\.|"(?!""))*\"\"\"|'''(?:[^'\\]|\\.|'(?!''))*'''
        |"(?:[^"\\\n\r]|\\.)*"|'(?:[^'\\\n\r]|\\.)*')(?:@[A-Za-z][A-Za-z0-9-]*|\^\^(?:<[^<>\s]*>|[\w.-]*:[\w.-]*))?)
    | (?P<iri><[^<>"{}|^`\\\x00-\x20]*>)
    | (?P<comment>\#[^\n\r]*)
    | (?P<variable>[?$]\w+)
    | (?P<name>(?:[A-Za-z_][\w.-]*)?:(?:[\w%:.-]*[\w%:-])?|_:\w+)
    | (?P<number>[+-]?\d*\.?\d+(?:[eE][+-]?\d+)?)
    | (?P<word>[A-Za-z_]\w*)
    | (?P<space>\s+)
    | (?P<mark>.)
    """,
    re.VERBOSE | re.DOTALL,
)
_GROUPS = {"optional", "minus", "graph", "values", "service", "filter", "bind", "exists", "not"}


@dataclass(frozen=True)
class Parts:
    """A query in parts.

    Parameters
    ----------
    lead : BASE and PREFIX clauses.
    dataset : FROM clauses.
    patterns : what stands in the outermost group, in order, each a piece of SPARQL.
    """

    lead: str
    dataset: str
    patterns: tuple[str, ...]

    def count(self, *patterns: str) -> str:
        """A query that counts the solutions of some patterns together."""
        return f"{self.lead}\nSELECT (COUNT(*) AS ?n)\n{self.dataset}\nWHERE {{\n{_joined(patterns)}\n}}"


def parts_of(text: str) -> Parts | None:
    """The parts of a query; None where it cannot be taken apart.

    >>> parts_of("SELECT * { ?s a ?c ; ?p 1.5, ?o . FILTER(?o > 2) OPTIONAL { ?s ?q ?r } }").patterns
    ('?s a ?c', '?s ?p 1.5', '?s ?p ?o', 'FILTER(?o > 2)', 'OPTIONAL { ?s ?q ?r }')
    """
    pieces = [(each.lastgroup or "", each[0]) for each in TOKEN.finditer(text) if each.lastgroup != "comment"]
    opening = next((i for i, (kind, piece) in enumerate(pieces) if kind == "mark" and piece == "{"), None)
    if opening is None:
        return None
    head = [piece for _, piece in pieces[:opening]]
    words = [piece.lower() for piece in head]
    if "construct" in words and "where" not in words:  # the first braces are the template
        closing = _closing(pieces, opening)
        opening = next((i for i in range(closing, len(pieces)) if pieces[i][1] == "{"), None)
        if opening is None:
            return None
    closing = _closing(pieces, opening)
    found = _split(pieces[opening + 1 : closing])
    text = "".join(head)
    return Parts(_clauses(_LEAD, text), _clauses(_FROM, text), tuple(found)) if found else None


_LEAD = re.compile(r"\b(?:BASE\s*<[^<>]*>|PREFIX\s+[\w.-]*:\s*<[^<>]*>)", re.IGNORECASE)
_FROM = re.compile(r"\bFROM\s+(?:NAMED\s+)?(?:<[^<>]*>|[\w.-]*:[\w.-]+)", re.IGNORECASE)


def _clauses(kind: re.Pattern[str], text: str) -> str:
    """The clauses of a kind in what stands before the first brace."""
    return "\n".join(kind.findall(text))


def _closing(pieces: list[tuple[str, str]], opening: int) -> int:
    depth = 0
    for place in range(opening, len(pieces)):
        kind, piece = pieces[place]
        if kind == "mark" and piece in "{}":
            depth += 1 if piece == "{" else -1
            if depth == 0:
                return place
    return len(pieces)


def _split(pieces: list[tuple[str, str]]) -> list[str]:
    found: list[str] = []
    held: list[tuple[str, str]] = []
    depth = 0

    def done() -> None:
        found.extend(_statements(held))
        held.clear()

    for place, (kind, piece) in enumerate(pieces):
        if depth == 0 and kind == "word" and piece.lower() in _GROUPS and not _continues(held):
            done()
        if kind == "mark" and piece in "{([":
            if piece == "{" and depth == 0 and not _grouped(held):
                done()
            depth += 1
        held.append((kind, piece))
        if kind == "mark" and piece in "})]":
            depth -= 1
            following = next((t for k, t in pieces[place + 1 :] if k != "space"), "")
            ends = piece == "}" or (piece == ")" and _first(held) in ("filter", "bind"))
            if depth == 0 and ends and following.lower() not in ("union", "{"):
                done()
        elif depth == 0 and kind == "mark" and piece == ".":
            held.pop()
            done()
    done()
    return found


def _first(held: list[tuple[str, str]]) -> str:
    return next((piece.lower() for kind, piece in held if kind != "space"), "")


def _grouped(held: list[tuple[str, str]]) -> bool:
    """Whether what is held goes on with a group: OPTIONAL, GRAPH name, VALUES (?x), { } UNION."""
    return _first(held) in _GROUPS | {"{"}


def _continues(held: list[tuple[str, str]]) -> bool:
    return _first(held) in ("filter", "not")


def _statements(held: list[tuple[str, str]]) -> list[str]:
    """A group as it is; triples one by one, each with its subject and property."""
    text = "".join(piece for _, piece in held).strip()
    if not text or _grouped(held):
        return [text] if text else []
    if any(kind == "mark" and piece in "[({" for kind, piece in held):
        return [text]
    lists = [_cut(part, ",") for part in _cut(held, ";")]
    subject = predicate = ""
    found = []
    for part in lists:
        for objects in part:
            terms = "".join(piece for _, piece in objects).split()
            if not terms:
                continue
            if objects is part[0]:
                if not subject:
                    subject, *terms = terms
                predicate, terms = (terms[0], terms[1:]) if terms else ("", [])
                while len(terms) > 1 and not _is_string(terms):  # a path with spaces around its operators
                    predicate, terms = f"{predicate}{terms[0]}", terms[1:]
            found.append(f"{subject} {predicate} {' '.join(terms)}")
    return found


def _is_string(terms: list[str]) -> bool:
    return terms[0][:1] in "\"'"


def _cut(held: list[tuple[str, str]], mark: str) -> list[list[tuple[str, str]]]:
    parts: list[list[tuple[str, str]]] = [[]]
    for kind, piece in held:
        if kind == "mark" and piece == mark:
            parts.append([])
        else:
            parts[-1].append((kind, piece))
    return parts


def _joined(patterns: tuple[str, ...]) -> str:
    """Patterns one after the other; only triples take a full stop."""
    return "\n".join(each if each.endswith((")", "}")) else f"{each} ." for each in patterns)
