"""A chain as pages show it: drawing, nested list with clauses, sentence and notes."""

from collections.abc import Sequence
from dataclasses import dataclass

from govgraph.accountability.chain import NETWORK, Chain, chain_of, network_of
from govgraph.accountability.drawing import draw
from govgraph.accountability.outline import Branch, in_one_sentence, listed, outline
from govgraph.errors import UnknownThing
from govgraph.questions.library import find, library
from govgraph.questions.runner import prepare
from govgraph.questions.table import Table
from govgraph.rdf.terms import iri
from govgraph.store.names import Named
from govgraph.web.links import href, query_link
from govgraph.web.pages.common import Clauses, clauses_of
from govgraph.web.pages.selection import LINES, Row
from govgraph.web.render import drawing
from govgraph.web.state import Site

__all__ = ["FLAGSHIP", "Charted", "charted", "charted_network", "charted_rows", "own_chain", "party_of"]

FLAGSHIP = "ultimately-accountable-to"


@dataclass(frozen=True)
class Charted:
    """A chain ready to be shown.

    Parameters
    ----------
    title : what the drawing shows.
    svg : the drawing, with links.
    branches : the nested list.
    clauses : of every line, with addresses.
    query : address of the query behind it.
    """

    chain: Chain
    title: str
    sentence: str
    svg: str
    branches: Sequence[Branch]
    clauses: Clauses
    notes: Sequence[str]
    query: str

    @property
    def alone(self) -> str:
        """The drawing for a file of its own, without links."""
        return draw(self.chain, self.title)


async def charted(site: Site, body: Named, legend: bool = True) -> Charted:
    """The chain of one body; without hops where no clause says to whom it answers."""
    table = await own_chain(site, body)
    chain = chain_of(table.rows, body.iri)
    chain.labels.setdefault(body.iri, body.label)
    link = query_link(find(FLAGSHIP).text, body=iri(body.iri))
    title = f"Who {body.label} answers to"
    notes = list(table.notes)
    sentence = in_one_sentence(chain, body.label) if chain.hops or not notes else notes.pop(0)
    return await _charted(site, chain, title, sentence, notes, link, legend)


async def own_chain(site: Site, body: Named) -> Table:
    """Answer of the flagship question for one body, with notes."""
    asked = prepare(find(FLAGSHIP), {"body": body.iri}, site.names())
    return asked.read(*await site.answers(asked.requests))


async def charted_network(site: Site) -> Charted:
    """Every line that carries accountability, in one chart."""
    table = await site.table(NETWORK)
    chain = network_of(table.rows)
    return await _charted(site, chain, "Who answers to whom", _counted(chain), [], query_link(NETWORK), True)


async def charted_rows(
    site: Site, rows: Sequence[Row], body: Named | None, notes: Sequence[str], accountable: bool
) -> Charted:
    """The lines of a selection as a chart.

    Parameters
    ----------
    body : where the chain starts; None for a chart of many.
    accountable : whether every line carries accountability, so that the chain's ends are those it answers to.
    """
    if body is None:
        chain, title = network_of(rows), "Who answers to whom"
        sentence = _counted(chain) if chain.hops else "No line is as chosen."
    else:
        chain, title = chain_of(rows, body.iri), f"Who {body.label} answers to"
        chain.labels.setdefault(body.iri, body.label)
        if not chain.hops:
            sentence = f"{body.label}: no line of the chosen kinds leads from it."
        elif accountable:
            sentence = in_one_sentence(chain, body.label)
        else:
            ends = listed([chain.labels[end] for end in chain.ends])
            count = "one step" if len(chain.hops) == 1 else f"{len(chain.hops)} steps"
            sentence = f"{body.label}: {count} of the chosen kinds" + (f", which end at {ends}." if ends else ".")
    return await _charted(site, chain, title, sentence, notes, query_link(LINES), True)


def _counted(chain: Chain) -> str:
    """How large a chart of many is, in one sentence."""
    count = len({hop.party for hop in chain.hops} | {hop.to for hop in chain.hops})
    return f"{count} parties and {len(chain.hops)} steps from one to the next, with {len(chain.ends)} ends."


async def _charted(
    site: Site, chain: Chain, title: str, sentence: str, notes: Sequence[str], query: str, legend: bool
) -> Charted:
    clauses = await clauses_of(site, (line.iri for hop in chain.hops for line in hop.lines))
    return Charted(
        chain,
        title,
        sentence,
        drawing(draw(chain, title, href, legend=legend)) if chain.hops else "",
        outline(chain) if chain.hops else [],
        clauses,
        notes,
        query,
    )


async def party_of(site: Site, name: str) -> Named:
    """The party with a name or IRI, as the flagship question's parameter takes it.

    Raises
    ------
    UnknownThing : with names that are close.
    """
    parameter = library()[FLAGSHIP].parameters[0]
    found = await site.named("find", name, [parameter.class_iri])
    if not isinstance(found, Named):
        raise UnknownThing(name)
    return found
