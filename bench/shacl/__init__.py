"""SHACL engines side by side: run them, and compare their reports."""
