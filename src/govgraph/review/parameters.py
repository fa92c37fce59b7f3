"""Parameters of shapes read as constraints, each checked for the kind of value that SHACL asks for (SHACL §4–§6)."""

from collections.abc import Callable, Mapping
from typing import NoReturn

import pyoxigraph as ox

from govgraph.errors import BadShapes
from govgraph.namespaces import PREFIXES
from govgraph.review.model import Constraint, Shape
from govgraph.review.sparql import read_query
from govgraph.review.triples import SH, BrokenList, Term, Triples, name
from govgraph.review.vocabulary import (
    IMPORTS,
    LISTED_TERMS,
    NODE_KINDS,
    ONE_TERM,
    PROPERTY_ONLY,
    SHAPE_LISTS,
    WHOLE_NUMBERS,
)

__all__ = ["Parameters"]


class Parameters:
    """Reads what stands on a shape.

    Parameters
    ----------
    homes : file of each node, for messages.
    refer : reads a shape that another one refers to.
    """

    def __init__(self, graph: Triples, homes: Mapping[Term, str], refer: Callable[[Term], Shape]) -> None:
        self._graph = graph
        self._homes = homes
        self._refer = refer
        self._components = self._custom_components()

    def constraints(self, shape: Shape) -> list[Constraint]:
        """Every constraint of a shape."""
        found: list[Constraint] = []
        for predicate, values in self._graph.facts(shape.node).items():
            local = predicate.removeprefix(SH)
            if not predicate.startswith(SH):
                continue
            if local in PROPERTY_ONLY and shape.path is None:
                self.refuse(shape.node, f"is a node shape with sh:{local}", "Move it to a property shape.")
            for value in values:
                found += self._constraint(shape.node, local, value)
        return found + self._custom(shape)

    def flag(self, node: Term, predicate: str) -> bool:
        """Whether a node has the value true."""
        return any(isinstance(v, ox.Literal) and v.value in ("true", "1") for v in self._graph.objects(node, predicate))

    def messages(self, node: Term) -> tuple[ox.Literal, ...]:
        """The sh:message of a node."""
        return tuple(m for m in self._graph.objects(node, SH + "message") if isinstance(m, ox.Literal))

    def refuse(self, node: Term, problem: str, next_step: str) -> NoReturn:
        """Raise `BadShapes` about a node."""
        raise BadShapes(f"{self._where(node)} {problem}", next_step)

    def _where(self, node: Term) -> str:
        return f"{self._homes[node]}: {name(node)}" if node in self._homes else name(node)

    def _constraint(self, node: Term, local: str, value: Term) -> list[Constraint]:
        kind = local[:1].upper() + local[1:]
        component = f"{SH}{kind}ConstraintComponent"
        if local in WHOLE_NUMBERS:
            return [Constraint(kind, component, self._number(node, local, value))]
        if local in ONE_TERM:
            return self._one_term(node, local, Constraint(kind, component, value))
        if local == "pattern":
            return [Constraint(kind, component, (value, self._graph.one(node, SH + "flags")))]
        if local in LISTED_TERMS:
            return [Constraint(kind, component, tuple(self._list(node, local, value)))]
        if local in SHAPE_LISTS:
            inner = tuple(self._refer(member) for member in self._list(node, local, value))
            return [Constraint(kind, component, shapes=inner)]
        if local in ("not", "node"):
            return [Constraint(kind, component, shapes=(self._refer(value),))]
        if local == "property":
            shape = self._refer(value)
            if shape.path is None:
                self.refuse(value, "is used as a property shape and has no sh:path", "Give it exactly one.")
            return [Constraint(kind, component, shapes=(shape,))]
        if local == "qualifiedValueShape":
            return self._qualified(node, value)
        if local == "closed" and name(value) in ("true", "1"):
            return [Constraint(kind, component, self._allowed(node))]
        if local == "sparql" and not self.flag(value, SH + "deactivated"):
            return [self._sparql(value)]
        return []

    def _one_term(self, node: Term, local: str, constraint: Constraint) -> list[Constraint]:
        value: Term = constraint.value
        if not isinstance(value, ONE_TERM[local]):
            self.refuse(node, f"has sh:{local} {value}", "Give it the kind of value that SHACL asks for.")
        if local == "nodeKind" and name(value).removeprefix(SH) not in NODE_KINDS:
            self.refuse(node, f"has the unknown sh:nodeKind {name(value)}", "Use sh:IRI, sh:Literal or the like.")
        return [] if local == "uniqueLang" and name(value) != "true" else [constraint]

    def _qualified(self, node: Term, value: Term) -> list[Constraint]:
        siblings: list[Term] = []
        if self.flag(node, SH + "qualifiedValueShapesDisjoint"):
            parents = [s for s in self._graph.subjects() if node in self._graph.objects(s, SH + "property")]
            beside = [p for parent in parents for p in self._graph.objects(parent, SH + "property")]
            siblings = [q for p in beside for q in self._graph.objects(p, SH + "qualifiedValueShape") if q != value]
        others = tuple(self._refer(sibling) for sibling in dict.fromkeys(siblings))
        found = []
        for kind in ("QualifiedMinCount", "QualifiedMaxCount"):
            local = "q" + kind[1:]
            for given in self._graph.objects(node, SH + local):
                number = self._number(node, local, given)
                found.append(Constraint(kind, f"{SH}{kind}ConstraintComponent", number, (self._refer(value),), others))
        if not found:
            self.refuse(node, "has sh:qualifiedValueShape without a count", "Add sh:qualifiedMinCount or …MaxCount.")
        return found

    def _allowed(self, node: Term) -> tuple[Term, ...]:
        """Predicates that a closed shape allows."""
        inner = self._graph.objects(node, SH + "property")
        allowed = [path for shape in inner for path in self._graph.objects(shape, SH + "path")]
        for head in self._graph.objects(node, SH + "ignoredProperties"):
            allowed += self._list(node, "ignoredProperties", head)
        return tuple(dict.fromkeys(term for term in allowed if isinstance(term, ox.NamedNode)))

    # SPARQL

    def _sparql(self, value: Term) -> Constraint:
        selects = self._graph.objects(value, SH + "select")
        if len(selects) != 1 or not isinstance(selects[0], ox.Literal):
            self.refuse(value, "is a SPARQL constraint without exactly one sh:select", "Give it one.")
        query = read_query(selects[0].value, self._prefixes(value), self._where(value))
        component = SH + "SPARQLConstraintComponent"
        return Constraint("SPARQL", component, query=query, node=name(value), messages=self.messages(value))

    def _prefixes(self, node: Term) -> dict[str, str]:
        """What sh:prefixes declares, with what those ontologies import (SHACL §5.2.1)."""
        found: dict[str, str] = {}
        above = list(self._graph.objects(node, SH + "prefixes"))
        seen: set[Term] = set()
        while above:
            ontology = above.pop()
            if ontology in seen:
                continue
            seen.add(ontology)
            above += self._graph.objects(ontology, IMPORTS)
            for declaration in self._graph.objects(ontology, SH + "declare"):
                prefix = self._graph.one(declaration, SH + "prefix")
                namespace = self._graph.one(declaration, SH + "namespace")
                if prefix is None or namespace is None:
                    self.refuse(ontology, "has a prefix declaration without sh:prefix or sh:namespace", "Add it.")
                found[name(prefix)] = name(namespace)
        return found

    def _custom_components(self) -> dict[Term, list[tuple[str, str, bool]]]:
        """SPARQL-based components: predicate, variable and whether it is optional, of each parameter (SHACL §6)."""
        found: dict[Term, list[tuple[str, str, bool]]] = {}
        for component in sorted(self._graph.instances(SH + "ConstraintComponent"), key=name):
            if name(component).startswith(SH):
                continue
            for parameter in self._graph.objects(component, SH + "parameter"):
                path = self._graph.one(parameter, SH + "path")
                if not isinstance(path, ox.NamedNode):
                    self.refuse(component, "has a parameter without an IRI as sh:path", "Give it one.")
                variable = path.value.replace("#", "/").rsplit("/", 1)[-1]
                optional = self.flag(parameter, SH + "optional")
                found.setdefault(component, []).append((path.value, variable, optional))
        return found

    def _custom(self, shape: Shape) -> list[Constraint]:
        found: list[Constraint] = []
        for component, parameters in self._components.items():
            given = {key: self._graph.objects(shape.node, key) for key, _, _ in parameters}
            if not any(given.values()) or not all(given[key] or optional for key, _, optional in parameters):
                continue
            if len(parameters) == 1:
                [(key, variable, _)] = parameters
                found += [self._validated(shape, component, {variable: value}) for value in given[key]]
                continue
            if any(len(values) > 1 for values in given.values()):
                self.refuse(shape.node, f"gives a parameter of {name(component)} twice", "Give each one value.")
            terms = {variable: given[key][0] for key, variable, _ in parameters if given[key]}
            found.append(self._validated(shape, component, terms))
        return found

    def _validated(self, shape: Shape, component: Term, terms: dict[str, Term]) -> Constraint:
        special = SH + ("nodeValidator" if shape.path is None else "propertyValidator")
        validator = self._graph.one(component, special) or self._graph.one(component, SH + "validator")
        ask = self._graph.one(validator, SH + "ask") if validator else None
        text = ask or (self._graph.one(validator, SH + "select") if validator else None)
        if validator is None or text is None:
            alien = f"{name(component)} has no SPARQL validator for it"
            return Constraint("Custom", name(component), terms, alien=alien)
        bound = ("this", "value", *terms) if ask else ("this", *terms)
        query = read_query(name(text), self._prefixes(validator), self._where(component), bound)
        messages = self.messages(validator) or self.messages(component)
        return Constraint("Custom", name(component), terms, query=query, messages=messages)

    # Values

    def _list(self, node: Term, local: str, head: Term) -> list[Term]:
        try:
            return self._graph.members(head)
        except BrokenList as error:
            self.refuse(node, f"has sh:{local} without a proper list: {error}", "Write it as ( … ).")

    def _number(self, node: Term, local: str, value: Term) -> int:
        whole = PREFIXES["xsd"] + "integer"
        if not isinstance(value, ox.Literal) or value.datatype.value != whole or not value.value.lstrip("+-").isdigit():
            self.refuse(node, f"has sh:{local} {value}", "Write a whole number.")
        return int(value.value)
