"""What each tool of the MCP server says of itself and answers: that of the Python call, with clauses to cite."""

import json
import re
import shutil
from pathlib import Path
from typing import Any

import pytest
from tests.mcp.talking import Talk, numbers, talking

from govgraph.graph import Graph
from govgraph.limits import LIMITS
from govgraph.mcp.querying import PITFALLS
from govgraph.mcp.server import create_server
from govgraph.questions.library import library
from govgraph.review.findings import Finding, Report
from govgraph.store.generations import Generations


def test_every_tool_says_what_it_does_takes_and_gives_and_that_it_only_reads(talk: Talk) -> None:
    tools = talk.tools()
    for name in ("list_questions", "ask", "find", "describe", "explain", "sparql", "review_summary", "schema_card"):
        tool = tools[name]
        assert len(tool.description or "") > 50
        assert tool.annotations
        assert tool.annotations.read_only_hint
        assert tool.input_schema["additionalProperties"] is False
        assert all(given.get("description") for given in tool.input_schema["properties"].values())
        assert tool.output_schema
        assert {"generation", "clauses", "notes", "cut"} <= tool.output_schema["properties"].keys()
    assert "schema_card" in talk.instructions


def test_every_saved_question_is_listed_with_its_parameters(talk: Talk) -> None:
    listed = {question["id"]: question for question in talk.call("list_questions")["questions"]}
    assert listed.keys() == library().keys()
    [body] = listed["who-chairs"]["parameters"]
    assert (body["name"], body["type"]) == ("body", "name of a thing")
    some = talk.call("list_questions", tag="money")["questions"]
    assert {question["id"] for question in some} == {q.id for q in library().values() if "money" in q.tags}
    assert "The tags: " in talk.refused("list_questions", tag="no such tag")


def test_options_lists_what_a_parameter_may_be_given(talk: Talk, graph: Graph) -> None:
    told = talk.call("options", question="on-theme", parameter="theme")
    assert told["options"] == graph.options("on-theme", "theme")
    assert "Poverty" in told["options"]
    assert talk.call("options", question="who-decides", parameter="amount")["options"] == []
    assert "--theme" in talk.refused("options", question="on-theme", parameter="topic")


def test_decide_takes_a_day(talk: Talk) -> None:
    told = talk.call("decide", kind="revenue spend", amount=600_000, as_of="2011-04-17")
    assert told["notes"][-1].startswith("as of 2011-04-17: ")
    assert "day" in talk.refused("decide", kind="revenue spend", as_of="soon")


def test_an_answer_has_the_rows_of_the_python_call_and_the_clauses_to_cite(talk: Talk, graph: Graph) -> None:
    answer = talk.call("ask", question="who-chairs", parameters={"body": "partnership board"})
    assert answer["rows"] == graph.ask("who-chairs", body="Partnership Board").rows
    assert answer["parameters"] == {"body": "Partnership Board"}
    assert [clause["label"] for clause in answer["clauses"]] == ["Handbook 22.29", "Handbook 22.30"]
    assert (answer["generation"], answer["cut"], answer["total"]) == (graph.generation, "", 2)


def test_numbers_and_yes_or_no_may_be_given_as_such(talk: Talk, graph: Graph) -> None:
    answer = talk.call("ask", question="who-decides", parameters={"amount": 600000, "kind": "revenue spend"})
    assert answer["rows"] == graph.ask("who-decides", amount="600000", kind="revenue spend").rows


@pytest.mark.parametrize("question", sorted(library()))
def test_every_saved_question_can_be_asked_and_says_its_clauses_and_what_was_cut(talk: Talk, question: str) -> None:
    needed = {p.name: p.example for p in library()[question].parameters if p.required}
    answer = talk.call("ask", question=question, parameters=needed, limit=5)
    assert len(answer["rows"]) == min(5, answer["total"])
    assert bool(answer["cut"]) == (answer["total"] > 5)
    if answer["cut"]:
        assert answer["cut"].startswith(f"Cut: the first 5 of {answer['total']:,} rows.")
    assert answer["clauses"] or answer["notes"] or not answer["rows"]
    for row in answer["rows"]:
        if isinstance(row.get("clause"), str):
            told = row["clause"]
            assert any(clause["number"] in told or clause["iri"] == told for clause in answer["clauses"])


def test_a_statement_that_was_concluded_says_so_with_its_clauses(talk: Talk) -> None:
    answer = talk.call("explain", body="Harrow Chief Executives", limit=1)
    [row] = answer["rows"]
    assert row["strength"] == "inferred"
    told = {clause["number"]: clause["inferred"] for clause in answer["clauses"]}
    assert told["22.13"] is True
    assert told["15.1"] is False


