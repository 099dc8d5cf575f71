"""The life of a query: accepted, queued, run, answered."""
