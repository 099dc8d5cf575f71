import pytest

from local_aws.services.glue.crawlers.tree import glob_pattern
from local_aws.services.glue.errors import InvalidInputException


@pytest.mark.parametrize(
    ("glob", "path", "fits"),
    [
        ("*.csv", "a.csv", True),
        ("*.csv", "folder/a.csv", False),
        ("**.csv", "folder/a.csv", True),
        ("folder/**", "folder/x/a.csv", True),
        ("folder/*", "folder/x/a.csv", False),
        ("a?.csv", "ab.csv", True),
        ("a[0-9].csv", "a7.csv", True),
        ("a[!0-9].csv", "a7.csv", False),
        ("*.{csv,tsv}", "a.tsv", True),
        ("*.{csv,tsv}", "a.txt", False),
        ("a\\*.csv", "a*.csv", True),
        ("a.csv", "abcsv", False),
        ("a,b*", "a,b.csv", True),
        ("a,b*", "a", False),
        ("{a,b},c", "b,c", True),
        ("{a,b},c", "c", False),
        ("a}b", "a}b", True),
        ("{a}}", "a}", True),
        ("{a\\,b,c}", "a,b", True),
    ],
)
def test_globs(glob: str, path: str, fits: bool) -> None:
    assert bool(glob_pattern(glob)(path)) is fits


@pytest.mark.parametrize("glob", ["[", "{a", "{a,{b}}", "**/[a-"])
def test_a_bracket_that_is_not_closed(glob: str) -> None:
    with pytest.raises(InvalidInputException, match="a bracket is not closed"):
        glob_pattern(glob)
