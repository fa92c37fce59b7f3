"""SPARQL constraints: what is refused, and how one query is asked for all focus nodes at once (SHACL §5).

SHACL substitutes `$this` before a query runs. That equals one query over all focus nodes when the pattern of the
targets is joined into every group that mentions `$this` without binding it first: OPTIONAL, UNION and sub-selects
then see exactly the nodes they would have seen one at a time. Groups inside EXISTS see the row outside already.
Where the answer depends on the number of solutions for one node (LIMIT, an aggregate without GROUP BY $this), the
node is written into the text, once for each node.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

import pyoxigraph as ox

from govgraph.errors import BadShapes
from govgraph.namespaces import PREFIXES
from govgraph.review.tokens import Token, expanded, is_word, tokens_of

__all__ = ["Query", "read_query", "supported_pattern"]

_REFUSED = {"MINUS", "VALUES", "SERVICE", "LOAD", "FROM", "LATERAL", "BASE"}
_AGGREGATES = {"COUNT", "SUM", "MIN", "MAX", "AVG", "SAMPLE", "GROUP_CONCAT"}
_SOME_IRI = "<http://example.org/focus>"


@dataclass
class _Group:
    """A `{ … }` of the text."""

    kind: str  # "body", "select", "exists" or "group"
    start: int
    first: str = ""  # how the focus is first met in it: "triple" or "other"


@dataclass(frozen=True)
class Query:
    """A checked SELECT or ASK query, its names written out as IRIs.

    Parameters
    ----------
    ask : ASK, else SELECT.
    columns : projected variables in order; empty for ASK.
    each : it must be asked once for each focus node.
    alien : why it cannot be planned; empty if it can.
    """

    tokens: tuple[Token, ...]
    ask: bool
    columns: tuple[str, ...]
    each: bool = False
    alien: str = ""
    counting: bool = False

    @property
    def of_shapes(self) -> bool:
        """It asks for the shapes too."""
        return any(token.kind == "variable" and token.text[1:] == "shapesGraph" for token in self.tokens)

    @property
    def predicates(self) -> set[str] | None:
        """IRIs that the query names, among them all its predicates; None if a variable may be one."""
        return None if _free(self.tokens) else {t.text[1:-1] for t in self.tokens if t.kind == "iri"}

    @property
    def aggregates(self) -> bool:
        """A solution may depend on how many others there are."""
        return self.each or any(is_word(token, "GROUP", "HAVING", *_AGGREGATES) for token in self.tokens)

    def with_terms(self, terms: Mapping[str, str]) -> "Query":
        """The query with variables replaced by terms or paths, as SHACL's pre-binding does."""
        return replace(self, tokens=tuple(_bound(self.tokens, terms)))

    def over(self, focus: Callable[[bool], str]) -> str:
        """The query for all focus nodes at once.

        Parameters
        ----------
        focus : gives the pattern that binds ?this; True if each node may come only once.
        """
        inserts = {place: focus(True) for place in _places(self.tokens)}
        top = _main(self.tokens)
        inserts[top] = focus(self.counting)
        return self._written(self.tokens, inserts)

    def for_one(self, node: str) -> str:
        """The query for one focus node, written into the text."""
        return self._written(tuple(_bound(self.tokens, {"this": node})), {})

    def body(self, names: Mapping[str, str], suffix: str) -> str:
        """The pattern of the query, for use inside EXISTS; variables that are not named get the suffix."""
        top = _main(self.tokens)
        kept: list[str] = []
        for token in self.tokens[top : _closing(self.tokens, top) + 1]:
            if token.kind == "variable":
                kept.append(f" ?{names.get(token.text[1:], token.text[1:] + suffix)}")
            elif token.kind == "blank":
                kept.append(f" {token.text}{suffix}")
            else:
                kept.append(token.spaced)
        return "".join(kept)

    @property
    def plain(self) -> bool:
        """It is one pattern without a solution modifier or a sub-select, so it may stand inside EXISTS."""
        top = _main(self.tokens)
        after = self.tokens[_closing(self.tokens, top) + 1 :]
        inner = self.tokens[top:]
        ordered = not after or is_word(after[0], "ORDER")
        return not self.each and not self.counting and ordered and not any(is_word(t, "SELECT") for t in inner)

    def _written(self, tokens: Sequence[Token], inserts: Mapping[int, str]) -> str:
        out: list[str] = []
        for place, token in enumerate(tokens):
            if token.text == "*" and place < _main(tokens) and is_word(tokens[place - 1], "SELECT", "DISTINCT"):
                out.append("".join(f" ?{column}" for column in self.columns))
            else:
                out.append(token.spaced)
            if place in inserts:
                out.append(f" {inserts[place]} ")
        return "".join(out)


