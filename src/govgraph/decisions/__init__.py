"""Who decides, and by which day: what the rules of the graph make of a case."""
