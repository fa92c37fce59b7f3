"""Writing over HTTP: off unless the operator says so, then by token, whole, and for nobody's browser."""

import logging
import shutil
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import httpx
import pytest

from govgraph.errors import BadInput
from govgraph.limits import LIMITS
from govgraph.review.findings import Report
from govgraph.store.generations import Generations
from govgraph.web.authorisation import read_tokens
from govgraph.writing.changing import make_empty

SECRET = "0123456789abcdef0123"
BEARER = {"Authorization": f"Bearer {SECRET}"}
UPDATE = {"Content-Type": "application/sparql-update"}
INSERT = "INSERT DATA { GRAPH <http://e/g> { <http://e/a> <http://e/b> 1 } }"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("written") / "store"
    make_empty(Generations(folder))
    return folder


@pytest.fixture(scope="module")
def scratch(serve: Callable[..., str], folder: Path) -> Iterator[httpx.Client]:
    """A site over an empty store that can be written to."""
    with httpx.Client(base_url=serve(folder, tokens={"clerk": SECRET}), timeout=60) as client:
        yield client


def asks(client: httpx.Client, query: str) -> bool:
    return bool(client.get("/sparql", params={"query": query}).json()["boolean"])


@pytest.mark.parametrize("path", ["/update", "/sparql"])
@pytest.mark.parametrize("way", ["form", "body"])
def test_an_update_comes_as_a_form_or_as_the_body(scratch: httpx.Client, path: str, way: str) -> None:
    text = INSERT.replace("http://e/a", f"http://e{path}/{way}")
    if way == "form":
        answer = scratch.post(path, data={"update": text}, headers=BEARER)
    else:
        answer = scratch.post(path, content=text, headers=BEARER | UPDATE)
    assert answer.status_code == 204
    assert answer.headers["govgraph-added"] == "1"
    assert int(answer.headers["govgraph-generation"]) > 1
    assert "access-control-allow-origin" not in answer.headers
    assert asks(scratch, f"ASK {{ GRAPH <http://e/g> {{ <http://e{path}/{way}> ?p ?o }} }}")


def test_the_manifest_names_whoever_sent_the_token(scratch: httpx.Client, folder: Path) -> None:
    scratch.post("/update", content=INSERT.replace("1 }", "77 }"), headers=BEARER | UPDATE)
    assert Generations(folder).current().manifest["change"]["who"] == "clerk"


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 401),
        ({"Authorization": "Basic Y2xlcms6eA=="}, 401),
        ({"Authorization": "Bearer wrong-wrong-wrong-wrong"}, 401),
        ({"Authorization": f"Bearer {SECRET[:-1]}"}, 401),
        (BEARER | {"Origin": "https://elsewhere.example"}, 403),
        (BEARER | {"Sec-Fetch-Site": "cross-site"}, 403),
        (BEARER | {"Origin": "null"}, 403),
    ],
)
@pytest.mark.parametrize(
    ("method", "path"), [("POST", "/update"), ("POST", "/sparql"), ("PUT", "/graphs?default"), ("DELETE", "/graphs/a")]
)
def test_nobody_writes_without_a_token_or_from_another_site(
    scratch: httpx.Client, method: str, path: str, headers: dict[str, str], status: int
) -> None:
    before = scratch.get("/sparql").headers["govgraph-generation"]
    answer = scratch.request(method, path, content="CLEAR ALL", headers=UPDATE | headers)
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"
    assert ("www-authenticate" in answer.headers) == (status == 401)
    assert scratch.get("/sparql").headers["govgraph-generation"] == before


@pytest.mark.parametrize(
    ("method", "path"),
    [("POST", "/update"), ("POST", "/sparql"), ("PUT", "/graphs?default"), ("POST", "/graphs"), ("PATCH", "/graphs/a")],
)
def test_writing_is_off_unless_the_operator_says_so(web: httpx.Client, method: str, path: str) -> None:
    answer = web.request(method, path, content="CLEAR ALL", headers=UPDATE | BEARER)
    assert answer.status_code == 403
    assert "writing is not offered" in answer.json()["detail"]


def test_an_update_does_not_come_by_get(scratch: httpx.Client) -> None:
    for path in ("/update", "/sparql"):
        answer = scratch.get(path, params={"update": "CLEAR ALL"}, headers=BEARER)
        assert answer.status_code == 405
        assert "POST" in answer.headers["allow"]
        assert "GET" not in answer.headers["allow"]


def test_what_goes_to_update_must_be_one_update(scratch: httpx.Client) -> None:
    both = "update=CLEAR+ALL&query=ASK+%7B%7D"
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    assert scratch.post("/update", content=both, headers=BEARER | form).status_code == 400
    assert scratch.post("/update", content="query=ASK+%7B%7D", headers=BEARER | form).status_code == 400
    assert (
        scratch.post("/update", content="CLEAR ALL", headers=BEARER | {"Content-Type": "text/plain"}).status_code == 415
    )
    utf16 = {"Content-Type": "application/sparql-update; charset=utf-16"}
    assert scratch.post("/update", content="CLEAR ALL".encode("utf-16"), headers=BEARER | utf16).status_code == 415


def test_a_log_says_who_changed_what(scratch: httpx.Client, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO, logger="govgraph.writing.client"):
        scratch.post("/update", content=INSERT.replace("1 }", "78 }"), headers=BEARER | UPDATE)
        scratch.post("/update", content="INSERT DATA {", headers=BEARER | UPDATE)
    written, refused = caplog.records[-2:]
    assert (written.getMessage(), refused.getMessage()) == ("change written", "change refused")
    told = vars(written)
    assert (told["who"], told["kind"], told["added"], told["graphs"]) == ("clerk", "update", 1, ["http://e/g"])
    assert vars(refused)["problem"] == "query-syntax"


