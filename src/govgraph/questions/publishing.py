"""The saved questions as RDF, so that any SPARQL editor can offer them (SHACL §5.1, §7.1).

Each question is a `sh:SPARQLExecutable` with its query whole, as catalogues of example queries expect it: the
question in `rdfs:comment`, the tags in `schema:keywords`, the endpoint in `schema:target`. Its parameters are
`sh:Parameter`s: the name of a variable, and the class or datatype of its values.
"""

from collections.abc import Iterable, Iterator

import pyoxigraph as ox

from govgraph.namespaces import PREFIXES, QUESTION
from govgraph.questions.library import Parameter, Question
from govgraph.rdf.files import serialise
from govgraph.rdf.terms import iri, literal, term

__all__ = ["query_of", "turtle"]

_DATATYPES = {"string": "string", "date": "date", "number": "decimal", "boolean": "boolean"}


def query_of(question: Question) -> str:
    """The SPARQL of a question without its header.

    >>> from govgraph.questions.library import find
    >>> query_of(find("who-chairs")).splitlines()[0]
    'PREFIX dct: <http://purl.org/dc/terms/>'
    """
    return "\n".join(line for line in question.text.splitlines() if not line.startswith("#+")).strip() + "\n"


def turtle(questions: Iterable[Question], endpoint: str) -> str:
    """All questions as Turtle.

    Parameters
    ----------
    questions : of a library.
    endpoint : address of the SPARQL endpoint that answers them.

    Raises
    ------
    BadParameter : the address is not a legal IRI.

    Examples
    --------
    ``turtle(library().values(), "http://127.0.0.1:8000/sparql")``
    """
    target = _named(endpoint)
    statements = [statement for question in questions for statement in _of_question(question, target)]
    return serialise([*_prefixes(), *statements], "text/turtle").decode()


def _prefixes() -> Iterator[ox.Triple]:
    """The prefixes that the endpoint knows (SHACL §5.2.1)."""
    for name, namespace in PREFIXES.items():
        declaration = _named(f"{QUESTION}prefix/{name}")
        yield ox.Triple(_named(QUESTION), _name("sh:declare"), declaration)
        yield ox.Triple(declaration, _name("sh:prefix"), _text(name))
        yield ox.Triple(declaration, _name("sh:namespace"), _text(namespace, "anyURI"))


def _of_question(question: Question, target: ox.NamedNode) -> Iterator[ox.Triple]:
    node = _named(QUESTION + question.id)
    for kind in ("sh:SPARQLExecutable", "sh:SPARQLSelectExecutable"):
        yield ox.Triple(node, _name("rdf:type"), _name(kind))
    yield ox.Triple(node, _name("rdfs:label"), _english(question.title))
    yield ox.Triple(node, _name("rdfs:comment"), _english(question.question))
    if question.description:
        yield ox.Triple(node, _name("dct:description"), _english(question.description))
    yield ox.Triple(node, _name("sh:prefixes"), _named(QUESTION))
    yield ox.Triple(node, _name("sh:select"), _text(query_of(question)))
    yield ox.Triple(node, _name("schema:target"), target)
    for tag in question.tags:
        yield ox.Triple(node, _name("schema:keywords"), _text(tag))
    for parameter in () if question.resolver else question.parameters:  # a resolver's query has no such variable
        yield ox.Triple(node, _name("sh:parameter"), _named(f"{QUESTION}{question.id}/{parameter.name}"))
        yield from _of_parameter(_named(f"{QUESTION}{question.id}/{parameter.name}"), parameter)


def _of_parameter(node: ox.NamedNode, parameter: Parameter) -> Iterator[ox.Triple]:
    yield ox.Triple(node, _name("rdf:type"), _name("sh:Parameter"))
    yield ox.Triple(node, _name("sh:path"), _named(f"{QUESTION}parameter/{parameter.name}"))
    yield ox.Triple(node, _name("sh:name"), _english(parameter.name))
    yield ox.Triple(node, _name("sh:description"), _english(parameter.description))
    yield ox.Triple(node, _name("sh:optional"), _text(str(not parameter.required).lower(), "boolean"))
    if parameter.type in _DATATYPES:
        yield ox.Triple(node, _name("sh:datatype"), _name(f"xsd:{_DATATYPES[parameter.type]}"))
    else:
        yield ox.Triple(node, _name("sh:nodeKind"), _name("sh:IRI"))
    if parameter.class_iri and "/scheme/" not in parameter.class_iri:  # the values of a code list have no class
        yield ox.Triple(node, _name("sh:class"), _named(parameter.class_iri))


def _name(short: str) -> ox.NamedNode:
    prefix, _, local = short.partition(":")
    return _named(PREFIXES[prefix] + local)


def _named(value: str) -> ox.NamedNode:
    made = term(iri(value))
    assert isinstance(made, ox.NamedNode)
    return made


def _text(value: str, datatype: str | None = None) -> ox.NamedNode | ox.Literal:
    return term(literal(value, datatype))


def _english(value: str) -> ox.Literal:
    return ox.Literal(value, language="en")
