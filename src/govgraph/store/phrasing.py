"""A query's text as an engine elsewhere is to get it: prefixes declared, parameters put in, rows limited or counted.

The text is read as tokens. Parameters go in as terms that the rdf floor writes, never as the text that a person typed;
what a parameter means is what it means here: its variable is bound from the start. In the outermost group it
is bound by VALUES; within inner groups, where an engine would not know of it yet, the term itself takes its place.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from govgraph.errors import BadParameter
from govgraph.namespaces import PREFIXES
from govgraph.rdf.terms import JsonTerm, sparql_form
from govgraph.store.patterns import TOKEN

__all__ = ["Phrase"]

_FORMS = ("select", "ask", "construct", "describe")
_ABSOLUTE = re.compile("<[A-Za-z][A-Za-z0-9+.-]*:")
_Token = tuple[str, str]
"""Kind, as `TOKEN` names it, and text; put together again they are the whole text."""


class Phrase:
    """The text of one query in tokens.

    >>> Phrase("PREFIX select: <http://e/> ASK { GRAPH ?g { ?s ?p 'from' } }").form
    'ask'
    """

    def __init__(self, text: str) -> None:
        self.tokens: list[_Token] = [(each.lastgroup or "mark", each[0]) for each in TOKEN.finditer(text)]
        self._start = next((i for i, t in enumerate(self.tokens) if t[0] == "word" and t[1].lower() in _FORMS), -1)
        self._open = self._first_group()

    @property
    def form(self) -> str:
        """Its form in lower case, or nothing where it has none that is known."""
        return self.tokens[self._start][1].lower() if self._start >= 0 else ""

    @property
    def names_dataset(self) -> bool:
        """Whether it says itself which graphs it reads, by FROM."""
        return bool(self.dataset_places())

    @property
    def reads_graphs(self) -> bool:
        """Whether it reads named graphs."""
        return any(kind == "word" and text.lower() == "graph" for kind, text in self.tokens)

    def text(self, base: str = "") -> str:
        """The text, with those of our prefixes declared that it uses without declaring them, and the base if it counts.

        >>> Phrase("ASK { <s> ?p ?o }").text("http://e/"), Phrase("ASK { <http://e/s> ?p ?o }").text("http://e/")
        ('BASE <http://e/> ASK { <s> ?p ?o }', 'ASK { <http://e/s> ?p ?o }')
        """
        said = "".join(text for _, text in self.tokens)
        used = {text.partition(":")[0] for kind, text in self.tokens if kind == "name"}
        used |= {text.rpartition("^^")[2].partition(":")[0] for kind, text in self.tokens if kind == "string"}
        known = set(re.findall(r"(?i)\bprefix\s+([\w.-]*):", "".join(text for _, text in self.tokens[: self._start])))
        lead = "".join(f"PREFIX {name}: <{PREFIXES[name]}> " for name in PREFIXES if name in used - known)
        return (f"BASE <{base}> " if base and self._needs_base else "") + lead + said

    @property
    def _needs_base(self) -> bool:
        """Whether it may name something by an IRI that is not absolute, or make one of a text."""
        named = [text if kind == "iri" else text.rpartition("^^")[2] for kind, text in self.tokens]
        relative = any(text.startswith("<") and not _ABSOLUTE.match(text) for text in named)
        return relative or any(kind == "word" and text.lower() in ("iri", "uri") for kind, text in self.tokens)

    def bound(self, bindings: Mapping[str, JsonTerm]) -> "Phrase":
        """The query with some of its variables bound from the start.

        Raises
        ------
        BadParameter : a SELECT does not project the variable, or a term is none.

        >>> Phrase("SELECT ?x { ?x a ?k }").bound({"x": {"type": "uri", "value": "http://e/"}}).text()
        'SELECT ?x { VALUES ?x { <http://e/> } <http://e/> a ?k }'
        """
        if not bindings:
            return self
        forms = {name: sparql_form(term) for name, term in bindings.items()}
        if self.form == "select":
            projected = _projected(self.tokens[self._start + 1 : self._open])
            for name in bindings:
                if projected is not None and name not in projected:
                    raise BadParameter(
                        f"the query does not project ?{name}", "A parameter must be a variable that the query projects."
                    )
        if self._open < 0:
            raise BadParameter("the query has no group in which a variable can be bound", "Give it one, in braces.")
        binder = _Binder(forms, {name for name, term in bindings.items() if term["type"] == "uri"})
        return self._with(binder.bind(self.tokens, self._start, self._open))

    def limited(self, most: int) -> "Phrase":
        """The query with a LIMIT of its own, where it has none."""
        if self.form != "select" or self._open < 0:
            return self
        tail = [text.lower() for kind, text in self.tokens[_closing(self.tokens, self._open) :] if kind == "word"]
        if {"limit", "offset", "values"} & set(tail):
            return self
        return self._with([*self.tokens, ("space", f"\nLIMIT {most}")])

    def counting(self) -> str:
        """A query for the number `?n` of rows of this SELECT, or of statements of this CONSTRUCT; else nothing.

        >>> Phrase("CONSTRUCT { ?s ?p ?o } WHERE { ?o ?p ?s }").counting()
        'SELECT (COUNT(*) AS ?n)  WHERE { { SELECT DISTINCT ?s ?p ?o WHERE { ?o ?p ?s }\\n} }'
        """
        texts = [text for _, text in self.tokens]
        body, select = self._start, ""
        if self.form == "construct":
            template = self._template()
            if len(template) != 3:
                return ""
            body, select = self._after_template(), "SELECT DISTINCT " + " ".join(template)
        elif self.form != "select":
            return ""
        dataset = self.dataset_places()
        lead = "".join(texts[: self._start])
        rest = "".join("" if place in dataset else texts[place] for place in range(body, len(texts)))
        named = "".join(texts[place] + " " for place in sorted(dataset))
        return f"{lead}SELECT (COUNT(*) AS ?n) {named} WHERE {{ {{ {select}{rest}\n}} }}"

    def _template(self) -> list[str]:
        """The variables of a template of one pattern; nothing of another kind."""
        opening = _next_mark(self.tokens, self._start, "{")
        inner = [t for t in self.tokens[opening + 1 : _closing(self.tokens, opening)] if t[0] != "space"]
        inner = inner[:-1] if inner[-1:] == [("mark", ".")] else inner
        return [text for _, text in inner] if all(kind == "variable" for kind, _ in inner) else []

    def _after_template(self) -> int:
        """Place where what follows the template begins; in the short form the pattern is the template."""
        opening = _next_mark(self.tokens, self._start, "{")
        return self._start + 1 if opening == self._open else _closing(self.tokens, opening) + 1

    def _with(self, tokens: Sequence[_Token]) -> "Phrase":
        return Phrase("".join(text for _, text in tokens))

    def dataset_places(self) -> set[int]:
        """Places of the tokens of FROM clauses."""
        found: set[int] = set()
        place = self._start
        end = self._open if self._open >= 0 else len(self.tokens)
        while 0 <= place < end:
            kind, text = self.tokens[place]
            if kind == "word" and text.lower() == "from":
                while place < end and self.tokens[place][0] not in ("iri", "name"):
                    found.add(place)
                    place += 1
                found.add(place)
            place += 1
        return found

    def _first_group(self) -> int:
        """Place of the brace that opens the outermost group; of a CONSTRUCT, not that of its template."""
        opening = _next_mark(self.tokens, max(self._start, 0), "{")
        if self._start < 0 or self.form != "construct" or opening < 0:
            return opening
        between = {text.lower() for kind, text in self.tokens[self._start : opening] if kind == "word"}
        return opening if "where" in between else _next_mark(self.tokens, _closing(self.tokens, opening), "{")


@dataclass
class _Group:
    """A group that is open.

    `kind` : "group", "exists", "minus", "data" (of VALUES), "template", or "select" for a sub-select's own braces.
    `same` : the parameters that mean in it what they mean outside.
    `own` : those that it binds for itself, by VALUES at `place` of the output.
    """

    kind: str
    same: frozenset[str]
    place: int
    own: set[str] = field(default_factory=set)
    put: bool = True
    brackets: int = 0
    wrapped: bool = False


class _Binder:
    """Puts terms for variables into tokens."""

    def __init__(self, forms: Mapping[str, str], iris: set[str]) -> None:
        self._forms = forms
        self._iris = iris
        self._out: list[_Token] = []
        self._open: list[_Group] = []

    def bind(self, tokens: list[_Token], start: int, opening: int) -> list[_Token]:
        """The tokens with the terms put in."""
        short = any(t[1].lower() == "where" for t in tokens[start:opening]) and tokens[start][1].lower() == "construct"
        short = short and not any(t == ("mark", "{") for t in tokens[start:opening])  # CONSTRUCT WHERE takes no VALUES
        for place, (kind, text) in enumerate(tokens):
            if kind == "mark" and text == "{":
                self._enter(tokens, place, outermost=place == opening, bare=short)
            elif kind == "mark" and text == "}" and self._open:
                self._leave()
            elif kind == "variable" and self._open:
                self._out.append(self._term(tokens, place))
            else:
                if kind == "mark" and self._open and text in "()":
                    self._open[-1].brackets += 1 if text == "(" else -1
                self._out.append((kind, text))
        return self._out

    def _enter(self, tokens: list[_Token], place: int, *, outermost: bool, bare: bool) -> None:
        outer = self._open[-1] if self._open else None
        before, first = _word_before(tokens, place), _word_after(tokens, place)
        self._out.append(tokens[place])
        same = outer.same if outer else frozenset(self._forms)
        put = outer.put if outer else True
        kind = "group"
        own: set[str] = set()
        if outermost:
            own = set() if bare else set(self._forms)
        elif outer is None:
            kind = "template"
        elif before == "values":
            kind = "data"
        elif before == "exists":
            kind = "exists"
        elif before == "minus":
            kind, put = "minus", False
            own = set(same & _mentioned(tokens, place))
        elif outer.kind == "select":
            own, same = set(outer.own), frozenset(same & outer.own)
            outer.own = set()
        group = _Group(kind, frozenset(same), len(self._out), own, put)
        self._open.append(group)
        if first == "select" and kind != "data":
            self._sub_select(tokens, place, group)
        elif own:
            self._write(own)

    def _sub_select(self, tokens: list[_Token], place: int, group: _Group) -> None:
        """A sub-select knows a parameter only where it projects it; what its group binds is written before it."""
        header = tokens[place + 1 : max(_next_mark(tokens, place + 1, "{"), place + 1)]
        projected = _projected(header[next(i for i, t in enumerate(header) if t[0] == "word") + 1 :])
        known = group.same if projected is None else group.same & projected
        if group.own:
            self._write(group.own)
            self._out.append(("mark", "{ "))
            group.wrapped = True
        group.kind, group.same, group.own = "select", known, set(known)

    def _leave(self) -> None:
        group = self._open.pop()
        self._out.append(("mark", "}"))
        if group.wrapped:
            self._out.append(("mark", " }"))

    def _write(self, names: set[str]) -> None:
        for name in sorted(names):
            self._out.append(("space", f" VALUES ?{name} {{ {self._forms[name]} }}"))

    def _term(self, tokens: list[_Token], place: int) -> _Token:
        """What stands for a variable: the term, where it is a parameter and a term may stand there."""
        group, token = self._open[-1], tokens[place]
        name = token[1][1:]
        if name not in group.same or not group.put or group.kind in ("data", "select"):
            return token
        if group.kind == "template":
            return ("iri", self._forms[name]) if name in self._iris else token
        before = _word_before(tokens, place)
        if group.brackets:
            return token if before in ("as", "bound", "values") else ("iri", self._forms[name])
        return ("iri", self._forms[name]) if name in self._iris and before != "values" else token


def _word_before(tokens: Sequence[_Token], place: int) -> str:
    """The word that what stands at a place belongs to: VALUES, EXISTS, MINUS, AS or BOUND; else nothing.

    Variables, brackets and what may stand between such a word and the place are passed over as far as they belong.
    """
    passed = 0
    for kind, text in reversed(tokens[:place]):
        if kind in ("space", "comment"):
            continue
        if kind == "word":
            word = text.lower()
            if word == "values" or not passed:
                return word
            return word if word == "bound" and passed == 1 else ""
        if kind == "variable" or (kind == "mark" and text in "()"):
            passed += 1
            continue
        return ""
    return ""


def _word_after(tokens: Sequence[_Token], place: int) -> str:
    for kind, text in tokens[place + 1 :]:
        if kind not in ("space", "comment"):
            return text.lower() if kind == "word" else ""
    return ""


def _next_mark(tokens: Sequence[_Token], place: int, mark: str) -> int:
    return next((i for i in range(place, len(tokens)) if tokens[i] == ("mark", mark)), -1)


def _closing(tokens: Sequence[_Token], opening: int) -> int:
    """Place of the brace that closes what the one at a place opens."""
    depth = 0
    for place in range(opening, len(tokens)):
        if tokens[place] == ("mark", "{"):
            depth += 1
        elif tokens[place] == ("mark", "}"):
            depth -= 1
            if depth == 0:
                return place
    return len(tokens)


def _mentioned(tokens: Sequence[_Token], opening: int) -> set[str]:
    return {text[1:] for kind, text in tokens[opening : _closing(tokens, opening)] if kind == "variable"}


def _projected(header: Sequence[_Token]) -> set[str] | None:
    """Variables that a SELECT gives as they are; None is all."""
    names, brackets = set(), 0
    for kind, text in header:
        if kind == "mark" and text in "()":
            brackets += 1 if text == "(" else -1
        elif kind == "variable" and not brackets:
            names.add(text[1:])
        elif kind == "mark" and text == "*" and not brackets:
            return None
        elif kind == "word" and text.lower() in ("where", "from"):
            break
    return names
