"""A recipe as code: how it reads, what is refused, and flights' recipe three ways."""

import csv
import json
import subprocess
import sys
from pathlib import Path

import duckdb
import pytest

from local_aws.services.databrew.engine.errors import AnalysisException
from local_aws.services.databrew.printing.carry import NotPrinted
from local_aws.services.databrew.printing.rules import java_groups
from local_aws.services.databrew.printing.show import FORMS, show

ROOT = Path(__file__).parents[5]
CLEAN = [
    {
        "Action": {"Operation": "FILL_WITH_NULL", "Parameters": {"sourceColumn": "dep"}},
        "ConditionExpressions": [
            {"Condition": "IS", "Value": '["NA"]', "TargetColumn": "dep"},
        ],
    },
    {
        "Action": {
            "Operation": "CHANGE_DATA_TYPE",
            "Parameters": {"sourceColumn": "id", "columnDataType": "int"},
        }
    },
    {"Action": {"Operation": "RENAME", "Parameters": {"sourceColumn": "dep", "targetColumn": "d"}}},
]


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "rows.csv"
    path.write_text("id,dep,group\n1,NA,x\n2,07:00,y\n")
    return path


def test_athena_sql(file: Path) -> None:
    assert show("rows", CLEAN, file, "athena-sql") == (
        "-- rows: a DataBrew recipe of 3 steps.\n"
        '-- Reads rows (id INTEGER, dep VARCHAR, "group" VARCHAR)\n'
        "WITH\n"
        '-- 1. FILL_WITH_NULL dep where dep IS ["NA"]\n'
        "step_1 AS (\n"
        "  SELECT\n"
        "    id,\n"
        "    CASE WHEN COALESCE((dep IN ('NA')), FALSE) THEN CAST(NULL AS VARCHAR) ELSE dep END"
        " AS dep,\n"
        '    "group"\n'
        "  FROM rows\n"
        "),\n"
        "-- 2. CHANGE_DATA_TYPE id columnDataType=int\n"
        "-- 3. RENAME dep targetColumn=d\n"
        "step_3 AS (\n"
        "  SELECT\n"
        "    id,\n"
        "    dep AS d,\n"
        '    "group"\n'
        "  FROM step_1\n"
        ")\n"
        "SELECT * FROM step_3\n"
    )


def test_pyspark(file: Path) -> None:
    text = show("rows", CLEAN, file, "pyspark")
    assert '    "`id` INT, "\n' in text
    assert '    # 1. FILL_WITH_NULL dep where dep IS ["NA"]\n    df = df.withColumn("dep", ' in text
    assert text.endswith(
        "    # 2. CHANGE_DATA_TYPE id columnDataType=int\n"
        "    # 3. RENAME dep targetColumn=d\n"
        '    df = df.withColumnRenamed("dep", "d")\n'
        "    return df\n"
    )


def test_duckdb_runs_it(file: Path) -> None:
    text = show("rows", CLEAN, file, "duckdb")
    found = duckdb.sql(f"WITH rows AS (FROM read_csv('{file}')), {text.partition('WITH')[2]}")
    assert found.fetchall() == [(1, None, "x"), (2, "07:00", "y")]


@pytest.mark.parametrize("form", FORMS)
def test_hostile_names_and_values_stay_what_they_are(form: str, tmp_path: Path) -> None:
    file = tmp_path / "it's.csv"
    name = 'a"b`c\\d'
    with file.open("w") as stream:
        csv.writer(stream).writerows([[name, "n"], ["x", 1], ["y", 2]])
    nasty = """'; DROP TABLE input; -- {df} \\ \" \"\"\" '''\n"""
    steps = [
        {
            "Action": {
                "Operation": "ADD_SUFFIX",
                "Parameters": {"sourceColumn": name, "pattern": nasty},
            }
        }
    ]
    text = show(nasty, steps, file, form)
    if form == "pyspark":
        compile(text, "printed", "exec")
    else:
        assert len(duckdb.extract_statements(text)) == 1


def test_a_step_without_a_twin_is_refused_by_its_number(file: Path) -> None:
    following = {
        "Action": {"Operation": "NEXT", "Parameters": {"sourceColumn": "id", "targetColumn": "n"}}
    }
    with pytest.raises(NotPrinted, match=r"^Step 4 \(NEXT\): athena-sql has no order of rows"):
        show("rows", [*CLEAN, following], file, "athena-sql")
    assert "MONOTONICALLY_INCREASING_ID()" in show("rows", [*CLEAN, following], file, "pyspark")


def test_a_wrong_step_is_the_jobs_error(file: Path) -> None:
    with pytest.raises(AnalysisException, match=r"cannot resolve '`dep`'.*\(step 4, DELETE\)"):
        show(
            "rows",
            [*CLEAN, {"Action": {"Operation": "DELETE", "Parameters": {"sourceColumn": "dep"}}}],
            file,
            "duckdb",
        )


@pytest.mark.parametrize(
    ("written", "java"),
    [("\\1x\\2", "$1x$2"), ("$5", "\\$5"), ("a\\\\b", "a\\\\b"), ("\\", "\\\\")],
)
def test_java_groups(written: str, java: str) -> None:
    assert java_groups(written) == java


def command(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "local_aws.services.databrew.printing", *arguments],
        capture_output=True,
        text=True,
        cwd=ROOT,
        check=False,
    )


def test_the_command(file: Path, tmp_path: Path) -> None:
    recipe = tmp_path / "rows.json"
    recipe.write_text(json.dumps(CLEAN))
    done = command(str(recipe), "--as", "duckdb", "--input", str(file))
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == show("rows", CLEAN, file, "duckdb")


@pytest.mark.parametrize("content", ["[", '[{"Action": {"Operation": "PLAY"}}]', '{"a": 1}', "[1]"])
def test_a_broken_recipe_is_named(content: str, file: Path, tmp_path: Path) -> None:
    recipe = tmp_path / "rows.json"
    recipe.write_text(content)
    done = command(str(recipe), "--as", "duckdb", "--input", str(file))
    assert done.returncode == 1
    assert done.stderr.startswith(f"{recipe}: ")
    assert "Traceback" not in done.stderr


def test_telephone_numbers_have_no_twin_anywhere(file: Path) -> None:
    step = {"Action": {"Operation": "FORMAT_PHONE_NUMBER", "Parameters": {"sourceColumn": "id"}}}
    for form in ("athena-sql", "duckdb", "pyspark"):
        with pytest.raises(NotPrinted, match=r"^Step 1 \(FORMAT_PHONE_NUMBER\): it is Python's"):
            show("rows", [step], file, form)
