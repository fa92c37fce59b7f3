"""Review: run the SHACL shapes, and say what was found so that a reviewer can act on it."""