def test_a_chain_comes_as_a_sentence_a_tree_and_rows(talk: Talk, graph: Graph) -> None:
    answer = talk.call("explain", body="Delivery groups")
    lines = answer["text"].splitlines()
    assert lines[0] == "Delivery groups"
    assert lines[1].startswith("  → Thematic Management Groups (22.69, explicit, accountability)")
    assert set(answer["ends"]) == {"Harrow Council", "Local community", "Member bodies"}
    assert sum(line.endswith("■ end") for line in lines) == 3
    assert answer["rows"] == graph.ask("ultimately-accountable-to", body="Delivery groups").rows
    assert answer["sentence"].startswith("Delivery groups: accountable in the end to Harrow Council")
    assert {"22.69", "22.62", "22.13", "22.12", "15.1", "10.1"} <= set(numbers(answer))


def test_a_body_that_no_clause_speaks_of_is_not_given_a_chain(talk: Talk) -> None:
    answer = talk.call("explain", body="Assembly")
    assert (answer["rows"], answer["ends"], answer["text"]) == ([], [], "The Assembly")
    assert "no clause says to whom" in answer["notes"][0]


def test_a_name_leads_to_the_thing_and_its_neighbours(talk: Talk) -> None:
    answer = talk.call("find", name="Partnership Board", limit=2)
    assert answer["thing"]["iri"] == "https://w3id.org/govgraph/id/harrow/body/partnership-board"
    assert len(answer["others"]) == 2
    assert answer["cut"].startswith("Cut: the first 2 of ")
    assert "4.4" in numbers(answer)
    assert talk.call("find", name=answer["thing"]["iri"])["thing"] == answer["thing"]


def test_a_misspelt_name_gets_names_that_are_close(talk: Talk) -> None:
    answer = talk.call("find", name="Partnershp Bord")
    assert (answer["thing"], answer["others"], answer["did_you_mean"][0]) == (None, [], "Partnership Board")
    for tool, name in (("describe", "thing"), ("explain", "body")):
        assert 'Did you mean "Partnership Board"' in talk.refused(tool, **{name: "Partnershp Bord"})


def test_a_thing_is_described_in_words_with_clauses(talk: Talk) -> None:
    answer = talk.call("describe", thing="Partnership Board", limit=1000)
    assert (answer["label"], answer["kinds"], answer["cut"]) == ("Partnership Board", ["partnership board"], "")
    lines = {fact["term"]: fact for fact in answer["pointing"]}["gov:accountableParty"]
    assert lines["total"] == len(lines["values"]) > 0
    assert all(value["clause"] for value in lines["values"])
    assert "22.12" in numbers(answer)
    less = talk.call("describe", thing="Partnership Board", limit=1)
    assert less["cut"].startswith("Cut: not all values under ")
    assert {fact["term"]: fact["total"] for fact in less["pointing"]} == {
        fact["term"]: fact["total"] for fact in answer["pointing"]
    }


def test_a_term_of_the_vocabulary_is_described_too(talk: Talk) -> None:
    answer = talk.call("describe", thing="gov:AccountabilityLine")
    assert answer["label"] == "accountability line"
    assert answer["summary"]


def test_what_is_generic_or_in_an_earlier_revision_only_says_so(talk: Talk, graph: Graph) -> None:
    assert any("generic" in note for note in talk.call("describe", thing="Delivery groups")["notes"])
    superseded = graph.manifest["superseded"][0]
    only = f"GRAPH <{superseded}> {{ ?x skos:prefLabel ?label }} FILTER NOT EXISTS {{ ?x ?p ?o }}"
    [row] = graph.select(f"SELECT ?x WHERE {{ {only} }} LIMIT 1").rows
    answer = talk.call("describe", thing=row["x"])
    assert "earlier revision only" in answer["notes"][0]
    assert answer["facts"] or answer["clauses"]


def test_a_query_gives_rows_and_the_clauses_of_the_statements_in_them(talk: Talk) -> None:
    answer = talk.call("sparql", query="SELECT ?line WHERE { ?line a gov:AccountabilityLine } ORDER BY ?line", limit=2)
    assert (answer["kind"], answer["columns"], len(answer["rows"])) == ("solutions", ["line"], 2)
    assert answer["cut"].startswith(f"Cut: the first 2 of {answer['total']} rows.")
    assert numbers(answer) == ["10.1"]
    assert talk.call("sparql", query="ASK { ?a gov:answersTo ?b }")["rows"] == [{"answer": True}]


def test_a_graph_is_cut_between_statements(talk: Talk) -> None:
    answer = talk.call("sparql", query="CONSTRUCT { ?s a ?c } WHERE { ?s a ?c }", limit=3)
    assert answer["statements"].count(" .\n") == 3
    assert answer["cut"].startswith(f"Cut: the first 3 of {answer['total']:,} statements.")


