"""The command line: one module for each group of verbs."""

import sys

import click

import govgraph
from govgraph.cli.asking import ask, explain, query, questions
from govgraph.cli.building import build
from govgraph.cli.comparing import diff
from govgraph.cli.connecting import mcp
from govgraph.cli.deciding import deadline, decide
from govgraph.cli.importing import importing
from govgraph.cli.keeping import backup, export, restore, settings
from govgraph.cli.serving import serve
from govgraph.cli.sources import sources
from govgraph.cli.trying import whatif
from govgraph.cli.validating import validate
from govgraph.errors import GovgraphError

__all__ = ["main"]


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(govgraph.__version__, prog_name="govgraph")
def cli() -> None:
    """Ask who answers to whom in local government, by which clause, and how sure the text is.

    \b
    Exit codes: 0 done; 1 findings; 2 bad input; 3 the store or the environment failed.
    """


for _verb in (
    ask,
    backup,
    build,
    deadline,
    decide,
    diff,
    explain,
    export,
    importing,
    mcp,
    query,
    questions,
    restore,
    serve,
    settings,
    sources,
    validate,
    whatif,
):
    cli.add_command(_verb)


def main() -> None:
    """Run the command line; errors become one line on standard error and an exit code."""
    try:
        code = cli.main(standalone_mode=False)
    except GovgraphError as error:
        click.echo(f"govgraph: {error}", err=True)
        sys.exit(error.exit_code)
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except (click.Abort, KeyboardInterrupt):
        click.echo("govgraph: stopped; nothing was changed", err=True)
        sys.exit(130)
    except BrokenPipeError:
        sys.stderr.close()
        sys.exit(0)
    sys.exit(code if isinstance(code, int) else 0)
