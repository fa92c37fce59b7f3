"""The errors a user can meet, each with its exit code and its HTTP status.

GovgraphError
├── BadInput                 exit 2, HTTP 400: the request or the data is wrong
│   ├── BadRdf                 a file is not the RDF that its name promises
│   ├── BadShapes              shapes that are not SHACL, or not safe to run
│   ├── NotADataFolder         a folder holds no catalogue, or not what the catalogue lists
│   ├── UnknownThing           HTTP 404: no thing has that name
│   ├── ThingGone              HTTP 410: an earlier generation has the thing, the current one does not
│   ├── UnknownQuestion        HTTP 404: no saved question has that name
│   ├── UnknownVersion         HTTP 404: no version of a document has that name
│   ├── UnknownGeneration      HTTP 404: no generation that is kept has that number
│   ├── UnknownRule            HTTP 404: no rule that was run has that identifier
│   ├── WaiverRefused          a waiver does not say what, who, why or until when
│   ├── BadParameter           a question's parameter is missing or of the wrong type
│   ├── QuerySyntax            the SPARQL text cannot be read
│   ├── QueryRefused           the SPARQL text is readable but not allowed here
│   ├── ChangesWouldBeLost     a build would take back what was written to the store
│   ├── WritingNotOffered      HTTP 403: the service does not take changes, or not from there
│   ├── NotAuthorised          HTTP 401: a change needs a token
│   ├── PreconditionFailed     HTTP 412: what a change was meant for is not there any more
│   └── ChangeRefused          exit 1, HTTP 422: a change would break rules of the review
├── AnswerTooLarge           exit 3, HTTP 413: more than a reader may send
├── DeadlinePassed           exit 3, HTTP 504: the reader was killed at its deadline
├── ReaderFailed             exit 3, HTTP 503: the reader died on the query
├── TooManyRequests          exit 3, HTTP 429: a client has as many queries running and waiting as it may
├── WriterFailed             exit 3, HTTP 503: the writer died on the change; nothing was changed
└── StoreFailed              exit 3, HTTP 503: the store or the environment failed
    ├── StoreMissing           nothing has been built there
    ├── StoreInUse             another process is writing
    ├── StoreTooNew            written by a newer govgraph
    ├── StoreDamaged           a file is missing or changed
    ├── BeingMade              what was asked for is being made, which takes longer than a request
    ├── EnvironmentFailed      a port, a package or a folder is not to be had
    │   └── MakingFailed         what was asked for could not be made, and is not tried again before a while
    ├── GenerationChanged      another generation is taking the place of the one that was asked
    └── EndpointFailed         a SPARQL endpoint elsewhere answers with an error
        ├── EndpointDown         nothing answers at its address
        ├── EndpointSlow         HTTP 504: it did not answer in time
        ├── EndpointBusy         it takes no more requests just now
        ├── EndpointReadOnly     it takes no changes
        ├── CredentialsRefused   it wants a name and a password, or others
        ├── NotAnEndpoint        what answers there does not speak SPARQL
        ├── PartOfAnswer         it sent only a part of an answer
        └── TlsFailed            its certificate does not hold, or it does not speak TLS

A message says what is wrong and where; ``next_step`` says what to do.
"""

from collections.abc import Mapping, Sequence
from typing import Any

__all__ = [
    "AnswerTooLarge", "BadInput", "BadParameter", "BadRdf", "BadShapes", "BeingMade", "ChangeRefused",
    "ChangesWouldBeLost", "ClientGone", "CredentialsRefused", "DeadlinePassed", "EndpointBusy", "EndpointDown",
    "EndpointFailed", "EndpointReadOnly", "EndpointSlow", "EnvironmentFailed", "GenerationChanged", "GovgraphError",
    "MakingFailed", "NotADataFolder", "NotAnEndpoint", "NotAuthorised", "PartOfAnswer", "PreconditionFailed",
    "QueryRefused", "QuerySyntax", "ReaderFailed", "StoreDamaged", "StoreFailed", "StoreInUse", "StoreMissing",
    "StoreTooNew", "ThingGone", "TlsFailed", "TooManyRequests", "UnknownGeneration", "UnknownQuestion", "UnknownRule",
    "UnknownThing", "UnknownVersion", "WaiverRefused", "WriterFailed", "WritingNotOffered",
]  # fmt: skip


