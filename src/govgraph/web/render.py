"""Pages from templates; every value is escaped, and a name that a template does not get is an error."""

import datetime
import functools
import hashlib
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import quote

import jinja2
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from govgraph.namespaces import curie
from govgraph.questions.table import heading
from govgraph.settings import sources_folder
from govgraph.web.links import chart_of, data_of, href
from govgraph.web.reading import conditional

__all__ = ["POLICY", "asset", "british", "drawing", "page", "ready", "scripted"]

POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
"""What a page of ours may load and do; nothing that stands in the page itself is run or styled by."""

_HERE = Path(__file__).parent
_HEADINGS = {
    "carries": "accountable by it", "termYears": "term in years", "gssCode": "GSS code", "undated": "no date",
}  # fmt: skip


@functools.cache
def asset(name: str) -> tuple[bytes, str]:
    """Content of a file of `assets/` and the hash that its address carries."""
    content = (_HERE / "assets" / name).read_bytes()
    return content, hashlib.sha256(content).hexdigest()[:12]


def scripted(name: str) -> str:
    """Address of a script of `assets/`; empty where this installation was made without it."""
    try:
        return f"/assets/{name}?v={asset(name)[1]}"
    except FileNotFoundError:
        return ""


def drawing(svg: str) -> str:
    """A drawing of ours as part of a page; it has escaped what it shows."""
    from markupsafe import Markup

    return Markup(svg)  # noqa: S704


def british(date: object) -> str:
    """A date as it is written in Britain; anything else as it is.

    >>> british("2024-02-15"), british("")
    ('15 February 2024', '')
    """
    try:
        found = datetime.date.fromisoformat(str(date))
    except ValueError:
        return str(date)
    return f"{found.day} {found:%B %Y}"


def _heading(column: str) -> str:
    """A column's name in words that need no explanation."""
    return _HEADINGS.get(column) or heading(column)


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
    environment.filters["day"] = british
    environment.tests["above"] = lambda place, path: path == place or path.startswith(place + "/")
    environment.globals.update(
        href=href,
        data_of=data_of,
        chart_of=chart_of,
        curie=curie,
        heading=_heading,
        has_sources=lambda: sources_folder() is not None,
        stylesheet=f"/assets/site.css?v={asset('site.css')[1]}",
        icon=f"/assets/icon.svg?v={asset('icon.svg')[1]}",
    )
    return environment


def ready() -> None:
    """Compile every template, which the first page of each kind would otherwise wait for."""
    for name in _environment().list_templates():
        _environment().get_template(name)


def page(
    request: Request,
    template: str,
    *,
    status: int = 200,
    headers: Mapping[str, str] | None = None,
    scripts: Sequence[str] = (),
    **values: Any,
) -> Response:
    """An HTML page; a whole one has an entity tag, and is not sent to a browser that has it already.

    The tag is made from the page itself, so it changes with whatever the page depends on: the graph, the day on which
    a waiver runs out, the documents of the operator, the templates and the assets.

    Parameters
    ----------
    template : file of `templates/`.
    scripts : files of `assets/` that the page runs, each in a file of its own; those that are not there are left
        out. Only such a page may run scripts, and these may ask nobody but this site.
    values : what the template shows.
    """
    values.setdefault("generation", None)
    values.setdefault("licence", "")
    values.setdefault("search", "")
    addresses = [address for name in scripts if (address := scripted(name))]
    host, path = str(request.base_url), request.url.path
    own = host.rstrip("/") + quote(path, safe="/-._~") + (f"?{request.url.query}" if request.url.query else "")
    html = _environment().get_template(template).render(path=path, host=host, own=own, scripts=addresses, **values)
    known = {"Vary": "Accept", "Cache-Control": "no-cache"}
    if addresses:
        known["Content-Security-Policy"] = f"{POLICY}; script-src 'self'; connect-src 'self'"
    if values["generation"] is not None:
        known |= {"Govgraph-Complete": "true", "Govgraph-Generation": str(values["generation"])}
    told = {**known, **(headers or {})}
    if status == 200 and request.method in ("GET", "HEAD"):
        return conditional(request, html.encode(), {"Content-Type": "text/html; charset=utf-8", **told})
    return HTMLResponse(html, status, told)