def test_the_card_counts_what_is_in_use_and_warns_of_the_pitfalls(talk: Talk, graph: Graph) -> None:
    card = talk.call("schema_card")
    counts = {term["term"]: term["count"] for term in card["classes"]}
    [row] = graph.select("SELECT (COUNT(?x) AS ?n) WHERE { ?x a gov:AccountabilityLine }").rows
    assert counts["gov:AccountabilityLine"] == row["n"]
    assert {"gov:accountableTo", "gov:strength", "gov:basis"} <= {term["term"] for term in card["properties"]}
    assert card["namespaces"]["gov"] == "https://w3id.org/govgraph/def/"
    assert {g["iri"] for g in card["graphs"]} == graph.manifest["graphs"].keys()
    assert [g["iri"] for g in card["graphs"] if g["superseded"]] == graph.manifest["superseded"]
    told = " ".join(card["pitfalls"])
    for word in (
        "default graph",
        "GRAPH <",
        "FILTER EXISTS",
        "gov:Inferred",
        "Not stated means absent",
        "Delivery groups",
    ):
        assert word in told
    assert "modes accountability, acting for, reporting only" in told


@pytest.mark.parametrize("name", sorted({name for text in PITFALLS for name in re.findall(r"gov:\w+", text)}))
def test_every_term_that_a_pitfall_names_exists(graph: Graph, name: str) -> None:
    assert graph.select(f"ASK {{ {name} skos:prefLabel ?label }}").rows[0]["answer"]


@pytest.mark.parametrize(
    "case",
    [
        {"kind": "revenue spend", "amount": 600000, "service_budget": "£1,500,000", "wards": 1},
        {"kind": "revenue spend", "amount": 500000},
        {"kind": "land disposal", "amount": "300,000", "best_consideration": True},
        {"kind": "revenue spend", "contract": True, "amount": 2_000_000, "affirm": ["K-4"]},
    ],
    ids=str,
)
def test_a_decision_is_that_of_the_python_call_with_its_clauses(talk: Talk, graph: Graph, case: dict[str, Any]) -> None:
    answer = talk.call("decide", **case)
    expected = graph.decide(**case)
    told = json.loads(json.dumps(expected.as_dict()))
    assert {name: answer[name] for name in told if name != "notes"} == {n: v for n, v in told.items() if n != "notes"}
    for outcome in answer["decides"]:
        assert [number for number in numbers(answer) if number in outcome["clause"]]


def test_without_a_review_the_summary_says_how_to_get_one(talk: Talk) -> None:
    answer = talk.call("review_summary")
    assert (answer["reviewed"], answer["findings"]) == (False, [])
    assert "govgraph build --force" in answer["notes"][0]


def test_the_kept_report_is_told_by_severity_with_clauses(store_folder: Path, tmp_path: Path) -> None:
    copy = tmp_path / "store"
    shutil.copytree(store_folder, copy)
    line = "https://w3id.org/govgraph/id/harrow/line/a01"
    findings = [
        Finding("warning", "GOV-LINE-001", "a name", line, "A label", "Do this.", ("10.1",)),
        Finding("info", "GOV-LINE-002", "another", line, "A label", "Or that."),
    ]
    generation = Generations(copy).current()
    (generation.folder / "report.json").write_text(Report(findings, 7).to_json())
    with talking(create_server(copy)) as talk:
        answer = talk.call("review_summary", limit=1)
        assert answer["counts"] == {"violation": 0, "warning": 1, "info": 1, "rules": 7}
        assert answer["cut"].startswith("Cut: the first 1 of 2 findings.")
        assert (answer["findings"][0]["rule"], numbers(answer)) == ("GOV-LINE-001", ["10.1"])
        assert talk.call("review_summary", severity="violation")["total"] == 0
        assert "severity" in talk.refused("review_summary", severity="none")
        (generation.folder / "report.json").write_text("{")
        assert "govgraph build --force" in talk.refused("review_summary")


def test_the_page_names_the_tools_the_limits_and_a_command_that_starts(talk: Talk) -> None:
    page = (Path(__file__).parents[2] / "docs" / "mcp.md").read_text(encoding="utf-8")
    assert set(re.findall(r"^\| `(\w+)` \|", page, re.MULTILINE)) == talk.tools().keys()
    [snippet] = re.findall(r"^```json\n(.*?)^```", page, re.MULTILINE | re.DOTALL)
    [given] = json.loads(snippet)["mcpServers"].values()
    assert (given["command"], given["args"]) == ("govgraph", ["mcp"])
    assert f"one answer | {LIMITS.tool_rows:,} |" in page
    assert f"of them | {LIMITS.tool_characters:,} |" in page
    [call, *shown] = re.findall(r"^```console\n\$ ask (.*)\nclauses: (.*)\ncut: (.*)\n```", page, re.MULTILINE)[0]
    answer = talk.call("ask", **json.loads(call))
    assert [", ".join(clause["label"] for clause in answer["clauses"]), answer["cut"]] == shown