class GovgraphError(Exception):
    """Base of every error that govgraph raises on purpose.

    Parameters
    ----------
    message : what is wrong and where, one line.
    next_step : what the reader can do about it, one line; may be empty.

    >>> print(BadInput("no such file: x.ttl", "Check the name."))
    no such file: x.ttl. Check the name.
    """

    code = "govgraph-error"
    exit_code = 3
    status = 500

    def __init__(self, message: str, next_step: str = "") -> None:
        self.message = message
        self.next_step = next_step
        if next_step.startswith("\n"):
            super().__init__(message + next_step)
        else:
            super().__init__(f"{message.rstrip('.')}. {next_step}" if next_step else message)


class BadInput(GovgraphError):
    """The request or the data is wrong."""

    code = "bad-input"
    exit_code = 2
    status = 400


class BadRdf(BadInput):
    """A file is not the RDF that its name promises."""

    code = "bad-rdf"


class BadShapes(BadInput):
    """Shapes are not SHACL, or not safe to run; names the shape."""

    code = "bad-shapes"


class NotADataFolder(BadInput):
    """A folder holds no catalogue, or not what the catalogue lists."""

    code = "not-a-data-folder"


class _Unknown(BadInput):
    """Something was named that is not there; names that are close come with it."""

    status = 404
    noun = "thing"
    listing = ""

    def __init__(self, name: str, close: Sequence[str] = ()) -> None:
        self.name = name
        self.close = list(close)
        options = " or ".join(f'"{option}"' for option in close)
        super().__init__(f'no {self.noun} is named "{name}"', f"Did you mean {options}?" if close else self.listing)


class UnknownThing(_Unknown):
    """No thing in the graph has that name."""

    code = "unknown-thing"
    noun = "thing"
    listing = "Search for it on the site's home page, or name it by its IRI."


class ThingGone(BadInput):
    """An earlier generation that is kept has the thing, and the current one does not."""

    code = "thing-gone"
    status = 410
    generation = 0
    """The latest generation that has it."""


class UnknownQuestion(_Unknown):
    """No saved question has that name."""

    code = "unknown-question"
    noun = "question"
    listing = "List them with: govgraph questions"


class UnknownVersion(_Unknown):
    """No version of a document has that name."""

    code = "unknown-version"
    noun = "document version"
    listing = "The graph holds no version of a document; --version needs one in the catalogue."


class UnknownGeneration(BadInput):
    """No generation that is kept has that number."""

    code = "unknown-generation"
    status = 404


class UnknownRule(_Unknown):
    """No rule that was run has that identifier."""

    code = "unknown-rule"
    noun = "rule"
    listing = "List them with: govgraph validate --format json"


class WaiverRefused(BadInput):
    """A waiver does not say what it waives, who accepts it, why, or until when."""

    code = "waiver-refused"


class BadParameter(BadInput):
    """A question's parameter is missing or of the wrong type."""

    code = "bad-parameter"


class QuerySyntax(BadInput):
    """The SPARQL text cannot be read."""

    code = "query-syntax"


class QueryRefused(BadInput):
    """The SPARQL text is readable but not allowed here."""

    code = "query-refused"


class ChangesWouldBeLost(BadInput):
    """A build would take back what was written to the store."""

    code = "changes-would-be-lost"
    status = 409


class WritingNotOffered(BadInput):
    """The service does not take changes, or not from there."""

    code = "writing-not-offered"
    status = 403


class NotAuthorised(BadInput):
    """A change needs a token, and the request has none or another."""

    code = "not-authorised"
    status = 401


