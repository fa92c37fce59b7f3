"""The public surface of the package is a short list, and the list is true."""

import pytest

import govgraph


def test_every_public_name_is_there_and_there_are_at_most_a_dozen() -> None:
    assert len(govgraph.__all__) <= 12
    for name in govgraph.__all__:
        assert getattr(govgraph, name) is not None


def test_a_name_that_is_not_public_is_refused() -> None:
    with pytest.raises(AttributeError, match="no_such_name"):
        govgraph.no_such_name  # noqa: B018
