"""DuckDB behind Athena's SQL: its session, its macros and the functions written in Python."""
