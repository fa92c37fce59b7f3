"""What an asker probably meant: prefixes that are not declared, and terms of ours that are not there."""

import difflib
import re
from collections.abc import Callable, Iterable

import pyoxigraph as ox

from govgraph.limits import LIMITS
from govgraph.namespaces import DEF, GRAPH, PREFIXES
from govgraph.store.guard import TOKEN

__all__ = ["Terms", "unknown_prefix"]

_TERM = re.compile(r"(?<![\w?$:@-])gov:([A-Za-z][\w-]*)|<" + re.escape(DEF) + r"([A-Za-z][\w/-]*)>", re.ASCII)
_LABEL = ox.NamedNode(PREFIXES["skos"] + "prefLabel")
_ONTOLOGY = ox.NamedNode(GRAPH + "ontology")


def unknown_prefix(text: str) -> tuple[int, int, str] | None:
    """Line, column and words for the first prefix in a text that nothing declares; None where all are.

    >>> unknown_prefix("SELECT * { ?s gvo:mode ?o }")
    (1, 15, 'the prefix gvo: is not declared; did you mean gov:?')
    """
    known = set(PREFIXES)
    before = ""
    for token in TOKEN.finditer(text):
        if token.lastgroup != "name":
            continue
        left = text[token.start() - 1] if token.start() else " "
        if text[token.end() : token.end() + 1] == ":" and left not in "?$:@_":
            name = token[0]
            if before == "prefix":
                known.add(name)
            elif name not in known:
                line = text.count("\n", 0, token.start()) + 1
                column = token.start() - text.rfind("\n", 0, token.start())
                close = difflib.get_close_matches(name, sorted(known), LIMITS.suggestions, 0.5)
                meant = f"; did you mean {' or '.join(f'{each}:' for each in close)}?" if close else ""
                return line, column, f"the prefix {name}: is not declared{meant}"
        before = token[0].lower()
    return None


class Terms:
    """The terms of our ontology that a store knows.

    Parameters
    ----------
    labelled : gives the IRIs of all things that have a label; it is asked when it is first needed.
    """

    def __init__(self, labelled: Callable[[], Iterable[str]]) -> None:
        self._labelled = labelled
        self._known: list[str] | None = None

    @classmethod
    def of_store(cls, store: ox.Store) -> "Terms":
        """Those that an open store knows: of the graph of the ontology, or of its default graph if it has none.

        A nation has millions of labels in the default graph, and the first answer without rows would wait for them.
        """

        def labelled() -> Iterable[str]:
            declared = {quad.subject for quad in store.quads_for_pattern(None, _LABEL, None, _ONTOLOGY)}
            found = declared or {
                quad.subject for quad in store.quads_for_pattern(None, _LABEL, None, ox.DefaultGraph())
            }
            return (node.value for node in found if isinstance(node, ox.NamedNode))

        return cls(labelled)

    def unknown(self, text: str) -> tuple[str, ...]:
        """For each term of ours in a query that the store does not know, what is close to it.

        >>> Terms(lambda: [DEF + "accountableTo"]).unknown("SELECT * { ?s gov:acountableTo ?o }")
        ('the ontology has no gov:acountableTo; did you mean gov:accountableTo?',)
        """
        asked = dict.fromkeys(match[1] or match[2] for match in _TERM.finditer(text))
        if not asked:
            return ()
        if self._known is None:
            self._known = sorted({iri.removeprefix(DEF) for iri in self._labelled() if iri.startswith(DEF)})
        if not self._known:
            return ()
        notes = []
        for name in list(asked)[:10]:
            if name not in self._known:
                close = difflib.get_close_matches(name, self._known, LIMITS.suggestions, 0.7)
                meant = f"; did you mean {' or '.join(f'gov:{each}' for each in close)}?" if close else ""
                notes.append(f"the ontology has no gov:{name}{meant}")
        return tuple(notes)
