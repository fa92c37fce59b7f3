"""The dataset of a request is written into the text of an update, wherever an operation has a WHERE."""

import pyoxigraph as ox
import pytest
from hypothesis import given
from hypothesis import strategies as st

from govgraph.errors import BadInput, QueryRefused
from govgraph.writing.updates import check_update, with_dataset

A, B = "http://e/a", "http://e/b"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("INSERT { ?s ?p 1 } WHERE { ?s ?p 2 }", f"INSERT {{ ?s ?p 1 }} USING <{A}> WHERE {{ ?s ?p 2 }}"),
        ("DELETE WHERE { ?s ?p 2 }", f"DELETE {{ ?s ?p 2 }} USING <{A}> WHERE {{ ?s ?p 2 }}"),
        ("INSERT DATA { <http://e/where> <http://e/p> 'WHERE' }", None),
        ("PREFIX where: <http://e/> DELETE DATA { where:where where:p 1 } # WHERE", None),
        ("CLEAR ALL ; DROP SILENT GRAPH <http://e/where>", None),
    ],
)
def test_only_operations_with_a_pattern_get_a_dataset(text: str, expected: str | None) -> None:
    assert with_dataset(text, [A], []) == (expected or text)


def test_each_operation_of_a_request_gets_the_dataset() -> None:
    text = 'DELETE { ?s ?p "} WHERE {" } WHERE { ?s ?p 1 } ; INSERT { ?s ?p 2 } WHERE { { ?s ?p 3 } UNION { ?s ?p 4 } }'
    written = with_dataset(text, [A], [B])
    assert written.count(f"USING <{A}> USING NAMED <{B}> WHERE") == 2
    ox.Store().update(written)


@pytest.mark.parametrize("clause", ["WITH <http://e/g> DELETE { ?s ?p 1 }", "DELETE { ?s ?p 1 } USING <http://e/g>"])
def test_an_update_with_a_dataset_of_its_own_is_refused(clause: str) -> None:
    with pytest.raises(BadInput, match="named twice"):
        with_dataset(f"{clause} WHERE {{ ?s ?p 1 }}", [A], [])


@given(st.text("{}<>\"'# \nwWhereDELETEdata;?:.\\", max_size=60))
def test_any_text_is_read_without_a_mistake_of_ours(text: str) -> None:
    for job in (check_update, lambda given: with_dataset(given, [A], [B])):
        try:
            job(text)
        except BadInput:
            continue


@pytest.mark.parametrize("text", ["LOAD <http://e/>", "INSERT { ?s ?p 1 } WHERE { SERVICE <http://e/> { ?s ?p 1 } }"])
def test_what_reaches_out_is_refused(text: str) -> None:
    with pytest.raises(QueryRefused):
        check_update(text)
