"""RDF terms and files: the only floor where bytes become RDF or RDF becomes bytes."""
