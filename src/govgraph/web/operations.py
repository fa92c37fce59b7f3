"""What a program may ask the site for beside the saved questions, as operations of OpenAPI 3.1."""

from collections.abc import Iterable, Mapping
from typing import Any

from govgraph.namespaces import GRAPH
from govgraph.review.findings import SEVERITIES, SUBJECTS
from govgraph.web.linked_data import FORMS
from govgraph.web.pages.wanted import STATES
from govgraph.web.profiles import PROFILES

__all__ = ["PROBLEM", "described", "responses", "texts"]

PROBLEM: dict[str, Any] = {
    "title": "Problem",
    "description": "What went wrong and what to do (RFC 9457).",
    "type": "object",
    "required": ["type", "title", "status", "detail", "code"],
    "properties": {
        "type": {"type": "string", "format": "uri"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "code": {"type": "string"},
        "suggestions": {"type": "array", "items": {"type": "string"}},
        "generation": {"type": "integer", "description": "the last generation that had the thing"},
        "findings": {"type": "array", "items": {"type": "object"}, "description": "why a change was refused"},
    },
}
_FAILURES = {
    "400": "A parameter is missing, unknown or of the wrong kind.",
    "401": "Writing needs a bearer token.",
    "403": "Writing is off, or the token does not let you.",
    "404": "No thing has that name; names that are close are given.",
    "405": "That is not done here.",
    "406": "None of the forms asked for can be given; the problem lists them.",
    "409": "That graph cannot be written to.",
    "410": "It has been removed; an earlier generation still has it.",
    "412": "It is no longer what the request expects.",
    "413": "The request or its answer is too large.",
    "415": "The body is in a form that is not read here.",
    "422": "The change breaks rules of the review; nothing was changed.",
    "503": "No reader answers.",
    "504": "The deadline passed.",
}
_USUAL = ("400", "404", "413", "503", "504")
_WRITING = ("400", "401", "403", "404", "405", "409", "412", "413", "415", "422", "503")
_RESULTS = (
    "application/sparql-results+json",
    "application/sparql-results+xml",
    "text/csv",
    "text/tab-separated-values",
)
_GRAPHS = ("text/turtle", "application/ld+json", "application/n-triples", "application/rdf+xml")
_DATASETS = ("application/trig", "application/n-quads")
_JSON = ("application/json",)

_Parameter = dict[str, Any]


def responses(
    told: str, content: Mapping[str, Any], failing: Iterable[str] = _USUAL, status: str = "200"
) -> dict[str, Any]:
    """The answers of an operation: the one that is hoped for, and the problems.

    Parameters
    ----------
    told : what a good answer holds.
    content : its forms.
    failing : status of each problem.
    """
    problem = {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}
    good = {"description": told} | ({"content": dict(content)} if content else {})
    return {status: good} | {each: {"description": _FAILURES[each], "content": problem} for each in failing}


def texts(media_types: Iterable[str]) -> dict[str, Any]:
    """Forms of an answer that are described no further."""
    return {media_type: {"schema": {"type": "string"}} for media_type in media_types}


def described() -> dict[str, Any]:
    """The paths, by what they are for."""
    return _querying() | _writing() | _things() | _pages() | _wholes()


def _forms(media_types: Iterable[str]) -> dict[str, Any]:
    kinds = {
        media_type: {"type": "object"} if media_type in _JSON else {"type": "string"} for media_type in media_types
    }
    return {media_type: {"schema": kind} for media_type, kind in kinds.items()}


def _asked(name: str, told: str, example: Any = None, **schema: Any) -> _Parameter:
    """A parameter of the address's query, which may be left out."""
    found = {"name": name, "in": "query", "required": False, "description": told}
    found["schema"] = {"type": "string"} | schema
    return found | ({} if example is None else {"example": example})


def _in_path(name: str, told: str, example: str, **schema: Any) -> _Parameter:
    found = {"name": name, "in": "path", "required": True, "description": told, "example": example}
    return found | {"schema": {"type": "string"} | schema}


def _get(
    name: str, summary: str, tag: str, told: str, media_types: Iterable[str], *parameters: _Parameter,
    description: str = "", failing: Iterable[str] = _USUAL,
) -> dict[str, Any]:  # fmt: skip
    found: dict[str, Any] = {"operationId": name, "summary": summary, "tags": [tag], "parameters": list(parameters)}
    if description:
        found["description"] = description
    return found | {"responses": responses(told, _forms(media_types), failing)}


_GENERATION = _asked("generation", "number of an earlier generation that is kept; without it, the current one", "1")


def _querying() -> dict[str, Any]:
    query = _asked("query", "SPARQL 1.1", "ASK { ?s ?p ?o }") | {"required": True}
    again = [
        _asked("default-graph-uri", "graphs that the query reads as one", format="uri"),
        _asked("named-graph-uri", "graphs that the query may name", format="uri"),
        _GENERATION,
        _asked("cut", "the first rows only; the answer then says that it is not whole", 100, type="integer", minimum=1),
        _asked("format", "form of the answer, before the Accept header", "json"),
    ]
    told = "The SPARQL 1.1 Protocol. POST with a form or a query as its body works too, and QUERY."
    answer = (*_RESULTS, *_GRAPHS)
    posted = _get("sparql-post", "Run a long SPARQL query", "sparql", "The whole answer.", answer, description=told)
    posted["requestBody"] = {"required": True, "content": texts(["application/sparql-query"])}
    examples = _get(
        "sparql-examples", "The saved questions as RDF", "sparql", "Every question as sh:SPARQLExecutable.",
        ["text/turtle"], failing=(),
    )  # fmt: skip
    terms = _get(
        "terms", "Prefixes and terms, for the completion of editors", "sparql",
        "Each class, property and code with its name, label, kind, number of uses and definition.", _JSON, failing=(),
    )  # fmt: skip
    asked = _get(
        "sparql", "Run a SPARQL query", "sparql", "The whole answer.", answer, query, *again, description=told,
        failing=(*_USUAL, "406"),
    )  # fmt: skip
    return {
        "/sparql": {"get": asked, "post": posted},
        "/.well-known/sparql-examples": {"get": examples},
        "/def/terms.json": {"get": terms},
    }


def _writing() -> dict[str, Any]:
    graph = _asked("graph", "IRI of the graph", f"{GRAPH}uk", format="uri")
    own = [graph, _asked("default", "present for the default graph")]
    read = _get(
        "graph-read", "Read a graph, or all of them", "graphs", "The statements.", (*_GRAPHS, *_DATASETS), *own,
        description="The SPARQL 1.1 Graph Store Protocol. Without a graph: the whole dataset, in TriG or N-Quads.",
        failing=(*_USUAL, "406"),
    )  # fmt: skip
    found: dict[str, Any] = {"get": read}
    for method, summary in (
        ("put", "Put statements in place of a graph"),
        ("post", "Add statements to a graph"),
        ("delete", "Delete a graph"),
    ):
        found[method] = _change(f"graph-{method}", summary, own)
        if method != "delete":
            found[method]["requestBody"] = {"required": True, "content": texts((*_GRAPHS, *_DATASETS))}
    update = _change("update", "Change the graph by a SPARQL Update", [])
    update["requestBody"] = {"required": True, "content": texts(["application/sparql-update"])}
    return {"/graphs": found, "/update": {"post": update}}


def _change(name: str, summary: str, parameters: list[_Parameter]) -> dict[str, Any]:
    return {
        "operationId": name,
        "summary": summary,
        "description": "Where writing is on. Ends in a new generation, or changes nothing and says why.",
        "tags": ["writing"],
        "parameters": parameters,
        "security": [{"token": []}],
        "responses": responses("It is done, and on disk.", {}, _WRITING, "204"),
    }


def _things() -> dict[str, Any]:
    thing = _in_path("thing", "path of the thing's IRI", "harrow/body/partnership-board")
    form = _in_path("form", "form of the data", "ttl", enum=list(FORMS))
    view = _asked("_profile", "view of the data", enum=[each.token for each in PROFILES])
    back = [_asked("from", "an earlier generation", "1"), _asked("to", "a later one; without it, the current one", "1")]
    side = _asked("side", "what to tell; needed for Turtle", enum=["added", "removed"])
    return {
        "/data/{thing}.{form}": {
            "get": _get(
                "thing",
                "The statements about a thing",
                "things",
                "What is said about it, and what points to it.",
                FORMS.values(),
                thing,
                form,
                view,
                _GENERATION,
                failing=(*_USUAL, "406", "410"),
            )
        },
        "/diff": {
            "get": _get(
                "diff",
                "The statements by which two generations differ",
                "things",
                "What was added and removed.",
                (*_JSON, "application/trig", "text/turtle"),
                *back,
                side,
                failing=(*_USUAL, "406"),
            )
        },
    }


def _pages() -> dict[str, Any]:
    narrowing = [
        _asked("severity", "how bad", enum=list(SEVERITIES)),
        _asked("subject", "what it is about", enum=list(SUBJECTS)),
        _asked("rule", "identifier of the rule", "GOV-CHAIN-002"),
        _asked("body", "IRI or name of the body that it concerns"),
        _asked("document", "IRI of a document version"),
        _asked("thing", "IRI of what it is about or rests on"),
        _asked("text", "words that all stand in the finding"),
        _asked("state", "what has become of it since the generation `against`", enum=list(STATES)),
        _asked("against", "the earlier generation that `state` compares with", "1"),
        _GENERATION,
    ]
    kinds = {
        "json": "application/json", "csv": "text/csv", "md": "text/markdown", "html": "text/html",
        "ttl": "text/turtle", "sarif": "application/sarif+json", "xml": "application/xml",
    }  # fmt: skip
    form = _in_path("form", "form of the report", "json", enum=list(kinds))
    rule = _in_path("rule", "identifier of the rule", "GOV-CHAIN-002")
    key = _in_path("id", "id of the finding", "0" * 16, pattern="^[0-9a-f]{16}$")
    name = _in_path("name", "short name of the version", "handbook-current")
    body = _in_path("body", "path of the body's IRI", "harrow/body/delivery-groups")
    drawn = _in_path("form", "form of the chart", "json", enum=["svg", "json", "csv"])
    lines = [
        _asked("mode", "a way of answering, such as accountability; may be given again"),
        _asked("as_of", "what held on that day", "2024-02-15", format="date"),
        _asked("version", "short name of the document version whose lines are drawn"),
    ]
    sought = [
        _asked("name", "words of the name, or a code"),
        _asked("nation", "its nation", "Wales"),
        _asked("type", "its type", "county"),
        _asked("standing", "whether it is there now", enum=["current", "past", "planned"]),
    ]
    listed = _in_path("form", "form of the list", "json", enum=["json", "csv"])
    matter = [
        _asked("kind", "kind of decision", "revenue spend") | {"required": True},
        _asked("amount", "in pounds", "600000"),
        _asked("service_budget", "budget of the service, in pounds"),
        _asked("wards", "number of wards affected"),
        _asked("contract", "yes, or the amount of the contract"),
        _asked("best_consideration", "for land", enum=["yes", "no"]),
        _asked("council", "whose rules"),
        _asked("as_of", "on which day", "2024-02-15", format="date"),
        _asked("affirm", "IRI of a rule whose conditions hold; may be given again"),
    ]
    sides = [
        _asked("from", "the earlier version or generation", "handbook-earlier") | {"required": True},
        _asked("to", "the later one", "handbook-current"),
    ]
    drawing = ("image/svg+xml", "application/json", "text/csv")
    table = {
        "/review.{form}": ("review", "What the review found", kinds.values(), [form, *narrowing]),
        "/review/rules.json": ("review-rules", "The rules of the review and what they found", _JSON, [_GENERATION]),
        "/review/rule/{rule}.json": ("review-rule", "One rule with its findings", _JSON, [rule, _GENERATION]),
        "/review/finding/{id}.json": ("review-finding", "One finding", _JSON, [key, _GENERATION]),
        "/documents.json": ("document-list", "The documents and their versions", _JSON, []),
        "/documents/{name}.json": (
            "document",
            "A version clause by clause, with what was drawn from it",
            _JSON,
            [name],
        ),
        "/compare.json": ("compare", "What changed between two versions or generations, in words", _JSON, sides),
        "/councils.{form}": ("register", "Councils of the register", (*_JSON, "text/csv"), [listed, *sought]),
        "/chart.{form}": ("chart", "Who answers to whom", drawing, [drawn, *lines]),
        "/chart/{body}.{form}": ("chart-of", "Who one body answers to", drawing, [body, drawn, *lines]),
        "/decide.json": ("decide", "Who decides a matter, by which rule and clause", _JSON, matter),
    }
    return {
        path: {"get": _get(name, summary, "answers", f"{summary}.", media_types, *parameters)}
        for path, (name, summary, media_types, parameters) in table.items()
    }


def _wholes() -> dict[str, Any]:
    number = _in_path("generation", "number of a generation that is kept", "1", pattern="^[0-9]{1,6}$")
    file = _in_path("file", "name of the file, as the list gives it", "govgraph.nq.gz")
    every = (*_GRAPHS, "application/trig")
    return {
        "/dumps/": {
            "get": _get("dumps", "The files of the current generation", "files", "Name, size and SHA-256.", _JSON)
        },
        "/dumps/{generation}/": {
            "get": _get("dumps-of", "The files of a generation", "files", "As above.", _JSON, number)
        },
        "/dumps/{generation}/{file}": {
            "get": _get("dump", "One file; ranges may be asked for", "files", "It.", ["application/gzip"], number, file)
        },
        "/catalog": {"get": _get("catalogue", "The data sets as DCAT 3", "files", "The catalogue.", every)},
        "/.well-known/void": {"get": _get("void", "The graph counted as VoID", "files", "The counts.", every)},
        "/def/": {"get": _get("ontology", "The ontology", "files", "Every statement of it.", every)},
    }
