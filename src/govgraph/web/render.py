"""Pages from templates; every value is escaped, and a name that a template does not get is an error."""

import functools
import hashlib
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import jinja2
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from govgraph.namespaces import curie
from govgraph.questions.table import heading
from govgraph.web.links import chart_of, data_of, href

__all__ = ["asset", "drawing", "page"]

_HERE = Path(__file__).parent


@functools.cache
def asset(name: str) -> tuple[bytes, str]:
    """Content of a file of `assets/` and the hash that its address carries."""
    content = (_HERE / "assets" / name).read_bytes()
    return content, hashlib.sha256(content).hexdigest()[:12]


def drawing(svg: str) -> str:
    """A drawing of ours as part of a page; it has escaped what it shows."""
    from markupsafe import Markup

    return Markup(svg)  # noqa: S704


@functools.cache
def _environment() -> jinja2.Environment:
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(_HERE / "templates"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["upfirst"] = lambda text: text[:1].upper() + text[1:]
    environment.filters["together"] = lambda text: re.sub(r"(?<=\d) (?=b\d)", "\u00a0", text)
    environment.globals.update(
        href=href,
        data_of=data_of,
        chart_of=chart_of,
        curie=curie,
        heading=heading,
        stylesheet=f"/assets/site.css?v={asset('site.css')[1]}",
        icon=f"/assets/icon.svg?v={asset('icon.svg')[1]}",
    )
    return environment


def page(
    request: Request,
    template: str,
    *,
    status: int = 200,
    headers: Mapping[str, str] | None = None,
    **values: Any,
) -> Response:
    """An HTML page.

    Parameters
    ----------
    template : file of `templates/`.
    values : what the template shows.
    """
    values.setdefault("generation", None)
    values.setdefault("licence", "")
    values.setdefault("search", "")
    html = _environment().get_template(template).render(path=request.url.path, **values)
    known = {"Vary": "Accept", "Cache-Control": "no-cache"}
    if values["generation"] is not None:
        known |= {"Govgraph-Complete": "true", "Govgraph-Generation": str(values["generation"])}
    return HTMLResponse(html, status, {**known, **(headers or {})})
