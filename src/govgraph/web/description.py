"""The description of the site for programs: /openapi.json (OpenAPI 3.1), with every saved question as an operation."""

from typing import Any

from fastapi import FastAPI
from starlette.types import ASGIApp, Receive, Scope, Send

from govgraph.questions.library import Parameter, Question, library

__all__ = ["Described", "operations"]

_SCHEMAS: dict[str, dict[str, Any]] = {
    "string": {"type": "string"},
    "iri": {"type": "string"},
    "date": {"type": "string", "format": "date"},
    "number": {"type": "number"},
    "boolean": {"type": "boolean"},
}
_TABLE: dict[str, Any] = {
    "title": "Table",
    "description": "An answer with what is needed to cite it; a value is null where the text does not say.",
    "type": "object",
    "required": ["question", "params", "generation", "rows", "notes"],
    "properties": {
        "question": {"type": ["string", "null"]},
        "params": {"type": "object"},
        "generation": {"type": "integer", "description": "number of the generation of the store that answered"},
        "rows": {"type": "array", "items": {"type": "object"}},
        "notes": {"type": "array", "items": {"type": "string"}, "description": "what to know before relying on it"},
    },
}
_PROBLEM: dict[str, Any] = {
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
    },
}
_FAILURES = {
    "400": "A parameter is missing, unknown or of the wrong kind.",
    "404": "No thing has that name; names that are close are given.",
    "413": "The answer is too large.",
    "503": "No reader answers.",
    "504": "The deadline passed.",
}
_TEXTS = ("text/csv", "text/tab-separated-values", "text/markdown")


class Described(FastAPI):
    """An application whose description also lists the routes that the framework does not read for itself.

    What stands in front of it gets a request before the framework does anything, which costs more than some answers.
    """

    front: ASGIApp | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if self.front and scope["type"] == "http":
            scope["app"] = self
            await self.front(scope, receive, send)
        else:
            await super().__call__(scope, receive, send)

    async def framework(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request by the routes."""
        await super().__call__(scope, receive, send)

    def openapi(self) -> dict[str, Any]:
        """The description, made once."""
        if not self.openapi_schema:
            found = super().openapi()
            found["paths"] |= operations()
            found.setdefault("components", {}).setdefault("schemas", {}).update(Table=_TABLE, Problem=_PROBLEM)
        return super().openapi()


def operations() -> dict[str, Any]:
    """The paths of the saved questions, of the endpoint and of its examples."""
    paths = {f"/questions/{question.id}.{{form}}": {"get": _asked(question)} for question in library().values()}
    return paths | {"/sparql": {"get": _query()}, "/.well-known/sparql-examples": {"get": _examples()}}


def _asked(question: Question) -> dict[str, Any]:
    form = {
        "name": "form",
        "in": "path",
        "required": True,
        "description": "form of the answer",
        "schema": {"type": "string", "enum": ["json", "csv", "tsv", "md"]},
        "example": "json",
    }
    content = {"application/json": {"schema": {"$ref": "#/components/schemas/Table"}}}
    return {
        "operationId": question.id,
        "summary": question.question,
        "description": question.description or question.title,
        "tags": list(question.tags),
        "parameters": [form, *(_parameter(parameter) for parameter in question.parameters)],
        "responses": _responses("The rows of the answer.", content | _texts(_TEXTS)),
    }


def _parameter(parameter: Parameter) -> dict[str, Any]:
    found: dict[str, Any] = {
        "name": parameter.name,
        "in": "query",
        "required": parameter.required,
        "description": parameter.description,
        "schema": dict(_SCHEMAS[parameter.type]),
        "example": _example(parameter),
    }
    if parameter.class_iri:
        found["schema"]["x-class"] = parameter.class_iri
    if parameter.default:
        found["schema"]["default"] = parameter.default
    return found


def _example(parameter: Parameter) -> str | float | bool:
    """The example in the type of the parameter."""
    if parameter.type == "number":
        return float(parameter.example.replace(",", "").removeprefix("£"))
    if parameter.type == "boolean":
        return parameter.example in ("yes", "true", "True")
    return parameter.example


def _query() -> dict[str, Any]:
    query = {
        "name": "query",
        "in": "query",
        "required": True,
        "description": "SPARQL 1.1",
        "schema": {"type": "string"},
    }
    content = _texts(("application/sparql-results+json", "application/sparql-results+xml", *_TEXTS[:2], "text/turtle"))
    return {
        "operationId": "sparql",
        "summary": "Run a SPARQL query",
        "description": "The SPARQL 1.1 Protocol; POST works too.",
        "tags": ["sparql"],
        "parameters": [query],
        "responses": _responses("The whole answer.", content),
    }


def _examples() -> dict[str, Any]:
    return {
        "operationId": "sparql-examples",
        "summary": "The saved questions as RDF",
        "tags": ["sparql"],
        "responses": {
            "200": {"description": "Every question as sh:SPARQLExecutable.", "content": _texts(["text/turtle"])}
        },
    }


def _texts(media_types: Any) -> dict[str, Any]:
    return {media_type: {"schema": {"type": "string"}} for media_type in media_types}


def _responses(told: str, content: dict[str, Any]) -> dict[str, Any]:
    problem = {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}
    failures = {status: {"description": text, "content": problem} for status, text in _FAILURES.items()}
    return {"200": {"description": told, "content": content}} | failures
