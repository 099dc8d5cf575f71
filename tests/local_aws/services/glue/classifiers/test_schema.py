import pytest

from local_aws.services.glue.classifiers.schema import Column, Schema, alike, merge, wider


def schema(*names: str, kind: str = "int", form: str = "parquet") -> Schema:
    return Schema(form, tuple(Column(name, kind) for name in names))


@pytest.mark.parametrize(
    ("one", "other", "are"),
    [
        (schema(*"abc"), schema(*"abc"), True),
        (schema(*"abcdefghij"), schema(*"abcdefg"), True),
        (schema(*"abcdefghij"), schema(*"abcdef"), False),
        (schema(*"abc"), schema(*"abc", kind="string"), False),
        (schema(*"abc"), schema(*"abc", form="json"), False),
        (schema(), schema(), True),
        (schema(*"abc"), schema(), False),
    ],
)
def test_alike(one: Schema, other: Schema, are: bool) -> None:
    assert alike(one, other) is are
    assert alike(other, one) is are


def test_csv_columns_with_names_are_alike_whatever_their_types() -> None:
    numbers = Schema("csv", (Column("a", "bigint"), Column("b", "bigint")), header=True)
    text = Schema("csv", (Column("a", "string"), Column("b", "bigint")), header=True)
    assert alike(numbers, text)


def test_merge_keeps_the_order_and_widens() -> None:
    one = Schema("parquet", (Column("a", "int"), Column("b", "float")))
    two = Schema("parquet", (Column("c", "string"), Column("a", "bigint"), Column("b", "date")))
    assert merge([one, two]).columns == (
        Column("a", "bigint"),
        Column("b", "string"),
        Column("c", "string"),
    )


def test_merge_leaves_two_columns_of_one_name() -> None:
    twice = Schema("csv", (Column("a", "bigint"), Column("a", "string")))
    assert merge([twice, twice]) == twice


@pytest.mark.parametrize(
    ("one", "other", "both"),
    [
        ("int", "int", "int"),
        ("int", "bigint", "bigint"),
        ("bigint", "double", "double"),
        ("date", "timestamp", "timestamp"),
        ("boolean", "int", "string"),
        ("array<int>", "array<string>", "string"),
    ],
)
def test_wider(one: str, other: str, both: str) -> None:
    assert wider(one, other) == both
    assert wider(other, one) == both
