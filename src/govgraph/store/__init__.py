"""The store: numbered immutable generations, and readers that answer queries over one of them."""
