"""The site and the SPARQL endpoint; the top floor. Public query text never runs in this process."""
