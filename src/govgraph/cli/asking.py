"""`ask`, `questions`, `query` and `explain`: read the graph."""

import signal
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import click

from govgraph.accountability.chain import chain_of
from govgraph.cli.options import format_option, open_graph, store_option, time_options
from govgraph.cli.printing import print_chain, print_table
from govgraph.errors import BadInput
from govgraph.questions.library import Parameter, Question, find, library
from govgraph.questions.table import Table, read_table
from govgraph.rdf.terms import literal
from govgraph.store.base import Request

__all__ = ["ask", "explain", "query", "questions"]

FORMATS = ("table", "csv", "tsv", "json", "md", "ttl")

_MEDIA_TYPES = {
    "table": ("application/sparql-results+json", "text/turtle"),
    "json": ("application/sparql-results+json", "application/ld+json"),
    "csv": ("text/csv", "application/sparql-results+json", "application/n-triples"),
    "tsv": ("text/tab-separated-values", "application/sparql-results+json", "application/n-triples"),
    "xml": ("application/sparql-results+xml", "application/rdf+xml"),
    "ttl": ("text/turtle", "application/sparql-results+json"),
    "nt": ("application/n-triples", "application/sparql-results+json"),
}


def _stop_at_once() -> None:
    """Let Ctrl-C end the process inside the engine: reading changes nothing, so nothing can be damaged."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


class _Questions(click.Group):
    """Each saved question is a command; its parameters are options."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(library())

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command:
        question = find(cmd_name)

        @store_option
        @time_options
        @format_option(*FORMATS)
        def run(
            store: str | None, as_of: str | None, version: str | None, dated_only: bool, form: str, **given: Any
        ) -> None:
            graph = open_graph(store).at(as_of, version, dated_only)
            _stop_at_once()
            print_table(graph.ask(question.id, **{k: v for k, v in given.items() if v}), form)

        command = click.command(question.id, help=f"{question.question}\n\n{question.description}")(run)
        for parameter in reversed(question.parameters):
            text = parameter.description + (f' [such as "{parameter.example}"]' if parameter.example else "")
            command.params.insert(0, click.Option([f"--{parameter.name}"], metavar="TEXT", help=text))
        return command


@click.command(cls=_Questions)
def ask() -> None:
    """Ask a saved question, such as: ask ultimately-accountable-to --body "Delivery groups"."""


@click.command()
@click.argument("name", required=False, metavar="[QUESTION]")
@click.argument("parameter", required=False)
@store_option
@format_option(*FORMATS)
def questions(name: str | None, parameter: str | None, store: str | None, form: str) -> None:
    """List the saved questions; the parameters of one QUESTION; or what a PARAMETER of it may be given."""
    if name and parameter:
        rows = [{"option": literal(option)} for option in open_graph(store).options(name, parameter.lstrip("-"))]
        print_table(Table(["option"], rows, 0), form)
    elif name:
        print_table(_told([_parameter(own) for own in find(name).parameters], *_PARAMETER), form)
    else:
        print_table(_told([_question(question) for question in library().values()], *_QUESTION), form)


_QUESTION = ("id", "question", "parameters")
_PARAMETER = ("parameter", "type", "required", "example", "description")


def _question(question: Question) -> tuple[str, ...]:
    options = [f"--{p.name}" if p.required else f"[--{p.name}]" for p in question.parameters]
    return question.id, question.question, " ".join(options)


def _parameter(own: Parameter) -> tuple[str, ...]:
    return f"--{own.name}", own.type, "yes" if own.required else "no", own.example, own.description


def _told(rows: list[tuple[str, ...]], *columns: str) -> Table:
    return Table(list(columns), [dict(zip(columns, map(literal, row), strict=True)) for row in rows], 0)


@click.command()
@click.argument("sparql")
@store_option
@time_options
@format_option(*_MEDIA_TYPES)
def query(sparql: str, store: str | None, as_of: str | None, version: str | None, dated_only: bool, form: str) -> None:
    """Run SPARQL: the text itself, the name of a file, or - for standard input."""
    if sparql == "-":
        text = sys.stdin.read()
    elif sparql.endswith((".rq", ".sparql")):
        try:
            text = Path(sparql).read_text(encoding="utf-8")
        except OSError as error:
            raise BadInput(f"{sparql}: cannot be read ({error.strerror})", "Check the name.") from None
    else:
        text = sparql
    graph = open_graph(store).at(as_of, version, dated_only)
    _stop_at_once()
    answer = graph.answer(Request(text, accept=_MEDIA_TYPES[form]))
    notes = [*graph.notes, *answer.notes]
    if form == "table" and answer.kind != "graph":
        print_table(replace(read_table(answer.body, answer.generation), notes=notes), "table")
    else:
        click.echo(answer.body, nl=not answer.body.endswith(b"\n"))
        for note in notes:
            click.echo(f"note: {note}", err=True)


@click.command()
@click.argument("body")
@store_option
@time_options
@click.option("--format", "form", type=click.Choice(["tree", *FORMATS]), default="tree", show_default=True)
def explain(body: str, store: str | None, as_of: str | None, version: str | None, dated_only: bool, form: str) -> None:
    """Show who BODY answers to, hop by hop to every end, as a tree with clauses."""
    graph = open_graph(store).at(as_of, version, dated_only)
    _stop_at_once()
    table = graph.ask("ultimately-accountable-to", body=body)
    if form == "tree":
        print_chain(chain_of(table.rows), table.parameters["body"], table)
    else:
        print_table(table, form)