def test_an_upload_larger_than_allowed_is_refused_while_it_comes_in(serve: Callable[..., str], tmp_path: Path) -> None:
    make_empty(Generations(tmp_path / "store"))
    address = serve(tmp_path / "store", replace(LIMITS, upload_bytes=1_000), tokens={"clerk": SECRET})
    data = b"<http://e/a> <http://e/b> 1 .\n" * 50
    with httpx.Client(base_url=address, headers=BEARER, timeout=60) as client:
        assert client.put("/graphs?default", content=data, headers={"Content-Type": "text/turtle"}).status_code == 413
        assert client.post("/graphs?default", files={"a": ("a.ttl", data, "text/turtle")}).status_code == 413
        assert client.post("/update", content=b"CLEAR ALL #" + data, headers=UPDATE).status_code == 413
        assert client.get("/graphs?default").headers["govgraph-rows"] == "0"


def test_a_change_that_breaks_rules_of_the_review_is_answered_with_what_it_breaks(
    serve: Callable[..., str], store_folder: Path, tmp_path: Path
) -> None:
    pytest.importorskip("pyshacl")
    shutil.copytree(store_folder, tmp_path / "store")
    before = Generations(tmp_path / "store").current()
    (before.folder / "report.json").write_text(Report([], 1).to_json())
    line = "<https://w3id.org/govgraph/id/harrow/line/new> a gov:AccountabilityLine ; gov:accountableTo id:nobody"
    with httpx.Client(base_url=serve(tmp_path / "store", tokens={"clerk": SECRET}), timeout=120) as client:
        answer = client.post(
            "/update", content=f"INSERT DATA {{ GRAPH graph:notes {{ {line} }} }}", headers=BEARER | UPDATE
        )
        assert answer.status_code == 422
        found = answer.json()
        assert found["code"] == "change-refused"
        assert {finding["severity"] for finding in found["findings"]} == {"violation"}
        assert any(finding["focus"].endswith("/line/new") for finding in found["findings"])
        assert not asks(client, "ASK { ?s gov:accountableTo id:nobody }")
    assert Generations(tmp_path / "store").current().number == before.number


def test_a_dataset_goes_with_the_operation_it_belongs_to(scratch: httpx.Client) -> None:
    address = {"params": {"default-graph-uri": "http://e/g"}}
    assert scratch.post("/update", content=INSERT, headers=BEARER | UPDATE, **address).status_code == 400  # type: ignore[arg-type]
    assert scratch.get("/sparql", params={"query": "ASK {}", "using-graph-uri": "http://e/g"}).status_code == 400


def test_an_update_that_names_its_dataset_twice_is_refused(scratch: httpx.Client) -> None:
    text = "WITH <http://e/g> DELETE { ?s ?p ?o } WHERE { ?s ?p ?o }"
    answer = scratch.post("/update", content=text, headers=BEARER | UPDATE, params={"using-graph-uri": "http://e/g"})
    assert answer.status_code == 400
    assert "named twice" in answer.json()["detail"]


def test_the_short_form_of_deleting_keeps_to_the_dataset(scratch: httpx.Client) -> None:
    scratch.post("/update", content="INSERT DATA { <http://e/k> <http://e/b> 5 }", headers=BEARER | UPDATE)
    params = {"using-graph-uri": "http://e/none"}
    text = "DELETE WHERE { <http://e/k> ?p ?o } # WHERE"
    assert scratch.post("/update", content=text, headers=BEARER | UPDATE, params=params).status_code == 204
    assert asks(scratch, "ASK { <http://e/k> ?p ?o }")


def test_a_mistake_in_an_update_is_answered_with_its_place(scratch: httpx.Client) -> None:
    found = scratch.post("/update", content="INSERT DATA {\n xyz }", headers=BEARER | UPDATE).json()
    assert (found["status"], found["line"]) == (400, 2)


def test_changes_that_come_at_once_are_made_one_after_another(scratch: httpx.Client) -> None:
    def send(number: int) -> int:
        text = f"INSERT DATA {{ GRAPH <http://e/many> {{ <http://e/a> <http://e/n> {number} }} }}"
        return scratch.post("/update", content=text, headers=BEARER | UPDATE).status_code

    with ThreadPoolExecutor(8) as pool:
        assert set(pool.map(send, range(12))) == {204}
    answer = scratch.get(
        "/sparql", params={"query": "SELECT ?n { GRAPH <http://e/many> { ?s ?p ?n } }", "format": "csv"}
    )
    assert answer.headers["govgraph-rows"] == "12"


def test_pages_of_other_sites_are_not_told_that_they_may_write(scratch: httpx.Client) -> None:
    for path in ("/update", "/graphs"):
        answer = scratch.options(path, headers={"Origin": "https://e.example", "Access-Control-Request-Method": "PUT"})
        assert answer.status_code == 204
        assert "POST" not in answer.headers.get("access-control-allow-methods", "")
        assert "PUT" not in answer.headers.get("access-control-allow-methods", "")
        assert "POST" in answer.headers["allow"]


@pytest.mark.parametrize("text", ["", "short", "a:" + "x" * 15, f"a:{SECRET},a:{SECRET}", f":{SECRET}"])
def test_a_weak_or_doubtful_token_is_refused_at_the_start(text: str) -> None:
    with pytest.raises(BadInput, match="GOVGRAPH_TOKEN"):
        read_tokens(text)
