"""Every rewrite against its fixture: the translation's text, and the answer that it gives."""

from pathlib import Path
from typing import Any

import pytest

from local_aws.services.athena.rewrites import REWRITES
from local_aws.services.athena.trino.functions import catalogue
from tests.local_aws.services.athena.answers import answer, holds, translate
from tests.local_aws.services.athena.fixtures import FOLDER, Case, cases

NAMES = [module.__name__.rpartition(".")[2] for module in REWRITES]
CASES = [case for name in NAMES for case in cases(name)]


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.rewrite}: {case.title}")
def test_answer(engine: Any, case: Case) -> None:
    holds(engine, case.sql, case.answer)


@pytest.mark.parametrize(
    "case", [c for c in CASES if c.translation], ids=lambda case: f"{case.rewrite}: {case.title}"
)
def test_translation(case: Case) -> None:
    assert translate(case.sql)[0] == case.translation


def test_every_rewrite_has_its_fixture_and_every_fixture_its_rewrite() -> None:
    assert {path.stem for path in Path(FOLDER).glob("*.sql")} == set(NAMES)


def test_the_function_table_names_types_and_places_that_exist() -> None:
    for signatures in catalogue().values():
        for signature in signatures:
            places = {c for c in "0123456789" if f"{{{c}}}" in signature.template}
            assert signature.variadic or all(int(p) < len(signature.params) for p in places)


@pytest.mark.parametrize(
    ("sql", "expected"),
    [
        ("SELECT 0e0 / 0, ARRAY[0e0 / 0]", "NaN|[NaN]"),
        ("SELECT nan() = nan(), nan() <> nan(), 1e0 <> nan()", "false|true|true"),
        ("SELECT nan() > 1, nan() >= 1, 1 < nan(), 1 <= nan()", "false|false|false|false"),
        ("SELECT nan() BETWEEN 1 AND 2, 1 BETWEEN 0 AND nan()", "false|false"),
        ("SELECT count(*) FROM (VALUES nan(), 20e0) t(x) WHERE x > 15", "1"),
        ("SELECT count(*) FROM (VALUES 1e0, NULL) t(x) WHERE x <> nan()", "1"),
        ("SELECT DECIMAL '0.05', DECIMAL '-0.5', ARRAY[DECIMAL '0.2']", "0.05|-0.5|[0.2]"),
        ("SELECT CAST(DECIMAL '0.05' AS varchar), format('%s', DECIMAL '0.05')", "0.05|0.05"),
        ("SELECT arrays_overlap(ARRAY[1, NULL], ARRAY[2])", "NULL"),
        ("SELECT arrays_overlap(ARRAY[1, NULL], ARRAY[1])", "true"),
        ("SELECT arrays_overlap(ARRAY[1], ARRAY[2])", "false"),
        ("SELECT cbrt(27)", "3.0"),
        ("SELECT DATE '2024-01-01' + INTERVAL '36' HOUR", "!Cannot add hour"),
        ("SELECT DATE '2024-01-01' - INTERVAL '48' HOUR", "2023-12-30"),
    ],
)
def test_where_the_engine_would_answer_otherwise(engine: Any, sql: str, expected: str) -> None:
    assert expected.lstrip("!") in answer(engine, sql)


@pytest.mark.parametrize(
    "sql",
    [
        """SELECT "a""b" FROM (VALUES 'v') t("a""b")""",
        """SELECT "x"" FROM nope --" FROM (SELECT 'v' AS "x"" FROM nope --")""",
        """SELECT 'v' AS "a""b" ORDER BY "a""b" """,
    ],
)
def test_a_quote_in_a_name_stays_in_the_name(engine: Any, sql: str) -> None:
    assert answer(engine, sql) == "v"
