"""Ask a saved question: prepare the request, and read the answer with its notes.

Where SPARQL cannot say it, a question's query gives rows to start from, and its header names a resolver that turns
them into the answer. Such a query is sent whole, and what it was asked about goes to the resolver; but a resolver that
needs no more than what is around a body is given just that, so that the answer costs the same in a graph of any size.

The two halves are apart so that the command line (which reads the store itself) and
the site (which waits for a reader process) share them.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from govgraph.accountability.chain import CONTEXT, notes_on
from govgraph.accountability.network import NEAR, RESOLVERS
from govgraph.errors import BadInput
from govgraph.knowledge.snapshot import Snapshot
from govgraph.questions.library import Question
from govgraph.questions.marking import marked
from govgraph.questions.parameters import bind
from govgraph.questions.table import Table, read_table
from govgraph.rdf.terms import JsonTerm
from govgraph.store.base import Answer, Reader, Request
from govgraph.store.names import Names

__all__ = ["Asked", "ask", "prepare"]


@dataclass(frozen=True)
class Asked:
    """A question with its parameters bound, ready to send.

    Parameters
    ----------
    requests : the question itself, then what its notes need.
    shown : parameters as a reader sees them.
    terms : parameters as they were bound.
    """

    question: Question
    requests: tuple[Request, ...]
    shown: dict[str, str]
    terms: Mapping[str, JsonTerm] = field(default_factory=dict)

    def read(self, *answers: Answer) -> Table:
        """The table that the answers to `requests` make."""
        table = read_table(answers[0].body, answers[0].generation)
        notes: list[str] = []
        if self.question.resolver:
            asked = {name: term["value"] for name, term in self.terms.items()}
            resolve = RESOLVERS[self.question.resolver]
            found = resolve(table.rows, asked.get("body", ""), self.shown.get("body", ""))
            table = replace(table, columns=found.columns, terms=found.terms)
            notes = list(found.notes)
        if self.question.chart == "chain" and self.shown:
            notes = notes_on(self.shown["body"], table.rows, read_table(answers[1].body, 0).rows)
        notes += dict.fromkeys(note for answer in answers for note in answer.notes)
        return replace(table, question=self.question.id, parameters=self.shown, notes=notes)


def prepare(question: Question, given: Mapping[str, str], names: Names) -> Asked:
    """Bind the parameters of a question.

    Raises
    ------
    BadParameter, UnknownThing
    BadInput : its header names a resolver that there is not.
    """
    if question.resolver and question.resolver not in RESOLVERS:
        offered = ", ".join(RESOLVERS)
        raise BadInput(f'"{question.id}" names the resolver "{question.resolver}"', f"There are: {offered}.")
    terms, shown = bind(question, given, names)
    near = NEAR.get(question.resolver) if "body" in terms else None
    requests = [Request(near or question.text, {} if question.resolver and not near else terms)]
    if question.chart == "chain" and terms:
        requests.append(Request(CONTEXT, {"body": terms["body"]}))
    return Asked(question, tuple(requests), shown, terms)


def ask(
    question: Question, given: Mapping[str, str], reader: Reader, names: Names, snapshot: Snapshot | None = None
) -> Table:
    """Ask a saved question of a reader in this process.

    Parameters
    ----------
    snapshot : what the reader reads, where that is not the whole generation.

    Examples
    --------
    ``ask(find("who-chairs"), {"body": "Partnership Board"}, reader, names).rows``
    """
    asked = prepare(question, given, names)
    table = asked.read(*(reader.answer(request) for request in asked.requests))
    return marked(table, snapshot, asked.terms, question.text) if snapshot else table
