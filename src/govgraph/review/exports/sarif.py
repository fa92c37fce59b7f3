"""The report as SARIF 2.1.0 (OASIS), which code hosts and editors show."""

import json
from typing import Any
from urllib.parse import quote

import govgraph
from govgraph.review.exports.words import source_in_words
from govgraph.review.findings import Finding, Place, Report, Rule

__all__ = ["to_sarif"]

_LEVELS = {"violation": "error", "warning": "warning", "info": "note"}
_STATES = {"new": "new", "standing": "unchanged", "fixed": "absent"}
_SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"


def to_sarif(report: Report) -> str:
    """One run: every rule with its help, every finding with its clauses as places; waivers are suppressions."""
    found = [*report.findings, *report.waived, *report.fixed]
    known = {rule.rule: rule for rule in report.ran}
    for finding in found:
        named = Rule(finding.rule, finding.name, finding.severity, finding.description, "", finding.source)
        known.setdefault(finding.rule, named)
    rules = [known[name] for name in sorted(known)]
    index = {rule.rule: place for place, rule in enumerate(rules)}
    notes = [{"level": "note", "message": {"text": note}} for note in report.notes]
    run = {
        "tool": {
            "driver": {
                "name": "govgraph",
                "semanticVersion": govgraph.__version__,
                "rules": [_rule(rule) for rule in rules],
            }
        },
        "invocations": [{"executionSuccessful": True, "toolExecutionNotifications": notes}],
        "originalUriBaseIds": {"SOURCES": {"description": {"text": "The folder with the source documents."}}},
        "columnKind": "unicodeCodePoints",
        "properties": {"generation": report.generation, "date": report.day, "summary": report.summary},
        "results": [_result(finding, index, with_waivers=bool(report.waived)) for finding in found],
    }
    return json.dumps({"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]}, indent=1, ensure_ascii=False)


def _rule(rule: Rule) -> dict[str, Any]:
    help_text = " ".join(filter(None, (rule.description, rule.message))) or rule.name or rule.rule
    told: dict[str, Any] = {
        "id": rule.rule,
        "shortDescription": {"text": rule.name or rule.rule},
        "fullDescription": {"text": rule.description or rule.name or rule.rule},
        "help": {"text": help_text},
        "defaultConfiguration": {"level": _LEVELS.get(rule.severity, "warning")},
    }
    if rule.source:
        told["properties"] = {"source": source_in_words(rule.source)}
    if rule.source.startswith(("http://", "https://")):
        told["helpUri"] = quote(rule.source, safe=":/?#[]@!$&'()*+,;=%~")
    return told


def _result(finding: Finding, index: dict[str, int], with_waivers: bool) -> dict[str, Any]:
    places = [_location(place) for place in finding.places if place.file and place.first]
    logical = [{"name": finding.label, "fullyQualifiedName": finding.focus, "kind": "resource"}]
    if finding.body and finding.body != finding.focus:
        logical.append({"name": finding.body_label, "fullyQualifiedName": finding.body, "kind": "resource"})
    first = places[0] if places else {}
    told: dict[str, Any] = {
        "ruleId": finding.rule,
        "ruleIndex": index[finding.rule],
        "level": _LEVELS[finding.severity],
        "kind": "fail",
        "message": {"text": f"{finding.label}: {finding.message}"},
        "locations": [{**first, "logicalLocations": logical}],
        "partialFingerprints": {"govgraph/v1": finding.id},
        "properties": {"clauses": list(finding.clauses), "expected": finding.expected, "found": finding.found},
    }
    if places[1:]:
        told["relatedLocations"] = [{"id": number, **place} for number, place in enumerate(places[1:], 1)]
    if finding.state:
        told["baselineState"] = _STATES[finding.state]
    if with_waivers:  # the standard wants them on all results of a run, or on none
        told["suppressions"] = []
    if waived := finding.waived:
        because = f"{waived.reason} ({waived.by}, until {waived.until})"
        told["suppressions"] = [{"kind": "external", "status": "accepted", "justification": because}]
    return told


def _location(place: Place) -> dict[str, Any]:
    """The lines of a clause in its document; the folder of the documents is named by the reader."""
    return {
        "physicalLocation": {
            "artifactLocation": {"uri": quote(place.file), "uriBaseId": "SOURCES"},
            "region": {"startLine": place.first, "endLine": max(place.first, place.last)},
        },
        "message": {"text": place.label or place.number},
    }
