"""The fixed set of packaged rules that the benches run over the nation: those that its faults break, and no others."""

import pyoxigraph as ox

from govgraph.namespaces import PREFIXES
from govgraph.resources import packaged

__all__ = ["RULES", "chosen_shapes"]

RULES = (
    # SHACL Core
    "GOV-AMNT-001 GOV-AMNT-002 GOV-ATTN-001 GOV-ATTN-002 GOV-ATTN-003 GOV-BODY-002 GOV-CLAUSE-008 GOV-CONT-003 "
    "GOV-COUN-001 GOV-DATE-001 GOV-DECN-004 GOV-DELG-001 GOV-DELG-002 GOV-EVID-001 GOV-FLIM-002 GOV-HOLD-001 "
    "GOV-HOLD-003 GOV-HOLD-004 GOV-LINE-001 GOV-LINE-002 GOV-LINE-003 GOV-LINE-004 GOV-MEET-001 GOV-MEET-002 "
    "GOV-PERS-001 GOV-RULE-001 GOV-RULE-003 GOV-SEAT-002 GOV-THING-001 GOV-THING-002 GOV-THING-003 GOV-VOTE-002 "
    # SHACL-SPARQL
    "GOV-BODY-001 GOV-CHAIN-001 GOV-CHAIN-002 GOV-CHAIN-003 GOV-CHAIN-004 GOV-CONT-005 GOV-DECN-005 GOV-DRUL-005 "
    "GOV-EVID-002 GOV-EVID-007 GOV-HOLD-006 GOV-INDEP-002 GOV-POST-003 GOV-POST-011 GOV-RULE-007 GOV-RULE-013 "
    "GOV-SEAT-005 GOV-DEFN-003 GOV-DEFN-004 "
    # what the build derives the facts for
    "GOV-CONV-001 GOV-CONV-003 GOV-DLIM-001 GOV-KEYD-001 GOV-QUOR-001"
)

_SH = PREFIXES["sh"]
_IDENTIFIER = ox.NamedNode(PREFIXES["dct"] + "identifier")
_PROPERTY = ox.NamedNode(_SH + "property")
_TARGETS = {_SH + name for name in ("targetClass", "targetNode", "targetSubjectsOf", "targetObjectsOf")}


def chosen_shapes() -> tuple[bytes, int]:
    """The shapes of the chosen rules, and of nothing else, as N-Triples; and how many of them have targets."""
    store = ox.Store()
    for path in sorted(packaged("shapes").rglob("*.ttl")):
        store.bulk_load(path=str(path), format=ox.RdfFormat.TURTLE)
    wanted = set(RULES.split())
    rules = {
        quad.subject
        for quad in store.quads_for_pattern(None, _IDENTIFIER, None)
        if isinstance(quad.object, ox.Literal) and quad.object.value in wanted
    }
    if len(rules) != len(wanted):
        raise LookupError(f"the packaged shapes have {len(rules)} of the {len(wanted)} rules that the bench runs")
    owners = {quad.subject for rule in rules for quad in store.quads_for_pattern(None, _PROPERTY, rule)}
    targeted = {
        quad.subject for shape in rules | owners for quad in store.quads_for_pattern(shape, None, None)
        if quad.predicate.value in _TARGETS
    }  # fmt: skip
    kept: dict[ox.Triple, None] = {}
    seen, waiting = set(), [*rules, *owners]
    while waiting:
        node = waiting.pop()
        if node in seen or isinstance(node, ox.Literal):
            continue
        seen.add(node)
        for quad in store.quads_for_pattern(node, None, None):
            if node in owners and quad.predicate == _PROPERTY and quad.object not in rules:
                continue
            kept[quad.triple] = None
            waiting.append(quad.object)  # type: ignore[arg-type]
    written = ox.serialize(kept, format=ox.RdfFormat.N_TRIPLES)
    assert written is not None
    return written, len(targeted)
