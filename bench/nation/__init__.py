"""A made-up nation on the real register of councils: what `bench.national` writes."""
