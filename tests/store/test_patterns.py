"""A query's text is taken apart into patterns that count what they say."""

import pyoxigraph as ox
import pytest
from hypothesis import given
from hypothesis import strategies as st

from govgraph.questions.library import library
from govgraph.store.patterns import parts_of


@pytest.mark.parametrize(
    ("text", "patterns"),
    [
        ("SELECT * { ?s ?p ?o }", ("?s ?p ?o",)),
        ("SELECT * WHERE { ?s a ?c ; ?p 1.5, ?o . }", ("?s a ?c", "?s ?p 1.5", "?s ?p ?o")),
        ('ASK { ?s e:p "a. b; c" . ?s e:q <http://e/x;y> }', ('?s e:p "a. b; c"', "?s e:q <http://e/x;y>")),
        ("SELECT * { ?s e:p / e:q+ ?o . ?o ^e:r ?t }", ("?s e:p/e:q+ ?o", "?o ^e:r ?t")),
        ("SELECT * { ?s ?p [ e:q ?o ] ; e:r ?t }", ("?s ?p [ e:q ?o ] ; e:r ?t",)),
        ("CONSTRUCT { ?a ?b ?c } WHERE { ?a ?b ?c FILTER(?c > 1) }", ("?a ?b ?c", "FILTER(?c > 1)")),
        ("SELECT * { { ?a ?b 1 } UNION { ?a ?b 2 } ?a ?c ?d }", ("{ ?a ?b 1 } UNION { ?a ?b 2 }", "?a ?c ?d")),
        ("SELECT * { # a . comment {\n ?s ?p ?o }", ("?s ?p ?o",)),
        ("DESCRIBE <http://e/x>", None),
        ("ASK {}", None),
    ],
)
def test_the_outermost_group_is_cut_at_its_joints(text: str, patterns: tuple[str, ...] | None) -> None:
    found = parts_of(text)
    assert (found.patterns if found else None) == patterns


def test_the_prologue_and_the_dataset_go_with_every_count() -> None:
    store = ox.Store()
    store.update("INSERT DATA { GRAPH <http://g/1> { <http://e/a> <http://e/p> 1, 2 } }")
    found = parts_of("PREFIX e: <http://e/> SELECT ?x FROM <http://g/1> WHERE { ?x e:p ?y . FILTER(?y > 1) }")
    assert found is not None

    def count(*patterns: str) -> int:
        solutions = store.query(found.count(*patterns))
        assert isinstance(solutions, ox.QuerySolutions)
        value = next(solutions)["n"]
        assert isinstance(value, ox.Literal)
        return int(value.value)

    assert count(found.patterns[0]) == 2
    assert count(*found.patterns) == 1


@pytest.mark.parametrize("name", list(library()))
def test_the_parts_of_every_saved_question_together_are_sparql(name: str) -> None:
    from govgraph.namespaces import PREFIXES

    found = parts_of(library()[name].text)
    if found:
        ox.Store().query(found.count(*found.patterns), prefixes=PREFIXES)


@given(st.text(max_size=300))
def test_no_text_is_too_odd_to_be_looked_at(text: str) -> None:
    parts_of(text)
    parts_of("SELECT * {" + text + "}")
