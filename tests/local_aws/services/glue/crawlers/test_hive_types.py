import pytest

from local_aws.services.glue.crawlers.hive_types import with_new_members


@pytest.mark.parametrize(
    ("old", "new", "both"),
    [
        ("int", "string", "int"),
        ("struct<a:int>", "string", "struct<a:int>"),
        ("struct<a:int>", "struct<a:string,b:int>", "struct<a:int,b:int>"),
        ("struct<a:int,b:int>", "struct<b:int>", "struct<a:int,b:int>"),
        ("struct<A:int>", "struct<a:int>", "struct<A:int>"),
        ("array<struct<a:int>>", "array<struct<b:int>>", "array<struct<a:int,b:int>>"),
        (
            "map<string,struct<a:decimal(9,2)>>",
            "map<string,struct<b:decimal(9,2)>>",
            "map<string,struct<a:decimal(9,2),b:decimal(9,2)>>",
        ),
        (
            "struct<a:struct<x:int>,z:int>",
            "struct<a:struct<y:array<int>>>",
            "struct<a:struct<x:int,y:array<int>>,z:int>",
        ),
        ("array<int>", "array<struct<a:int>>", "array<int>"),
        ("struct<>", "struct<a:int>", "struct<a:int>"),
        ("struct<a:int", "struct<a:int>", "struct<a:int"),
    ],
)
def test_with_new_members(old: str, new: str, both: str) -> None:
    assert with_new_members(old, new) == both
