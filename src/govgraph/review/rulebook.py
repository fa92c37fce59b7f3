"""What the shapes say about themselves: identifier, name, why it matters, what to do, and what they ask for."""

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import pyoxigraph as ox

from govgraph.errors import BadInput
from govgraph.knowledge.facts import RDF_TYPE, Facts, statements
from govgraph.namespaces import DEF, PREFIXES, curie
from govgraph.rdf.files import READABLE, read_file
from govgraph.resources import packaged
from govgraph.review.findings import SEVERITIES, Rule
from govgraph.review.locating import line_of

__all__ = ["Rulebook", "shape_files"]

_SH = PREFIXES["sh"]
_DCT = PREFIXES["dct"]
_ASKED = {
    "minCount": "at least {}",
    "maxCount": "at most {}",
    "class": "a {}",
    "datatype": "a value of type {}",
    "hasValue": "{}",
    "in": "one of the listed values",
    "nodeKind": "{}",
    "pattern": "text that fits {}",
    "minInclusive": "{} or more",
    "maxInclusive": "{} or less",
    "minExclusive": "more than {}",
    "maxExclusive": "less than {}",
    "minLength": "at least {} characters",
    "maxLength": "at most {} characters",
    "lessThan": "less than {}",
    "lessThanOrEquals": "no more than {}",
    "equals": "the same as {}",
    "disjoint": "nothing that is also {}",
    "uniqueLang": "one value for each language",
}


def _sh(name: str) -> ox.NamedNode:
    return ox.NamedNode(_SH + name)


_IDENTIFIER = ox.NamedNode(_DCT + "identifier")
_CLASS = ox.NamedNode(PREFIXES["rdfs"] + "Class")
_SOURCE = ox.NamedNode(_DCT + "source")
_SUBJECT = ox.NamedNode(_DCT + "subject")
_SUBJECTS = f"{DEF}subject/"


def shape_files(places: Sequence[Path] = ()) -> list[Path]:
    """The files of shapes: those named and those in folders that are named, or the packaged ones.

    Raises
    ------
    BadInput : a place is not there, or holds no RDF.
    """
    if not places:
        return sorted(packaged("shapes").rglob("*.ttl"))
    found: dict[Path, None] = {}
    for place in places:
        files = sorted(path for path in place.rglob("*") if path.suffix in READABLE) if place.is_dir() else [place]
        if not place.exists():
            raise BadInput(f"{place} is not there", "Name a file or folder of shapes with --shapes.")
        if not files:
            raise BadInput(f"{place} holds no shapes ({', '.join(READABLE)})", "Name another folder with --shapes.")
        found |= dict.fromkeys(files)
    return list(found)


