"""The description of the site for programs: /openapi.json (OpenAPI 3.1), with every saved question as an operation."""

from typing import Any

from fastapi import FastAPI
from starlette.types import ASGIApp, Receive, Scope, Send

from govgraph.questions.library import Parameter, Question, library
from govgraph.web.operations import PROBLEM, described, responses, texts

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
_TEXTS = ("text/csv", "text/tab-separated-values", "text/markdown", "text/turtle")


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
            known = found.setdefault("components", {})
            known.setdefault("schemas", {}).update(Table=_TABLE, Problem=PROBLEM)
            known["securitySchemes"] = {"token": {"type": "http", "scheme": "bearer"}}
        return super().openapi()


def operations() -> dict[str, Any]:
    """The paths of the saved questions, and of everything else that a program may ask for."""
    paths = {f"/questions/{question.id}.{{form}}": {"get": _asked(question)} for question in library().values()}
    return paths | described()


def _asked(question: Question) -> dict[str, Any]:
    form = {
        "name": "form",
        "in": "path",
        "required": True,
        "description": "form of the answer",
        "schema": {"type": "string", "enum": ["json", "csv", "tsv", "md", "ttl"]},
        "example": "json",
    }
    content = {"application/json": {"schema": {"$ref": "#/components/schemas/Table"}}}
    return {
        "operationId": question.id,
        "summary": question.question,
        "description": question.description or question.title,
        "tags": list(question.tags),
        "parameters": [form, *(_parameter(parameter) for parameter in question.parameters)],
        "responses": responses("The rows of the answer.", content | texts(_TEXTS)),
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
