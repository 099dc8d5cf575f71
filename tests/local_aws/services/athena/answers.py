"""What a query answers without a table and without a server, in one line."""

from typing import Any

from local_aws.services.athena.duck.failures import as_failure
from local_aws.services.athena.emit import Emitter
from local_aws.services.athena.errors import QueryFailed
from local_aws.services.athena.queries import results
from local_aws.services.athena.trino.dialect import parse_query
from local_aws.services.athena.trino.queries import QueryAnalyzer


class NoCatalog:
    """The fixtures need no tables."""

    def table(self, database: str, name: str) -> None:
        return None

    def has_database(self, database: str) -> bool:
        return True

    def virtual(self, database: str, name: str) -> None:
        return None


def translate(sql: str) -> tuple[str, list[Any]]:
    """The engine's SQL and the types of its columns."""
    tree = parse_query(sql)
    outputs = QueryAnalyzer(NoCatalog(), "default").query(tree)
    return Emitter().query(tree), [o.type for o in outputs]


def answer(engine: Any, sql: str) -> str:
    """Values with | between, rows with / between; ! and the reason where the query fails."""
    try:
        text, kinds = translate(sql)
        names = [f"q{i}" for i in range(len(kinds))]
        items = ", ".join(
            results.result_text(f"q.{n}", k) for n, k in zip(names, kinds, strict=True)
        )
        query = f"SELECT {items} FROM ({text}) AS q({', '.join(names)})"
        rows = engine.cursor().execute(query).fetchall()
    except QueryFailed as error:
        return "!" + error.reason
    except Exception as error:
        return "!" + as_failure(error).reason
    return " / ".join("|".join("NULL" if v is None else v for v in row) for row in rows)


def holds(engine: Any, sql: str, expected: str) -> None:
    """Asserts the answer; of a failure what stands behind `!` is a part of the reason."""
    got = answer(engine, sql)
    if expected.startswith("!"):
        assert got.startswith("!")
        assert expected[1:] in got
    else:
        assert got == expected
