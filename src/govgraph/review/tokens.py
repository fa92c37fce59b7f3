"""The tokens of a shape's query, read with errors that name the shape."""

from collections.abc import Mapping, Sequence

from govgraph.errors import BadInput, BadShapes
from govgraph.rdf import tokens as sparql
from govgraph.rdf.tokens import Token, is_word

__all__ = ["Token", "expanded", "is_word", "tokens_of"]


def tokens_of(text: str, where: str) -> list[Token]:
    """Tokens without spaces and comments.

    Raises
    ------
    BadShapes : a sign is no part of SPARQL, or a codepoint escape could hide one.

    >>> [token.text for token in tokens_of("SELECT $this # all", "a shape")]
    ['SELECT', '$this']
    """
    try:
        return sparql.tokens_of(text)
    except BadInput as error:
        raise BadShapes(f"{where}: its {error.message}", error.next_step) from None


def expanded(tokens: Sequence[Token], prefixes: Mapping[str, str], where: str) -> list[Token]:
    """Tokens with prefixed names written as IRIs, and the declarations at the start left out.

    Raises
    ------
    BadShapes : a prefix is not declared.
    """
    try:
        return sparql.expanded(tokens, prefixes)
    except BadInput as error:
        raise BadShapes(f"{where}: its {error.message}", error.next_step) from None