def read_query(text: str, prefixes: Mapping[str, str], where: str, bound: Sequence[str] = ("this",)) -> Query:
    """Check a query of a shape.

    Parameters
    ----------
    text : SELECT or ASK query.
    prefixes : prefix to namespace.
    where : name of the shape, for messages.
    bound : variables that are bound beforehand (SHACL §5.3.1, §6.3).

    Raises
    ------
    BadShapes : it cannot be read, reaches the network, or breaks pre-binding (SHACL appendix A).
    """
    tokens = expanded(tokens_of(text, where), prefixes, where)
    if not tokens or not is_word(tokens[0], "SELECT", "ASK"):
        raise BadShapes(f"{where}: its query is neither SELECT nor ASK", "Write a SELECT or an ASK query.")
    ask = is_word(tokens[0], "ASK")
    _refuse(tokens, where, bound)
    columns, star = ([], False) if ask else _projection(tokens, 0)
    if star:
        columns = list(dict.fromkeys(t.text[1:] for t in tokens if t.kind == "variable"))
    if not ask and "this" not in columns:
        raise BadShapes(f"{where}: its query does not project $this", "Begin it with SELECT $this.")
    top = _main(tokens)
    after = tokens[_closing(tokens, top) + 1 :]
    grouped = [place for place, token in enumerate(after) if is_word(token, "GROUP")]
    aggregate = any(is_word(t, *_AGGREGATES) for t in [*tokens[:top], *after]) or any(
        is_word(t, "HAVING") for t in after
    )
    by_this = bool(grouped) and any(t.text[1:] == "this" and t.kind == "variable" for t in after[grouped[0] :])
    each = any(is_word(t, "LIMIT", "OFFSET") for t in tokens) or ((aggregate or bool(grouped)) and not by_this)
    query = Query(tuple(tokens), ask, tuple(columns), each, _alien(tokens), aggregate or bool(grouped) or star)
    return _parsed(query, where)


def _parsed(query: Query, where: str) -> Query:
    """The query, once the engine can read it: as it is, or with a node in the place of $this."""
    sample = query.with_terms({"PATH": _SOME_IRI})
    try:
        ox.Store().query(sample._written(sample.tokens, {}))
    except SyntaxError as error:
        try:
            ox.Store().query(sample.for_one(_SOME_IRI))
        except SyntaxError:
            raise BadShapes(f"{where}: its query cannot be read: {error}", "Mend the query.") from None
        return replace(query, each=True)
    except (OSError, RuntimeError, ValueError) as error:
        raise BadShapes(f"{where}: its query cannot be run: {error}", "Mend the query.") from None
    return query


def _refuse(tokens: Sequence[Token], where: str, bound: Sequence[str]) -> None:
    """Refuse what could reach the network or breaks pre-binding."""
    protected = {*bound, "shapesGraph", "currentShape"}
    for place, token in enumerate(tokens):
        if token.kind == "word" and token.text.upper() in _REFUSED:
            raise BadShapes(
                f"{where}: {token.text.upper()} is not allowed in the query of a shape",
                "Write it without, for instance with FILTER NOT EXISTS.",
            )
        following = tokens[place + 1] if place + 1 < len(tokens) else None
        if is_word(token, "GRAPH") and following and following.text[1:] != "shapesGraph":
            raise BadShapes(f"{where}: its query asks for a named graph", "Ask the data as a whole, without GRAPH.")
        if is_word(token, "AS") and following and following.text[1:] in protected and following.kind == "variable":
            raise BadShapes(
                f"{where}: AS {following.text} gives a new value to a variable that is bound beforehand",
                "Use another variable.",
            )
        if token.text == "{" and following and is_word(following, "SELECT"):
            columns, star = _projection(tokens, place + 1)
            if star:
                columns = _met(tokens[place : _closing(tokens, place) + 1])
            missing = [variable for variable in bound if variable not in columns]
            if missing:
                raise BadShapes(
                    f"{where}: a sub-select does not project ${missing[0]}", f"Add ${missing[0]} to its SELECT."
                )


def _alien(tokens: Sequence[Token]) -> str:
    """Why the planner cannot take these tokens; empty if it can."""
    for place, token in enumerate(tokens):
        following = tokens[place + 1].text if place + 1 < len(tokens) else ""
        if token.kind == "iri" and following == "(" and not token.text.startswith("<" + PREFIXES["xsd"]):
            return f"its query calls the function {token.text}"
        if is_word(token, "REGEX", "REPLACE") and following == "(":
            depth = 0
            for inner in tokens[place + 1 :]:
                depth += (inner.text == "(") - (inner.text == ")")
                if depth == 0:
                    break
                if inner.kind == "string" and not supported_pattern(inner.text):
                    return f"its query uses the pattern {inner.text}, which the store cannot match"
    return ""


def supported_pattern(pattern: str, flags: str = '""') -> bool:
    """Whether the store's regular expressions know a pattern, both given as SPARQL strings.

    >>> supported_pattern('"^a+$"'), supported_pattern('"(?=a)"')
    (True, False)
    """
    try:
        [row] = ox.Store().query(f'SELECT (REGEX("", {pattern}, {flags}) AS ?known) WHERE {{}}')  # type: ignore[misc]
    except SyntaxError:
        return False
    return row[0] is not None


