"""Two versions of a document, or two generations of the graph, side by side."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any
from urllib.parse import urlencode

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from govgraph.errors import BadInput
from govgraph.review.findings import day_in_words
from govgraph.web.links import href
from govgraph.web.pages.common import QUOTING, show, site_of, text_of
from govgraph.web.pages.differences import Difference, difference
from govgraph.web.pages.documents import data
from govgraph.web.pages.review_words import MOST
from govgraph.web.pages.revisions import Revision, find_revision, revisions
from govgraph.web.pages.struck import BodyChanges, Struck, bodies_changed, struck
from govgraph.web.problems import problem_of
from govgraph.web.state import Site

__all__ = ["router"]

router = APIRouter()

_AT_ONCE = 100  # things listed on one page
_LONGEST = 300  # characters told of one change
_HEADINGS = {
    "changed": "Told differently",
    "removed": "Only in the earlier",
    "added": "Only in the later",
}


async def compare(request: Request) -> Response:
    """The comparison that the address asks for; without one, what can be compared. Data where it ends in .json."""
    site = site_of(request)
    known = await revisions(site)
    named = text_of(request, "from"), text_of(request, "to")
    as_data = request.url.path.endswith(".json")
    problem = None
    try:
        if any(named):
            if all(_number(name) for name in named if name):
                return await _generations(request, site, *named, as_data)
            if not all(named):
                raise BadInput("two versions are needed to compare", "Choose an earlier and a later one.")
            before, after = (find_revision(known, name) for name in named)
            return await _versions(request, site, known, before, after, as_data)
        if as_data:
            raise BadInput("the request does not say what to compare", "Ask as /compare.json?from=A&to=B.")
    except BadInput as error:
        if as_data:
            raise
        problem = problem_of(error)
    pairs = _pairs(known)
    return await show(
        request,
        "compare.html",
        status=problem["status"] if problem else 200,
        problem=problem,
        pairs=pairs,
        versions=known,
        many=len(known) > MOST,
        generations=_kept(site),
        chosen=named if any(named) else next(((old.slug or old.iri, new.slug or new.iri) for old, new in pairs), named),
    )


def _number(name: str) -> bool:
    return name.isascii() and name.isdigit()


def _pairs(known: Sequence[Revision]) -> list[tuple[Revision, Revision]]:
    """Each version that another one follows, with that one."""
    named = {each.iri: each for each in known}
    return [(named[old], new) for new in known for old in new.follows if old in named]


def _kept(site: Site) -> list[tuple[int, str]]:
    """The generations that are kept, the latest first, each with the day on which it was made."""
    found = []
    for number in reversed(site.generations.numbers()):
        created = str(site.generation(str(number)).manifest.get("created", ""))
        found.append((number, day_in_words(created[:10])))
    return found


async def _generations(request: Request, site: Site, before: str, after: str, as_data: bool) -> Response:
    latest = site.latest
    if not before:
        raise BadInput("the request does not say from which generation", "Choose an earlier one.")
    old, new = site.generation(before), site.generation(after) if after else latest
    found = await difference(site, old, new, evidence=True)
    names = f"generation {old.number}", f"generation {new.number}"
    if as_data:
        return data(request, _told(names, found), len(found.changes), new.number)
    whole = f"/diff?from={old.number}&to={new.number}"
    address = {"from": str(old.number), "to": str(new.number)}
    return await show(
        request,
        "compare_facts.html",
        names=names,
        statements=whole,
        back="",
        turned="",
        versions=(),
        **_listed(request, found, address),
    )


async def _versions(
    request: Request, site: Site, known: Sequence[Revision], before: Revision, after: Revision, as_data: bool
) -> Response:
    latest, evidence = site.latest, text_of(request, "evidence") == "yes"
    follows = before.iri in after.follows
    facts = text_of(request, "show") == "facts" or not follows
    found = await difference(site, latest, latest, (before.iri, after.iri), evidence) if facts or as_data else None
    texts: list[Struck] = []
    bodies: list[BodyChanges] = []
    missing = ""
    if follows and (as_data or not facts):
        texts, missing = await struck(site, before, after)
        bodies = await bodies_changed(site, before, after)
    names = before.label, after.label
    address = {"from": before.slug or before.iri, "to": after.slug or after.iri}
    if as_data:
        assert found
        told = _told(names, found) | {"bodies": [_body(each) for each in bodies], "struck": list(map(_struck, texts))}
        return data(request, told, len(found.changes), latest.number)
    if found:
        listed = _listed(request, found, address | ({"show": "facts"} if follows else {}))
        back = f"/compare?{urlencode(address)}" if follows else ""
        turned = {"from": address["to"], "to": address["from"]} if after.iri in before.follows else {}
        return await show(
            request,
            "compare_facts.html",
            names=names,
            versions=(before, after),
            statements="",
            back=back,
            turned=f"/compare?{urlencode(turned)}" if turned else "",
            **listed | {"notes_told": list(dict.fromkeys([*before.told, *after.told]))},
        )
    chosen = text_of(request, "body")
    return await show(
        request,
        "compare_texts.html",
        headers=QUOTING,
        before=before,
        after=after,
        all_address=f"/compare?{urlencode(address)}",
        bodies=[each for each in bodies if not chosen or chosen in (each.iri, each.label)],
        all_bodies=bodies,
        chosen=chosen,
        struck=[] if chosen else texts,
        total=len(texts),
        missing=missing,
        notes_told=list(dict.fromkeys([*before.told, *after.told])),
        facts_address=f"/compare?{urlencode(address | {'show': 'facts'})}",
        data_address=f"/compare.json?{urlencode(address)}",
    )


def _listed(request: Request, found: Difference, address: Mapping[str, str]) -> dict[str, Any]:
    """What the list of things needs: one kind of change, of one kind of thing, in pages."""
    summary = found.summary
    change = text_of(request, "change")
    if change not in summary:
        change = next((name for name, count in summary.items() if count), "changed")
    of_change = [each for each in found.changes if each["change"] == change]
    kinds = Counter(str(each["kind"]) for each in of_change)
    most = sorted(kinds.items(), key=lambda item: (-item[1], item[0]))
    kind = text_of(request, "kind")
    wanted = [each for each in of_change if not kind or each["kind"] == kind]
    pages = max(1, -(-len(wanted) // _AT_ONCE))
    asked = text_of(request, "page")
    number = max(1, min(int(asked), pages)) if _number(asked) and len(asked) < 8 else 1
    evidence = text_of(request, "evidence") == "yes"
    switched = address if evidence else {**address, "evidence": "yes"}
    address = {**address, "evidence": "yes"} if evidence else address
    of_kind = {**address, "change": change}
    filtered = of_kind | ({"kind": kind} if kind else {})
    return {
        "summary": summary,
        "headings": _HEADINGS,
        "change": change,
        "kinds": [(name, count, f"/compare?{urlencode(of_kind | {'kind': name})}") for name, count in most],
        "every_kind": f"/compare?{urlencode(of_kind)}",
        "kind": kind,
        "rows": [_row(each) for each in wanted[(number - 1) * _AT_ONCE : number * _AT_ONCE]],
        "count": len(wanted),
        "pages": [(place, f"/compare?{urlencode(filtered | {'page': str(place)})}") for place in range(1, pages + 1)],
        "number": number,
        "changes": [
            (name, count, f"/compare?{urlencode({**address, 'change': name})}") for name, count in summary.items()
        ],
        "evidence": evidence,
        "switched": f"/compare?{urlencode(switched)}",
        "notes_told": found.notes,
        "data_address": f"/compare.json?{urlencode({name: text for name, text in address.items() if name != 'show'})}",
    }


def _row(change: Mapping[str, Any]) -> dict[str, Any]:
    """A thing with what became of it; long texts are cut."""
    differing = change["properties"] if change["change"] == "changed" else []
    told = [
        {"label": each["label"]} | {side: _cut(", ".join(each[side])) for side in ("before", "after")}
        for each in differing
    ]
    name = _cut(str(change["label"]))
    return {"label": name, "address": href(change["thing"]), "kind": change["kind"], "properties": told}


def _cut(text: str) -> str:
    return text if len(text) <= _LONGEST else text[:_LONGEST].rstrip() + "…"


def _told(names: tuple[str, str], found: Difference) -> dict[str, Any]:
    told = {"from": names[0], "to": names[1], "summary": found.summary}
    return told | {"changes": list(found.changes), "notes": list(found.notes)}


def _struck(one: Struck) -> dict[str, Any]:
    """A change of the text as data; the words struck are their author's, and stay out."""
    told = {name: value for name, value in asdict(one).items() if name not in ("words", "anchor", "at")}
    told |= {name: [label for label, _ in getattr(one, name)] for name in ("gone", "standing", "instead")}
    return told | {"at": [number for number, _, _ in one.at]}


def _body(body: BodyChanges) -> dict[str, Any]:
    parts = {
        part: [
            {
                "name": row.name,
                "change": row.change,
                "strength": row.strength,
                "clauses": [number for number, _ in row.clauses],
                "now_in": [name for name, _ in row.now],
            }
            for row in rows
        ]
        for part, rows in body.parts.items()
    }
    return {"body": body.iri, "label": body.label, "in_words": body.sentence, "parts": parts}


router.add_route("/compare", compare, include_in_schema=False)
router.add_route("/compare.json", compare, include_in_schema=False)
