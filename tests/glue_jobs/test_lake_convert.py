"""The pure transform on Spark; main() is tested through the server in test_jobs."""

import datetime as dt
from typing import Any

import pytest

pytestmark = pytest.mark.spark

CONTRACT: dict[str, Any] = {
    "name": "trips",
    "columns": [
        {"name": "at", "type": "timestamp", "required": True},
        {"name": "line", "type": "string", "required": False},
        {"name": "miles", "type": "int", "required": False},
        {"name": "day", "type": "date", "required": False},
    ],
    "keys": ["at", "line"],
    "sort_by": ["line", "at"],
    "layout": {"file_megabytes": 128, "row_group_megabytes": 128, "zstd_level": 3},
    "rules": [
        {"name": "positive", "expression": "miles > 0", "action": "quarantine"},
        {"name": "known", "expression": "line <> 'Z'", "action": "fail"},
    ],
}
COLUMNS = "at string, line string, miles string, day string"
GOOD = ("2013-01-01 05:00:00", "A", "3", "2013-01-01")


def judge(spark: Any, rows: list[tuple[Any, ...]], columns: str = COLUMNS) -> list[tuple[Any, str]]:
    """(miles as they came, the rule that they break) in the rows' own order."""
    from lake_convert import transform

    judged = transform(spark.createDataFrame(rows, columns), CONTRACT)
    return [(row["_raw"]["miles"], row["_rule"]) for row in judged.orderBy("_raw.miles").collect()]


def test_types_are_the_contracts(spark: Any) -> None:
    from lake_convert import published, transform

    df = spark.createDataFrame([(*GOOD, "not in the contract")], COLUMNS + ", extra string")
    out = published(transform(df, CONTRACT), CONTRACT)
    assert out.dtypes == [
        ("at", "timestamp"),
        ("line", "string"),
        ("miles", "int"),
        ("day", "date"),
    ]
    [row] = out.collect()
    assert (row["miles"], row["day"]) == (3, dt.date(2013, 1, 1))
    assert row["at"].astimezone(dt.UTC) == dt.datetime(2013, 1, 1, 5, tzinfo=dt.UTC)


@pytest.mark.parametrize(
    ("change", "rule"),
    [
        ({}, None),
        ({2: None}, None),
        ({2: "three"}, "type:miles"),
        ({2: "3.5"}, "type:miles"),
        ({2: "3000000000"}, "type:miles"),
        ({0: "yesterday"}, "type:at"),
        ({3: "2013-02-30"}, "type:day"),
        ({0: None}, "required:at"),
        ({1: None}, "required:line"),
        ({2: "0"}, "positive"),
        ({1: "Z"}, "known"),
        ({0: None, 2: "three"}, "type:miles"),
    ],
)
def test_what_a_row_breaks(spark: Any, change: dict[int, Any], rule: str | None) -> None:
    row = tuple(change.get(place, value) for place, value in enumerate(GOOD))
    [(_, found)] = judge(spark, [row])
    assert found == rule


def test_allowed_values_as_the_contract_writes_them(spark: Any) -> None:
    from lake_convert import transform

    from tarn.contracts.odcs.reader import one_of

    odd = ["it's", 'a "b"', "back\\slash", "100%", "\\n"]
    rule = {"name": "enum:line", "expression": one_of("line", odd), "action": "quarantine"}
    rows = [
        (f"2013-01-01 0{i}:00:00", line, "3", "2013-01-01") for i, line in enumerate([*odd, "n"])
    ]
    judged = transform(spark.createDataFrame(rows, COLUMNS), {**CONTRACT, "rules": [rule]})
    assert [(r["line"], r["_rule"]) for r in judged.filter("_rule IS NOT NULL").collect()] == [
        ("n", "enum:line")
    ]


@pytest.mark.parametrize("name", ["rows", "rule", "raw"])
def test_a_rule_with_any_name_is_counted(spark: Any, tmp_path: Any, name: str) -> None:
    """The job counts all rows beside those that break each rule."""
    rule = {"name": name, "expression": "miles > 0", "action": "quarantine"}
    metrics = convert_once(spark, tmp_path, 1, rules=[rule])
    assert (metrics["rows_in"], metrics["quarantined_by_rule"][name]) == (3000, 30)


def test_a_cast_that_loses_something_is_refused(spark: Any) -> None:
    columns = "at string, line string, miles double, day string"
    rows = [(GOOD[0], line, miles, GOOD[3]) for line, miles in (("A", 2.0), ("B", 2.5), ("C", 4e9))]
    assert judge(spark, rows, columns) == [(2.0, None), (2.5, "type:miles"), (4e9, "type:miles")]


def test_the_first_of_a_key_stays(spark: Any) -> None:
    rows = [(*GOOD[:2], miles, GOOD[3]) for miles in ("5", "4", "6", "0")]
    assert judge(spark, rows) == [
        ("0", "positive"),
        ("4", None),
        ("5", "unique:at,line"),
        ("6", "unique:at,line"),
    ]


