"""What a run does, without HTTP and without the server: read, transform, write, profile, check.

Imports duckdb and the standard library only: a run's start-up is part of its cost.
"""
