"""The examples in the docstrings are true."""

import doctest
import importlib
import pkgutil

import pytest

import govgraph

NAMES = [module.name for module in pkgutil.walk_packages(govgraph.__path__, "govgraph.")]


@pytest.mark.parametrize("name", NAMES)
def test_examples_in_docstrings_hold(name: str) -> None:
    result = doctest.testmod(importlib.import_module(name), optionflags=doctest.ELLIPSIS)
    assert result.failed == 0


def test_there_are_examples_to_check() -> None:
    finder = doctest.DocTestFinder()
    found = [test for name in NAMES for test in finder.find(importlib.import_module(name)) if test.examples]
    assert len(found) > 10
