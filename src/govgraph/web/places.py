"""Where the data of a thing are, in every view and form, and the Link header that says so (RFC 8288)."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import quote

from starlette.requests import Request

from govgraph.web.links import data_of, href
from govgraph.web.profiles import PROFILES, Profile

__all__ = ["Place", "links", "place_of"]


@dataclass(frozen=True)
class Place:
    """A thing, and the host that was asked.

    Parameters
    ----------
    thing : IRI.
    host : address of the site, with a slash at its end.
    """

    thing: str
    host: str

    def path(self, ending: str) -> str:
        """Path of the data in one form."""
        return f"{data_of(self.thing)}.{ending}"

    @property
    def document(self) -> str:
        """Address of the data, whatever the form."""
        return self.host + data_of(self.thing)[1:]

    def representations(self, forms: Mapping[str, str]) -> Iterator[tuple[Profile, str, str]]:
        """Every view in every form: profile, ending, media type."""
        for profile in PROFILES:
            for ending, media_type in forms.items():
                yield profile, ending, media_type


def place_of(request: Request, thing: str) -> Place:
    """The place of a thing on the host that a request came to."""
    return Place(thing, str(request.base_url))


def links(
    place: Place,
    forms: Mapping[str, str],
    classes: Sequence[str] = (),
    profile: Profile | None = None,
    *,
    described: bool = False,
) -> str:
    """The Link header: other forms, what cites the thing, its classes, and the views (`rel=profile`).

    Parameters
    ----------
    forms : media types by ending.
    described : the header is that of the thing itself, which its data describe.
    """
    relation = "describedby" if described else "alternate"
    found = [(_safe(href(place.thing)), relation, {"type": "text/html"})]
    found += [(place.path(ending), relation, {"type": form}) for ending, form in forms.items()]
    if not described:
        found += [
            (place.document, "canonical", {}),
            (place.thing, "cite-as", {}),
            ("/.well-known/void", "describedby", {"type": "text/turtle"}),
        ]
    found += [(name, "type", {}) for name in classes]
    if profile:
        found.append((profile.iri, "profile", {}))
        found += [
            (f"{place.path('ttl')}?_profile={each.token}", "alternate", {"type": "text/turtle", "formats": each.iri})
            for each in PROFILES
            if each is not profile
        ]
    return ", ".join(_written(*each) for each in found)


def _written(target: str, relation: str, parameters: Mapping[str, str]) -> str:
    told = "".join(f'; {name}="{value}"' for name, value in parameters.items())
    return f'<{_safe(target)}>; rel="{relation}"{told}'


def _safe(target: str) -> str:
    """An address with nothing in it that could end the header or the link."""
    return quote(target, safe="/:?#[]@!$&'()*+;=-._~%")
