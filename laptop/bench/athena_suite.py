"""What `./lake bench athena` asks: queries over Parquet files, TPC-H's or those of a folder."""

import re
import shutil
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

TPCHGEN = ("uv", "tool", "run", "tpchgen-cli@4.0.0")
"""The generator of TPC-H's data, when it is not installed: uv fetches this one and no other."""
_TITLE = re.compile(r"^-- (\w+): .*$", re.MULTILINE)


class SuiteFailed(Exception):
    """There are no queries or no data; the message says why."""


@dataclass(frozen=True)
class Suite:
    """Queries by name, and a Parquet file for each table by its name."""

    queries: Mapping[str, str]
    tables: Mapping[str, Path]


def tpch(folder: Path, scale: float) -> Suite:
    """TPC-H, its data made into the folder."""
    installed = shutil.which("tpchgen-cli")
    program = [installed] if installed else list(TPCHGEN)
    command = [*program, "parquet", "--scale-factor", f"{scale:g}", f"--output-dir={folder}"]
    try:
        made = subprocess.run(command, capture_output=True, text=True, check=False)
    except FileNotFoundError as error:
        raise SuiteFailed(f"{command[0]} is not there: {' '.join(TPCHGEN)}") from error
    if made.returncode:
        raise SuiteFailed(f"{' '.join(command)} failed:\n{made.stderr[-2000:]}")
    text = Path(__file__).with_name("tpch.sql").read_text(encoding="utf-8")
    return Suite(read_queries(text), _tables(folder))


def read_queries(text: str) -> dict[str, str]:
    """The queries of a file in which a line `-- name: what it is` stands before each."""
    parts = _TITLE.split(text)[1:]
    return {
        name: sql.strip().rstrip(";") for name, sql in zip(parts[::2], parts[1::2], strict=True)
    }


def from_folder(folder: Path) -> Suite:
    """Any other: queries/*.sql, in Trino's SQL, over data/*.parquet."""
    queries = {
        path.stem: path.read_text(encoding="utf-8").strip().rstrip(";")
        for path in sorted((folder / "queries").glob("*.sql"))
    }
    tables = _tables(folder / "data")
    if not queries or not tables:
        raise SuiteFailed(f"{folder} has no queries/*.sql or no data/*.parquet")
    return Suite(queries, tables)


def _tables(folder: Path) -> dict[str, Path]:
    return {path.stem: path for path in sorted(folder.glob("*.parquet"))}