def test_quarantine_has_the_row_as_it_came(spark: Any) -> None:
    from lake_convert import quarantined, transform

    df = spark.createDataFrame([(*GOOD[:2], "three", GOOD[3])], COLUMNS)
    out = quarantined(transform(df, CONTRACT))
    assert [tuple(row) for row in out.collect()] == [(*GOOD[:2], "three", GOOD[3], "type:miles")]
    assert out.columns == ["at", "line", "miles", "day", "_rule"]


def test_a_column_that_is_not_there_is_named(spark: Any) -> None:
    from lake_convert import ContractBroken, _require_columns

    df = spark.createDataFrame([("x",)], "line string")
    with pytest.raises(ContractBroken, match="trips: the clean data has no column at, miles, day"):
        _require_columns(df, CONTRACT)


def convert_once(spark: Any, folder: Any, files: int, rules: Any = None, **layout: float) -> Any:
    """convert() over plain files, in as many output files as asked for."""
    import lake_convert

    df = spark.range(3000).selectExpr(
        "cast(timestamp_seconds(1356998400 + 60 * ((id * 7919) % 2990)) AS string) AS at",
        "concat('L', id % 5) AS line",
        "cast(id % 100 AS string) AS miles",
        "'2013-01-01' AS day",
    )
    df.coalesce(1).write.mode("overwrite").parquet(f"file://{folder}/in")
    disk = lake_convert.Files(spark)
    megabytes = disk.size(f"file://{folder}/in")[1] / files / lake_convert.MEGABYTE
    contract = CONTRACT | {
        "layout": CONTRACT["layout"] | {"file_megabytes": megabytes} | layout,
        "rules": rules or CONTRACT["rules"],
    }
    places = {name: f"file://{folder}/{name}" for name in ("output", "quarantine")}
    args = places | {"input": f"file://{folder}/in"}
    return lake_convert.convert(spark, disk, lake_convert.transform, contract, args)


@pytest.mark.parametrize("files", [1, 3])
def test_convert_counts_sorts_and_repeats(spark: Any, tmp_path: Any, files: int) -> None:
    import pyarrow.parquet as pq

    written, tables = [], []
    for _ in range(2):
        metrics = convert_once(spark, tmp_path, files)
        parts = sorted((tmp_path / "output").glob("part-*.parquet"))
        written.append([part.read_bytes() for part in parts])
        tables.append([row for part in parts for row in pq.read_table(part).to_pylist()])
    assert tables[0] == tables[1]
    assert files > 1 or written[0] == written[1]
    assert metrics["files"] >= files
    assert metrics["rows_in"] == 3000
    assert metrics["quarantined_by_rule"]["positive"] == 30
    assert len(tables[0]) == metrics["rows_out"]
    assert tables[0] == sorted(tables[0], key=lambda row: (row["line"], row["at"]))


@pytest.mark.parametrize("files", [1, 3])
def test_files_keep_to_the_budget(spark: Any, tmp_path: Any, files: int) -> None:
    import pyarrow.parquet as pq

    convert_once(spark, tmp_path, files, row_group_megabytes=0.01)
    parts = sorted((tmp_path / "output").glob("part-*.parquet"))
    assert len(parts) == files
    groups = []
    for part in parts:
        footer = pq.read_metadata(part)
        groups += [footer.row_group(number) for number in range(footer.num_row_groups)]
    assert len(groups) > files
    # Parquet looks at its buffer after a hundred rows at the earliest.
    assert max(group.total_byte_size for group in groups) < 2 * 0.01 * 1024 * 1024
    codecs = {g.column(i).compression for g in groups for i in range(g.num_columns)}
    assert codecs == {"ZSTD"}
    lines = [group.column(1).statistics for group in groups]
    assert [s.min for s in lines[1:]] >= [s.max for s in lines[:-1]]  # readers can skip groups


def test_the_lake_knows_how_many_files_there_will_be() -> None:
    """The lake says of a partition what this job, which imports nothing of tarn's, will do."""
    from lake_convert import MEGABYTE, _file_count

    from tarn.contracts.layout import Layout

    layout = Layout(file_megabytes=64)
    for size in (0, 1, 64 * MEGABYTE, 95 * MEGABYTE, 97 * MEGABYTE, 1000 * MEGABYTE):
        assert _file_count(size, {"layout": layout.to_dict()}) == layout.files_for(size)


def test_rows_lost_on_the_way_to_quarantine_are_missed(
    spark: Any, tmp_path: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    import lake_convert

    whole = lake_convert.quarantined
    monkeypatch.setattr(lake_convert, "quarantined", lambda judged: whole(judged).limit(1))
    with pytest.raises(AssertionError, match=r"1 quarantined of .*: rows are lost"):
        convert_once(spark, tmp_path, 1)
