"""Print tables, trees and reports in the format asked for."""

import io
import sys

import click
from rich.console import Console
from rich.markup import escape
from rich.table import Table as RichTable
from rich.tree import Tree

from govgraph.accountability.chain import Chain, Hop
from govgraph.accountability.outline import Branch, hop_in_words, outline
from govgraph.questions.table import Table, heading
from govgraph.review.exports.terminal import print_report as print_findings
from govgraph.review.findings import Report

__all__ = ["as_text", "print_chain", "print_report", "print_table"]


def _console(width: int = 140) -> Console:
    return Console(width=None if sys.stdout.isatty() else width, highlight=False)


def print_table(table: Table, form: str) -> None:
    """A table in one of the formats table, csv, tsv, json, md, ttl; notes go to standard error with CSV and TSV."""
    if form == "json":
        click.echo(table.to_json())
    elif form == "md":
        click.echo(table.to_markdown(), nl=False)
    elif form == "ttl":
        click.echo(table.to_turtle(), nl=False)
    elif form in ("csv", "tsv"):
        click.echo(table.to_csv("," if form == "csv" else "\t"), nl=False)
        for note in table.notes:
            click.echo(f"note: {note}", err=True)
    else:
        shown = RichTable(show_edge=False, header_style="bold")
        for name in table.shown:
            shown.add_column(heading(name), overflow="fold")
        for row in table.terms:
            shown.add_row(*(escape(table.cell(row, name)) for name in table.shown))
        console = _console()
        if table.terms:
            console.print(shown)
        else:
            console.print("no rows")
        for note in table.notes:
            console.print(f"• {escape(note)}", soft_wrap=True)


def print_chain(chain: Chain, label: str, table: Table) -> None:
    """A chain as a tree that grows towards the ends, with the clauses and the strength of each hop."""
    tree = Tree(f"[bold]{escape(label)}[/bold]")
    for start in outline(chain) if chain.hops else []:
        _grow(tree, start)
    console = _console(width=500)
    console.print(tree)
    for note in table.notes:
        console.print(f"• {escape(note)}", soft_wrap=True)


def _grow(tree: Tree, branch: Branch) -> None:
    for child in branch.children:
        if child.hop:
            _grow(tree.add(_told(child, child.hop)), child)


def _told(branch: Branch, hop: Hop) -> str:
    """One hop in words: principal, clause, strength, mode, matter."""
    told = f"[bold]{escape(branch.label)}[/bold]  ({escape(hop_in_words(hop))})"
    if matter := hop.lines[0].matter:
        told += f" for {escape(matter)}"
    if others := ", ".join(other.clause for other in hop.lines[1:]):
        told += f" [dim]also {escape(others)}[/dim]"
    return told + (" ■ end" if hop.end else "") + (" (as above)" if branch.as_above else "")


def print_report(report: Report, form: str, fail_on: str = "violation") -> None:
    """A review in one of the formats table, json, csv, md, ttl, html, junit, sarif."""
    if form == "table" and sys.stdout.isatty():
        print_findings(report, Console(highlight=False))
        return
    click.echo(as_text(report, form, fail_on), nl=False)
    if form in ("csv", "ttl", "junit"):
        for note in report.notes:
            click.echo(f"note: {note}", err=True)


def as_text(report: Report, form: str, fail_on: str = "violation") -> str:
    """A review as the text of a file."""
    if form == "table":
        text = io.StringIO()
        print_findings(report, Console(file=text, width=100, highlight=False))
        return "\n".join(line.rstrip() for line in text.getvalue().splitlines()) + "\n"
    written = {
        "json": report.to_json,
        "csv": report.to_csv,
        "md": report.to_markdown,
        "ttl": report.to_turtle,
        "html": report.to_html,
        "junit": lambda: report.to_junit(fail_on),
        "sarif": report.to_sarif,
    }[form]()
    return written if written.endswith("\n") else written + "\n"
