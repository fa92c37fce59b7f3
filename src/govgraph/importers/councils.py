"""Import the UK register of local authorities: `<data folder>/uk/councils.ttl`.

Every authority becomes a `gov:Council`, every row with successors an `org:ChangeEvent`.
The file depends on nothing but the register, so the same register gives the same bytes.
"""

import contextlib
import os
import tempfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import pyoxigraph as ox

from govgraph.errors import BadInput, EnvironmentFailed
from govgraph.importers.register import COMBINED, COUNTY, SUCCESSORS, Authority, Problem, Register, read_register
from govgraph.knowledge.facts import RDF_TYPE, SKOS, Facts, statements
from govgraph.namespaces import DEF, ID, PREFIXES
from govgraph.rdf.files import read_file
from govgraph.resources import packaged
from govgraph.review.loading import load

__all__ = ["Imported", "council_types", "import_councils"]

FILE = Path("uk") / "councils.ttl"
TYPE = DEF + "councilType/"

_HEAD = f"""\
# Local authorities of the United Kingdom: current, past and planned ones.
# Written by: govgraph import councils. Do not edit: change the register and import it again.
#
# Source: mySociety, UK local authority names and codes (dataset uk_la_future),
# https://pages.mysociety.org/uk_local_authority_names_and_codes/
# Licence: Creative Commons Attribution 4.0 (CC BY 4.0). Attribution: mySociety. Changed: turned into RDF.
#
# gov:validFrom and gov:validUntil are the register's start-date and end-date as they stand. For some authorities the
# register gives the last day as end-date, for others the day after. No date means that the register gives none.
# skos:hiddenLabel holds spellings that the register keeps in small letters, for matching only.
# schema:latitude and schema:longitude are the middle of the council's area, to about a hundred metres.

@prefix gov: <{DEF}> .
@prefix councilType: <{TYPE}> .
@prefix council: <{ID}uk/council/> .
@prefix change: <{ID}uk/change/> .
@prefix document: <{ID}uk/document/> .
@prefix dct: <{PREFIXES["dct"]}> .
@prefix org: <{PREFIXES["org"]}> .
@prefix schema: <{PREFIXES["schema"]}> .
@prefix skos: <{PREFIXES["skos"]}> .
@prefix xsd: <{PREFIXES["xsd"]}> .

document:local-authority-register a gov:Document ;
    skos:prefLabel "UK local authority names and codes"@en ;
    dct:creator "mySociety"@en ;
    dct:license <https://creativecommons.org/licenses/by/4.0/> ;
    dct:source <https://pages.mysociety.org/uk_local_authority_names_and_codes/> .
"""


@dataclass(frozen=True)
class Imported:
    """What an import did.

    Parameters
    ----------
    file : the data file.
    councils, ended, changes : how many councils it describes, how many of them have an end date, and how many changes.
    problems : what is wrong in the register.
    damaged : names passed over because their letters are damaged.
    written : False where nothing was to be changed.
    """

    file: Path
    councils: int
    ended: int
    changes: int
    problems: tuple[Problem, ...]
    damaged: tuple[str, ...]
    written: bool


def import_councils(
    register: Path,
    data: Path | None = None,
    *,
    gate: Callable[[bytes], object] | None = None,
    progress: Callable[[str], None] = lambda step: None,
) -> Imported:
    """Write what the register says to a data folder, whole or not at all.

    Parameters
    ----------
    register : the CSV file.
    data : a data folder; None is the packaged one.
    gate : judges what would be written, as it does before a build is published.
    progress : told each step.

    Raises
    ------
    FindingsRefuse : the gate finds violations; nothing is written.
    BadInput : the file is not the register, no row of it is right, or there is no such folder; nothing is written.
    EnvironmentFailed : the data folder cannot be written to; nothing is changed.
    """
    folder = data or packaged("data")
    if not folder.is_dir():
        raise BadInput(f"{folder} is not a folder", "Name a data folder with --data.")
    progress("reading")
    read = read_register(register, council_types())
    councils = sorted(read.authorities.values(), key=lambda authority: authority.code.lower())
    changes = [council for council in councils if council.links[SUCCESSORS]]
    ended = sum(1 for council in councils if council.end)
    written = False
    if councils:
        content = _turtle(read, councils, changes).encode()
        if gate:
            progress("checking")
            _judge(content, gate)
        progress("writing")
        written = _replace(folder / FILE, content)
    return Imported(folder / FILE, len(councils), ended, len(changes), read.problems, read.damaged, written)


def _judge(content: bytes, gate: Callable[[bytes], object]) -> None:
    with tempfile.TemporaryDirectory(prefix="govgraph-import-") as scratch:
        file = Path(scratch) / FILE.name
        file.write_bytes(content)
        gate(load([file]).as_text())


