"""Saved questions: read from `queries/`, given parameters as terms, answered as tables."""
