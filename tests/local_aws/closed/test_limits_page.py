"""docs/security.md names every limit as the code has it."""

import re
from importlib import import_module
from pathlib import Path

import pytest

from local_aws.server import OWN_FILES

PAGE = (Path(__file__).parents[3] / "docs" / "security.md").read_text()
ROWS = re.findall(r"^\| ([^|]+) \| ([\d,]+)[^|]* \| `([\w.]+)` \|", PAGE, re.MULTILINE)


@pytest.mark.parametrize(("limit", "value", "name"), ROWS, ids=[row[2] for row in ROWS])
def test_a_limit(limit: str, value: str, name: str) -> None:
    module, _, constant = name.rpartition(".")
    assert getattr(import_module(f"local_aws.{module}"), constant) == int(value.replace(",", ""))


@pytest.mark.parametrize(
    "module",
    ["connection", "wire.head", "wire.http", "services.s3.http.xml", "services.s3.http.payload"],
)
def test_no_limit_is_missing(module: str) -> None:
    names = [name for name in vars(import_module(f"local_aws.{module}")) if name.startswith("MAX_")]
    defined = re.findall(r"^(MAX_\w+) =", source(module), re.MULTILINE)
    assert set(defined) <= set(names)
    assert {f"{module}.{name}" for name in defined} <= {row[2] for row in ROWS}


def source(module: str) -> str:
    return Path(import_module(f"local_aws.{module}").__file__ or "").read_text()


def test_the_files_that_connections_leave() -> None:
    assert f"leave {OWN_FILES:,} of the system's" in PAGE
