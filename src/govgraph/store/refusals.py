"""What an endpoint means by an error that it answers with, as one of ours that says what to do."""

import urllib.request

from govgraph.errors import (
    CredentialsRefused,
    EndpointFailed,
    EndpointReadOnly,
    GovgraphError,
    NotAnEndpoint,
    QueryRefused,
)
from govgraph.store.transport import Failure

__all__ = ["NotThere", "of_change", "of_query"]


class NotThere(EndpointFailed):
    """A graph that was to be removed is not there."""


_ADDRESS = "Give the address of the endpoint itself, such as …/sparql."


def of_query(failure: Failure, url: str, signed: bool) -> GovgraphError:
    """What an error in answer to a query means.

    Parameters
    ----------
    url : of the endpoint.
    signed : whether it got credentials.
    """
    status, words = failure.received.status, failure.words
    told = f": {words}" if words else ""
    if status in (401, 403, 407):
        return _credentials_refused(status, url, signed)
    if status in (400, 422) or (status == 500 and "SPARQL compiler" in words):
        if "html" in failure.received.media_type:
            return NotAnEndpoint(f"{url} answers a query with a web page (HTTP {status})", _ADDRESS)
        return QueryRefused(f"{url} does not take the query{told}", "See what its engine offers.")
    if status in (404, 405, 406, 410, 415, 501):
        return NotAnEndpoint(f"{url} takes no queries (HTTP {status})", _ADDRESS)
    return EndpointFailed(f"{url} failed (HTTP {status}){told}", "Ask again, or look into its log.")


def of_change(failure: Failure, request: urllib.request.Request, signed: bool) -> GovgraphError:
    """What an error in answer to a change means.

    Parameters
    ----------
    request : the change.
    signed : whether the endpoint got credentials.
    """
    status, words = failure.received.status, failure.words
    where = request.full_url.partition("?")[0]
    told = f": {words}" if words else ""
    if status == 404 and request.get_method() == "DELETE":
        return NotThere(where)
    if status in (401, 407):
        return _credentials_refused(status, where, signed)
    if status in (403, 404, 405, 501) or "permission" in words.lower():
        return EndpointReadOnly(
            f"{where} takes no changes (HTTP {status}){told}",
            "Name where it does with --update-url and --graph-store-url, with credentials that may write.",
        )
    return EndpointFailed(f"{where} failed (HTTP {status}){told}", "Look into its log.")


def _credentials_refused(status: int, where: str, signed: bool) -> CredentialsRefused:
    if signed:
        return CredentialsRefused(
            f"{where} does not accept the credentials (HTTP {status})",
            "Check GOVGRAPH_STORE_USER and GOVGRAPH_STORE_PASSWORD, or choose others with --credentials NAME.",
        )
    return CredentialsRefused(
        f"{where} asks for a name and a password (HTTP {status})",
        "Set GOVGRAPH_STORE_USER and GOVGRAPH_STORE_PASSWORD, or GOVGRAPH_STORE_TOKEN.",
    )