class PreconditionFailed(BadInput):
    """What a change was meant for is not there any more (RFC 9110 §13.1)."""

    code = "precondition-failed"
    status = 412


class ChangeRefused(BadInput):
    """A change would break rules of the review, so nothing was changed.

    Parameters
    ----------
    findings : the violations that it would add, each as the report writes it.
    """

    code = "change-refused"
    exit_code = 1
    status = 422

    def __init__(self, message: str, next_step: str = "", findings: Sequence[Mapping[str, Any]] = ()) -> None:
        super().__init__(message, next_step)
        self.findings = list(findings)


class AnswerTooLarge(GovgraphError):
    """The answer is larger than a reader may send."""

    code = "answer-too-large"
    status = 413


class DeadlinePassed(GovgraphError):
    """The reader was stopped at its deadline."""

    code = "deadline-passed"
    status = 504
    elapsed = 0.0
    """Seconds that it had run."""


class ReaderFailed(GovgraphError):
    """The reader died on the query; a fresh one has taken its place."""

    code = "reader-failed"
    status = 503


class WriterFailed(GovgraphError):
    """The writer died on the change, so nothing was changed; a fresh one takes its place."""

    code = "writer-failed"
    status = 503


class ClientGone(GovgraphError):
    """A client closed its connection while its query was running; nobody reads what is said of it but the log."""

    code = "client-gone"
    status = 499


class TooManyRequests(GovgraphError):
    """A client has as many queries running and waiting as it may."""

    code = "too-many-requests"
    status = 429


class StoreFailed(GovgraphError):
    """The store or the environment failed."""

    code = "store-failed"
    status = 503


class StoreMissing(StoreFailed):
    """Nothing has been built there."""

    code = "store-missing"


class StoreInUse(StoreFailed):
    """Another process is writing to the store."""

    code = "store-in-use"


class StoreTooNew(StoreFailed):
    """The store was written by a newer govgraph."""

    code = "store-too-new"


class StoreDamaged(StoreFailed):
    """A file of the store is missing or changed."""

    code = "store-damaged"


class BeingMade(StoreFailed):
    """What was asked for is being made, which takes longer than a request; it will be there later."""

    code = "being-made"


class EnvironmentFailed(StoreFailed):
    """A port, a package or a folder is not to be had."""

    code = "environment-failed"


class MakingFailed(EnvironmentFailed):
    """What was asked for could not be made, and is not tried again before a while."""

    code = "making-failed"
    wait = 0.0
    """Seconds until it is."""


class GenerationChanged(StoreFailed):
    """Another generation is taking the place of the one that was asked, so the answer might be of both."""

    code = "generation-changed"


class EndpointFailed(StoreFailed):
    """A SPARQL endpoint elsewhere answers with an error."""

    code = "endpoint-failed"


class EndpointDown(EndpointFailed):
    """Nothing answers at the address of the endpoint."""

    code = "endpoint-down"


class EndpointSlow(EndpointFailed):
    """The endpoint did not answer in time."""

    code = "endpoint-slow"
    status = 504


class EndpointBusy(EndpointFailed):
    """The endpoint takes no more requests just now."""

    code = "endpoint-busy"


class EndpointReadOnly(EndpointFailed):
    """The endpoint takes no changes."""

    code = "endpoint-read-only"


class CredentialsRefused(EndpointFailed):
    """The endpoint wants a name and a password, or others than those it got."""

    code = "credentials-refused"


class NotAnEndpoint(EndpointFailed):
    """What answers at the address does not speak SPARQL."""

    code = "not-an-endpoint"


class PartOfAnswer(EndpointFailed):
    """The endpoint sent only a part of an answer, so nothing is told of it."""

    code = "part-of-answer"


class TlsFailed(EndpointFailed):
    """The certificate of the endpoint does not hold, or it does not speak TLS."""

    code = "tls-failed"