def _main(tokens: Sequence[Token]) -> int:
    """Place of the `{` that opens the pattern of the outermost query."""
    depth = 0
    for place, token in enumerate(tokens):
        if token.text == "{" and depth == 0:
            return place
        depth += (token.text == "(") - (token.text == ")")
    return len(tokens)


def _closing(tokens: Sequence[Token], opening: int) -> int:
    depth = 0
    for place in range(opening, len(tokens)):
        depth += (tokens[place].text == "{") - (tokens[place].text == "}")
        if depth == 0:
            return place
    return len(tokens)


def _projection(tokens: Sequence[Token], select: int) -> tuple[list[str], bool]:
    """Projected variables of the SELECT at a place, and whether it is `SELECT *`."""
    columns: list[str] = []
    depth = 0
    for place in range(select + 1, len(tokens)):
        token = tokens[place]
        if depth == 0 and (token.text == "{" or is_word(token, "WHERE")):
            break
        if depth == 0 and token.text == "*":
            return [], True
        if token.kind == "variable" and (depth == 0 or (depth == 1 and is_word(tokens[place - 1], "AS"))):
            columns.append(token.text[1:])
        depth += (token.text in ("(", "{")) - (token.text in (")", "}"))
    return columns, False


def _met(tokens: Sequence[Token]) -> list[str]:
    """Variables that stand outside brackets, as in triple patterns: `SELECT *` returns those."""
    found: list[str] = []
    depth = 0
    for token in tokens:
        depth += (token.text == "(") - (token.text == ")")
        if token.kind == "variable" and depth == 0:
            found.append(token.text[1:])
    return found


def _places(tokens: Sequence[Token]) -> list[int]:
    """Places of the `{` after which the focus must be bound: see the note at the top."""
    found: list[int] = []
    stack: list[_Group] = []
    brackets: list[int] = [0]
    for place, token in enumerate(tokens):
        if token.text == "{":
            stack.append(_Group(_kind(tokens, place, stack, brackets[-1]), place))
            brackets.append(0)
        elif token.text == "}":
            group = stack.pop()
            brackets.pop()
            inside_exists = any(outer.kind == "exists" for outer in [*stack, group])
            if group.first == "other" and group.kind != "select" and not inside_exists:
                found.append(group.start)
            if group.first and stack:
                stack[-1].first = stack[-1].first or "other"
        elif token.text in "()":
            brackets[-1] += 1 if token.text == "(" else -1
        elif token.kind == "variable" and token.text[1:] == "this" and stack and not stack[-1].first:
            stack[-1].first = "triple" if brackets[-1] == 0 and stack[-1].kind != "select" else "other"
    return found


def _free(tokens: Sequence[Token]) -> bool:
    """Whether a variable may stand in the place of a predicate; in doubt it may."""
    before = {"{", "}", ".", ",", "("}
    after = {"{", "}", ".", ";", ",", ")", "]"}
    return any(
        token.kind == "variable" and tokens[place - 1].text not in before and tokens[place + 1].text not in after
        for place, token in enumerate(tokens[1:-1], start=1)
    )


def _kind(tokens: Sequence[Token], place: int, stack: Sequence[_Group], depth: int) -> str:
    if place and is_word(tokens[place - 1], "EXISTS"):
        return "exists"
    if place + 1 < len(tokens) and is_word(tokens[place + 1], "SELECT"):
        return "select"
    return "body" if stack and stack[-1].kind == "select" and depth == 0 else "group"


def _bound(tokens: Sequence[Token], terms: Mapping[str, str]) -> list[Token]:
    """Tokens with variables replaced by terms; BOUND(?x) becomes true, projections leave the variable out."""
    out: list[Token] = []
    clause = ""  # "SELECT" or "GROUP" while in the head of a query or in GROUP BY
    depth = 0
    place = 0
    while place < len(tokens):
        token = tokens[place]
        if is_word(token, "SELECT", "GROUP"):
            clause, depth = token.text.upper(), 0
        elif depth == 0 and (token.text in "{}" or is_word(token, "WHERE", "HAVING", "ORDER", "LIMIT", "OFFSET")):
            if clause == "SELECT" and out and is_word(out[-1], "SELECT", "DISTINCT", "REDUCED"):
                out.append(Token("other", "(true AS ?govgraph_any)"))
            clause = ""
        elif clause:
            depth += (token.text in ("(", "{")) - (token.text in (")", "}"))
        text = terms.get(token.text[1:]) if token.kind == "variable" else None
        if is_word(token, "BOUND") and len(tokens) > place + 3 and tokens[place + 2].text[1:] in terms:
            out.append(Token("other", "(true)"))
            place += 4
            continue
        if text is None:
            out.append(token)
        elif clause == "GROUP" and depth == 0:
            out.append(Token("other", f"({text} AS ?govgraph_group)"))
        elif clause != "SELECT" or depth:
            out.append(Token("term", text))
        place += 1
    return out