class Rulebook:
    """The rules of some files of shapes.

    Parameters
    ----------
    files : from `shape_files`.

    Raises
    ------
    BadRdf : a file cannot be read.
    BadInput : the files hold no shape, or one has a severity that a report cannot show; with file and line.
    """

    def __init__(self, files: Sequence[Path]) -> None:
        self._facts = Facts()
        for file in files:
            held = Facts(statements(read_file(file)))
            _check_severities(held, file)
            for statement in held:
                self._facts.add(*statement)
        self._rules: dict[tuple[str, str], Rule] = {}
        self._shapes = list(self._find_shapes())
        if not self._shapes:
            named = str(files[0]) if len(files) == 1 else f"{files[0]} and {len(files) - 1} other files"
            raise BadInput(f"{named}: no SHACL shape in it", "Name files with sh:NodeShape or sh:PropertyShape.")

    def _find_shapes(self) -> Iterator[ox.NamedNode]:
        seen: set[ox.NamedNode] = set()
        targets = [_sh(f"target{kind}") for kind in ("Class", "Node", "SubjectsOf", "ObjectsOf")]
        for subject, predicate, value in self._facts:
            typed = predicate == RDF_TYPE and value in (_sh("NodeShape"), _sh("PropertyShape"))
            if (typed or predicate in targets) and subject not in seen:
                seen.add(subject)
                yield subject

    @property
    def rules(self) -> list[Rule]:
        """Every rule, in the order of identifiers; shapes without one count where they can find something."""
        with_name = {node for node, predicate, _ in self._facts if predicate == _IDENTIFIER}
        if with_name:
            return sorted({self._rule(node) for node in with_name})
        return sorted({self._rule(node) for node in self._shapes})

    def rule(self, shape: str, constraint: str = "") -> Rule:
        """The rule that a result is of: that of the constraint, or of the shape."""
        if (known := self._rules.get((shape, constraint))) is None:
            known = self._rules[shape, constraint] = self._rule_of(shape, constraint)
        return known

    def _rule_of(self, shape: str, constraint: str) -> Rule:
        for iri in (constraint, shape):
            if iri and self._facts.literal(ox.NamedNode(iri), _IDENTIFIER):
                return self._rule(ox.NamedNode(iri))
        return self._rule(ox.NamedNode(shape))

    def _rule(self, node: ox.NamedNode) -> Rule:
        facts = self._facts
        told = facts.objects(node, _sh("severity")) or [_sh("Violation")]
        source = facts.objects(node, _SOURCE)
        return Rule(
            facts.literal(node, _IDENTIFIER) or curie(node.value),
            facts.literal(node, _sh("name")) or facts.label(node),
            told[0].value.removeprefix(_SH).lower(),
            facts.literal(node, _sh("description")),
            facts.literal(node, _sh("message")),
            source[0].value if source else facts.literal(node, _SOURCE),
            next((iri.value.removeprefix(_SUBJECTS) for iri in facts.objects(node, _SUBJECT)), ""),
        )

    def expected(self, shape: str, component: str, labels: Facts) -> str:
        """What a shape asks for, in words; empty where its message has to say it.

        Parameters
        ----------
        shape, component : of a result, as IRIs.
        labels : the facts that name classes and properties.
        """
        name = component.removeprefix(_SH).removesuffix("ConstraintComponent")
        parameter = name[:1].lower() + name[1:]
        if parameter not in _ASKED:
            return ""
        node, term = ox.NamedNode(shape), _sh(parameter)
        values = [
            *self._facts.literals(node, term),
            *(_named(each, labels) for each in self._facts.objects(node, term)),
        ]
        if parameter in ("minCount", "maxCount"):
            least, most = (self._facts.literal(node, _sh(each)) for each in ("minCount", "maxCount"))
            told = "exactly {}" if least == most else _ASKED[parameter]
            return told.format("one value" if values[0] == "1" else f"{values[0]} values")
        return _ASKED[parameter].format(" and ".join(values))

    def terms(self) -> set[ox.NamedNode]:
        """Classes, properties and sources that findings may have to name."""
        asked = {_sh(name) for name in _ASKED} | {_SOURCE}
        return {value for _, name, value in self._facts if name in asked and isinstance(value, ox.NamedNode)}

    def looks_at(self, facts: Facts, things: Iterable[ox.NamedNode]) -> bool:
        """Whether a target of the shapes is met by any of the things.

        Parameters
        ----------
        facts : about the things, with the classes above theirs.
        things : of the data, without those of the ontology.
        """
        kinds = {value for _, name, value in self._facts if name == _sh("targetClass")}
        kinds |= {node for node in self._shapes if _CLASS in self._facts.objects(node, RDF_TYPE)}
        links = {value for _, name, value in self._facts if name in (_sh("targetSubjectsOf"), _sh("targetObjectsOf"))}
        nodes = {value for _, name, value in self._facts if name == _sh("targetNode")}
        return any(
            thing in nodes
            or not kinds.isdisjoint(facts.types(thing))
            or any(name in links for name, _ in facts.properties(thing))
            for thing in things
        )


def _named(node: ox.NamedNode, labels: Facts) -> str:
    label = labels.label(node)
    return label if label != node.value else curie(node.value)


def _check_severities(facts: Facts, file: Path) -> None:
    for node, predicate, value in facts:
        if predicate == _sh("severity"):
            named = value.value.removeprefix(_SH)
            if not isinstance(value, ox.NamedNode) or named.lower() not in SEVERITIES or named != named.capitalize():
                line = line_of(file.read_text(encoding="utf-8"), node.value)
                where = f"{file}, line {line}" if line else str(file)
                raise BadInput(
                    f"{where}: the shape <{node.value}> has the severity {curie(value.value)}, which is unknown",
                    "Use sh:Violation, sh:Warning or sh:Info.",
                )
