"""The command line: what users type, what they get, and one line with the next step when something is wrong."""

import csv
import io
import json
import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


def govgraph(*words: str, store: Path | None = None, stdin: str = "") -> subprocess.CompletedProcess[str]:
    """Run the real command in a process of its own."""
    environment = {**os.environ, "PYTHONWARNINGS": "error", "COLUMNS": "200"}
    if store:
        environment["GOVGRAPH_STORE"] = str(store)
    return subprocess.run(
        [sys.executable, "-m", "govgraph", *words],
        capture_output=True,
        text=True,
        env=environment,
        input=stdin,
        check=False,
    )


def one_line(result: subprocess.CompletedProcess[str], code: int) -> str:
    """The single line of an error."""
    assert result.returncode == code, result.stderr
    lines = result.stderr.strip().splitlines()
    assert len(lines) == 1, result.stderr
    assert lines[0].startswith("govgraph: ")
    return lines[0]


FLAGSHIP = ("ask", "ultimately-accountable-to", "--body", "Delivery groups", "--format")


def test_the_flagship_question_gives_every_hop_as_json(store_folder: Path) -> None:
    answer = json.loads(govgraph(*FLAGSHIP, "json", store=store_folder).stdout)
    assert answer["question"] == "ultimately-accountable-to"
    assert answer["params"] == {"body": "Delivery groups"}
    assert answer["generation"] == 1
    hops = [(row["fromLabel"], row["toLabel"], row["strength"], row["clause"]) for row in answer["rows"]]
    for hop in [
        ("Delivery groups", "Thematic Management Groups", "explicit", "22.69"),
        ("Thematic Management Groups", "Harrow Chief Executives", "explicit", "22.62"),
        ("Partnership Board", "Harrow Strategic Partnership", "explicit", "22.12"),
    ]:
        assert hop in hops
    inferred = [hop for hop in hops if hop[2] == "inferred"]
    assert [hop[:2] for hop in inferred] == [("Harrow Chief Executives", "Partnership Board")]
    assert inferred[0][3].startswith("22.13, ")
    ends = {row["toLabel"]: row["clause"].split(",")[0] for row in answer["rows"] if row["end"]}
    assert ends == {"Harrow Council": "15.1", "Member bodies": "10.1", "Local community": "10.1"}
    assert any("no order of precedence" in note for note in answer["notes"])


def test_a_pipe_gets_csv_and_the_notes_go_to_standard_error(store_folder: Path) -> None:
    result = govgraph(*FLAGSHIP[:-1], store=store_folder)
    rows = list(csv.DictReader(io.StringIO(result.stdout)))
    assert rows[0]["fromLabel"] == "Delivery groups"
    assert "note: " in result.stderr


@pytest.mark.parametrize(
    ("form", "expected"), [("table", "22.69"), ("tsv", "\t22.69\t"), ("md", "| 22.69 |"), ("ttl", '"22.69"')]
)
def test_every_format_shows_the_clause(store_folder: Path, form: str, expected: str) -> None:
    assert expected in govgraph(*FLAGSHIP, form, store=store_folder).stdout


def test_explain_draws_the_chain_as_a_tree_with_clauses_and_strengths(store_folder: Path) -> None:
    told = govgraph("explain", "Safer Harrow Management Group", store=store_folder).stdout.splitlines()
    assert told[0] == "Safer Harrow Management Group"
    assert told[1].startswith("└── Harrow Chief Executives  (22.62, explicit")
    assert told[2].startswith("    └── Partnership Board  (inferred from 22.13")
    assert told[3].startswith("        └── Harrow Strategic Partnership  (22.12, explicit")
    assert [line.split("── ")[1].split("  ")[0] for line in told[4:7]] == [
        "Harrow Council", "Local community", "Member bodies",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("The Assembly", "Not stated: no clause says to whom The Assembly answers"),
        ("Harrow Senior Residents Assembly", "stated to be independent"),
        ("Children's Trust", "earlier revision only"),
    ],
)
def test_explain_says_what_is_not_stated(store_folder: Path, body: str, expected: str) -> None:
    assert expected in govgraph("explain", body, store=store_folder).stdout


def test_questions_lists_every_question_with_its_parameters(store_folder: Path) -> None:
    rows = json.loads(govgraph("questions", "--format", "json").stdout)["rows"]
    assert {row["id"] for row in rows} == {path.stem for path in (ROOT / "queries").glob("*.rq")}
    shown = {row["id"]: row["parameters"] for row in rows}
    assert shown["ultimately-accountable-to"] == "--body"
    assert shown["who-decides"] == "[--kind] [--amount]"


def test_query_takes_text_file_or_standard_input(store_folder: Path, tmp_path: Path) -> None:
    text = "SELECT ?b { ?b a gov:PartnershipBoard }"
    (tmp_path / "mine.rq").write_text(text)
    answers = [
        govgraph("query", text, "--format", "csv", store=store_folder).stdout,
        govgraph("query", str(tmp_path / "mine.rq"), "--format", "csv", store=store_folder).stdout,
        govgraph("query", "-", "--format", "csv", store=store_folder, stdin=text).stdout,
    ]
    assert len(set(answers)) == 1
    assert answers[0].splitlines()[1].endswith("/body/partnership-board")


def test_query_as_json_is_sparql_results_json_and_graphs_come_as_turtle(store_folder: Path) -> None:
    found = json.loads(govgraph("query", "ASK { ?s ?p ?o }", "--format", "json", store=store_folder).stdout)
    assert found["boolean"] is True
    turtle = govgraph("query", "DESCRIBE gov:mode", "--format", "ttl", store=store_folder).stdout
    assert "@prefix gov:" in turtle


