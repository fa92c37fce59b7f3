"""Comparisons with named peers, each a ratio in one run."""
