"""From documents and data files to a generation: catalogue, derived facts, evidence, build."""