def test_a_store_may_be_named_by_a_relative_path(store_folder: Path) -> None:
    result = subprocess.run(
        [sys.executable, "-m", "govgraph", "explain", "Delivery groups", "--store", store_folder.name],
        capture_output=True,
        text=True,
        cwd=store_folder.parent,
        check=False,
    )
    assert "22.69" in result.stdout, result.stderr


def test_a_misspelt_body_is_answered_with_did_you_mean(store_folder: Path) -> None:
    line = one_line(govgraph("explain", "Safer Harow Managment Group", store=store_folder), 2)
    assert 'Did you mean "Safer Harrow Management Group"' in line


def test_an_unknown_question_is_answered_with_did_you_mean(store_folder: Path) -> None:
    assert '"who-chairs"' in one_line(govgraph("ask", "who-chair", store=store_folder), 2)


def test_a_wrong_option_is_a_usage_error(store_folder: Path) -> None:
    result = govgraph("ask", "who-chairs", "--council", "Harrow", store=store_folder)
    assert result.returncode == 2
    assert "No such option" in result.stderr


def test_a_syntax_error_points_at_the_place(store_folder: Path) -> None:
    result = govgraph("query", "SELECT ?s WHERE { ?s a }", store=store_folder)
    assert result.returncode == 2
    assert "line 1, column 25" in result.stderr
    assert result.stderr.splitlines()[-1].strip() == "^"


def test_a_store_that_was_not_built_is_named_with_the_next_step(tmp_path: Path) -> None:
    line = one_line(govgraph("explain", "x", "--store", str(tmp_path / "none")), 3)
    assert "govgraph build" in line


def test_the_default_store_is_built_on_first_use(tmp_path: Path) -> None:
    environment = {**os.environ, "XDG_DATA_HOME": str(tmp_path), "HOME": str(tmp_path)}
    environment.pop("GOVGRAPH_STORE", None)
    result = subprocess.run(
        [sys.executable, "-m", "govgraph", "explain", "Delivery groups"],
        capture_output=True, text=True, env=environment, check=False,
    )  # fmt: skip
    assert "22.69" in result.stdout, result.stderr


def test_broken_turtle_is_one_line_with_file_line_and_column(tmp_path: Path) -> None:
    (tmp_path / "data" / "now").mkdir(parents=True)
    (tmp_path / "data" / "catalog.ttl").write_text(
        "@prefix gov: <https://w3id.org/govgraph/def/> . @prefix dcat: <http://www.w3.org/ns/dcat#> .\n"
        '<https://w3id.org/govgraph/graph/now> a dcat:Dataset ; gov:dataFolder "now" .'
    )
    (tmp_path / "data" / "now" / "facts.ttl").write_text("<http://a> <http://b>\n<http://c> <http://d> .")
    line = one_line(govgraph("build", str(tmp_path / "data"), "--store", str(tmp_path / "store")), 2)
    assert "facts.ttl, line 2, column " in line
    assert not (tmp_path / "store" / "current").exists()


def test_a_folder_that_is_not_a_data_folder_is_named(tmp_path: Path) -> None:
    line = one_line(govgraph("build", str(tmp_path), "--store", str(tmp_path / "store")), 2)
    assert "has no catalog.ttl" in line


def test_a_damaged_store_is_one_line_with_exit_code_3(tmp_path: Path) -> None:
    assert govgraph("build", "--no-validate", "--store", str(tmp_path / "s")).returncode == 0
    (tmp_path / "s" / "generations" / "000001" / "names.sqlite").write_bytes(b"")
    line = one_line(govgraph("explain", "x", "--store", str(tmp_path / "s")), 3)
    assert "names.sqlite is not as it was written" in line
    assert "govgraph build --force" in line


def test_a_store_of_a_newer_version_is_one_line_with_exit_code_3(tmp_path: Path) -> None:
    (tmp_path / "govgraph-store.json").write_text('{"format": 99}')
    assert "Upgrade govgraph" in one_line(govgraph("build", "--store", str(tmp_path)), 3)


def test_a_port_in_use_is_one_line_with_another_port(store_folder: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        line = one_line(govgraph("serve", "--port", str(port), "--store", str(store_folder)), 3)
    assert f"port {port} on 127.0.0.1 cannot be used" in line
    assert f"--port {port + 1}" in line


def test_validate_lists_findings_and_exits_1_unless_told_never_to_fail_on_them(store_folder: Path) -> None:
    result = govgraph("validate", "--format", "json", "--store", str(store_folder))
    report = json.loads(result.stdout)
    assert result.returncode == 1, "the documents contradict themselves"
    assert report["generation"] == 1
    assert report["by_subject"]["text"]["violation"] == report["summary"]["violation"] > 20, "and the data are sound"
    assert report["summary"]["rules"] > 20
    assert {"rule", "severity", "focus", "message", "clauses"} <= set(report["findings"][0])
    assert govgraph("validate", "--fail-on", "never", "--store", str(store_folder)).returncode == 0


def test_every_verb_has_help_with_a_sentence(store_folder: Path) -> None:
    listed = govgraph("--help").stdout
    for verb in ("ask", "build", "diff", "explain", "import", "query", "questions", "serve", "sources", "validate"):
        assert verb in listed
        assert govgraph(verb, "--help").returncode == 0
