"""The parts of the scale bench: what is asked of a store, and of its peers."""
