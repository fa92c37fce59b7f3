"""Chains of accountability: built from the rows of a question, told in words and drawn."""
