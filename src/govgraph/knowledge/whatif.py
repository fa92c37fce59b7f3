"""What if: a change on a scratch copy of the current facts, derived again; nothing is kept.

The copy is a store in memory whose default graph holds the current facts as stated, without what is derived from
them. A change is a SPARQL Update, things to take out, or both, the update first.
"""

import datetime
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import pyoxigraph as ox

from govgraph.errors import BadInput
from govgraph.knowledge.comparison import Side
from govgraph.knowledge.derive import derive
from govgraph.knowledge.effects import Effect, effects, is_there
from govgraph.knowledge.facts import Facts, Statement, statements
from govgraph.knowledge.standing import without
from govgraph.limits import LIMITS
from govgraph.namespaces import GRAPH, PREFIXES
from govgraph.rdf.skolem import skolemised
from govgraph.store.embedded import syntax_error
from govgraph.store.guard import check_query

__all__ = ["Trial", "whatif"]

_LARGE = replace(LIMITS, query_characters=50_000_000, query_operators=10_000_000, query_patterns=10_000_000)


@dataclass(frozen=True)
class Trial:
    """What a change would do.

    Parameters
    ----------
    before, after : the facts, with what follows from them.
    come, gone : stated statements that the change adds and takes out.
    effects : what follows for things and for those who answer to whom.
    """

    before: Facts
    after: Facts
    come: frozenset[Statement]
    gone: frozenset[Statement]
    effects: list[Effect]

    @property
    def added(self) -> int:
        """Number of stated statements that the change adds."""
        return len(self.come)

    @property
    def removed(self) -> int:
        """Number of stated statements that it takes out."""
        return len(self.gone)


def whatif(
    side: Side, update: str = "", remove: Mapping[str, str] | None = None, day: datetime.date | None = None
) -> Trial:
    """Try a change.

    Parameters
    ----------
    side : the graphs that count as current.
    update : SPARQL Update; it reads and writes the default graph.
    remove : IRI to label of things to take out, with everything said about them and every statement that leads to
        them.
    day : a line that did not hold on this day carries nobody further.

    Raises
    ------
    QuerySyntax : with line and column.
    QueryRefused : LOAD or SERVICE.
    BadInput : it writes to a named graph, or a thing to take out is not in the current facts.
    """
    names = [name for name in side.current if name != GRAPH + "derived"]
    stated = [quad for name in names for quad in side.store.quads_for_pattern(None, None, None, ox.NamedNode(name))]
    copy = [ox.Quad(quad.subject, quad.predicate, quad.object) for quad in stated]
    changed = _updated(copy, update) if update.strip() else copy
    gone = {ox.NamedNode(iri): label for iri, label in (remove or {}).items()}
    there = Facts(statements(changed if gone else ()))
    for node, label in gone.items():
        if not is_there(there, node):
            raise BadInput(f"{label} is not in the current facts", "Take out something that is.")
    before, after = Facts(statements(copy)), Facts(statements(without(changed, gone)))
    first, second = set(before), set(after)
    derive(before, day)
    derive(after, day)
    found = effects(before, after, first, second)
    return Trial(before, after, frozenset(second - first), frozenset(first - second), found)


def _updated(quads: Sequence[ox.Quad], update: str) -> list[ox.Quad]:
    """The quads after an update of a scratch store that holds them."""
    check_query(update, _LARGE)
    scratch = ox.Store()
    scratch.bulk_extend(quads)
    try:
        scratch.update(update, prefixes=PREFIXES)
    except SyntaxError as error:
        raise syntax_error(update, error, "change") from None
    except (OSError, RuntimeError, ValueError) as error:
        raise BadInput(f"the change failed: {error}", "Try it in smaller parts.") from None
    named = next((graph for graph in scratch.named_graphs() if isinstance(graph, ox.NamedNode)), None)
    if named:
        raise BadInput(
            f"the change writes to the graph <{named.value}>",
            "Leave GRAPH, INTO and WITH out: a trial reads and writes the current facts as one default graph.",
        )
    return list(skolemised(scratch, "what-if"))
