"""The front end: Trino's syntax, names and types. It knows nothing of the engine behind."""
