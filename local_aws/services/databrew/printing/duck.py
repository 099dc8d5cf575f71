"""DuckDB itself: every step as the engine runs it."""

from sqlglot import exp

from local_aws.services.databrew.printing.carry import Target


class _AsItIs(Target):
    def carried(self, tree: exp.Expression) -> exp.Expression:
        return tree


DUCKDB = _AsItIs("duckdb", "duckdb", frozenset(), {})
