"""Trino's grammar: says whether a text is a query of Trino's and, if not, where and why.

sqlglot reads many dialects at once. What it takes beyond Trino's would run here and fail on AWS,
so every query passes through this recogniser first: it follows SqlBase.g4
(https://github.com/trinodb/trino, core/trino-grammar) rule by rule and builds nothing.
"""

from local_aws.services.athena.trino.grammar.queries import check_query

__all__ = ["check_query"]