def council_types() -> dict[str, str]:
    """IRI of every type of council in the ontology's code list, by the register's code for it.

    >>> council_types()["LBO"]
    'https://w3id.org/govgraph/def/councilType/lbo'
    """
    facts = Facts(statements(read_file(packaged("ontology") / "codelists" / "council-types.ttl")))
    concepts = facts.subjects(RDF_TYPE, SKOS.Concept)
    return {code: concept.value for concept in concepts for code in facts.literals(concept, SKOS.notation)}


def _turtle(read: Register, councils: list[Authority], changes: list[Authority]) -> str:
    blocks = [_block(f"council:{council.code.lower()}", _council(council)) for council in councils]
    blocks += [_block(*_change(council, read.authorities)) for council in changes]
    return "\n".join([_HEAD, *blocks])


def _block(subject: str, properties: Iterator[tuple[str, list[str]]]) -> str:
    said = [f"{predicate} {', '.join(values)}" for predicate, values in properties if values]
    return f"{subject} " + " ;\n    ".join(said) + " .\n"


def _council(council: Authority) -> Iterator[tuple[str, list[str]]]:
    matching_only = [name for name in council.others if name == name.lower()]
    proper = [name for name in (council.nice, *council.others) if name and name not in matching_only]
    names = {name.casefold(): name for name in reversed((council.name, *proper, *matching_only))}
    hidden = [name for name in names.values() if name in matching_only]
    yield "a", ["gov:Council"]
    yield "skos:prefLabel", [_english(council.name)]
    yield "skos:altLabel", [_english(name) for name in sorted(names.values()) if name not in (council.name, *hidden)]
    yield "skos:hiddenLabel", [_english(name) for name in sorted(hidden)]
    yield "dct:identifier", [_text(council.code)]
    yield "gov:gssCode", [_text(council.gss)] if council.gss else []
    yield "gov:councilType", [f"councilType:{council.kind.removeprefix(TYPE)}"]
    yield "gov:nation", [_english(council.nation)] if council.nation else []
    yield "gov:region", [_english(council.region)] if council.region else []
    yield "gov:validFrom", [_day(council.start)] if council.start else []
    yield "gov:validUntil", [_day(council.end)] if council.end else []
    yield "schema:latitude", [council.latitude] if council.latitude else []
    yield "schema:longitude", [council.longitude] if council.longitude else []
    yield "gov:countyCouncil", _councils(council.links[COUNTY])
    yield "gov:combinedAuthority", _councils(council.links[COMBINED])
    yield "dct:source", ["document:local-authority-register"]


def _change(council: Authority, all_of_them: Mapping[str, Authority]) -> tuple[str, Iterator[tuple[str, list[str]]]]:
    """The event in which successors took the place of a council."""
    successors = [all_of_them[code.upper()] for code in council.links[SUCCESSORS]]
    day = changed_on(council.end, {successor.start for successor in successors})
    names = sorted(successor.name for successor in successors)
    listed = " and ".join(filter(None, [", ".join(names[:-1]), names[-1]]))

    def said() -> Iterator[tuple[str, list[str]]]:
        yield "a", ["org:ChangeEvent"]
        yield "skos:prefLabel", [_english(f"{council.name} replaced by {listed}")]
        yield "org:originalOrganization", _councils((council.code,))
        yield "org:resultingOrganization", _councils(council.links[SUCCESSORS])
        yield "gov:changedOn", [_day(day)] if day else []
        yield "dct:source", ["document:local-authority-register"]

    return "change:" + "-".join(filter(None, [council.code.lower(), day])), said()


def changed_on(end: str, starts: set[str]) -> str:
    """The day of a change: when the successors start, if that is the end date or the day after it; else the end date.

    >>> changed_on("2019-03-31", {"2019-04-01"}), changed_on("2023-04-01", {"1974-04-01"})
    ('2019-04-01', '2023-04-01')
    """
    if not end or len(starts) != 1:
        return end
    [start] = starts
    following = "" if end == str(date.max) else str(date.fromisoformat(end) + timedelta(days=1))
    return start if start in (end, following) and start else end


def _councils(codes: tuple[str, ...]) -> list[str]:
    return [f"council:{code.lower()}" for code in sorted(codes)]


def _english(text: str) -> str:
    return str(ox.Literal(text, language="en"))


def _text(text: str) -> str:
    return str(ox.Literal(text))


def _day(text: str) -> str:
    return f'"{text}"^^xsd:date'


def _replace(file: Path, content: bytes) -> bool:
    """Make a file hold this content, so that a reader sees the old file or the new one; False if it did already."""
    partial = file.with_name(f".{file.name}.{os.getpid()}.part")
    try:
        if file.is_file() and file.read_bytes() == content:
            return False
        file.parent.mkdir(exist_ok=True)
        try:
            with partial.open("wb") as output:
                output.write(content)
                output.flush()
                os.fsync(output.fileno())
            partial.replace(file)
        finally:
            with contextlib.suppress(OSError):
                partial.unlink()
        handle = os.open(file.parent, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
    except OSError as error:
        raise EnvironmentFailed(
            f"{file} cannot be written ({error.strerror or error})", "Name another data folder with --data."
        ) from None
    return True
