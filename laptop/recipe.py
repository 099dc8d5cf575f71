"""``./lake recipe``: a dataset's recipe as code for other engines, and its own tests.

Both are the work of local_aws's recipe engine, in a process of its own.
"""

import argparse
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from laptop import environment
from laptop.home import ROOT
from tarn.aws import Aws
from tarn.contracts.load import load_contract
from tarn.errors import Terminal
from tarn.partition import Partition
from tarn.sources import open_source

ENGINE = "local_aws.services.databrew"
RECIPES = ROOT / "recipes"
FORMS = ("pyspark", "athena-sql", "duckdb")


def add_options(parser: argparse.ArgumentParser) -> None:
    """The two commands and what they take."""
    commands = parser.add_subparsers(required=True, metavar="WHAT")
    shown = commands.add_parser("show", help="print it as code")
    shown.add_argument("name", help="a dataset")
    shown.add_argument("--as", dest="form", choices=FORMS, default="pyspark", help="of which kind")
    shown.add_argument("--input", type=Path, help="a file as the recipe reads it; else the source")
    shown.set_defaults(recipe=lambda given: show(given.name, given.form, given.input))
    tested = commands.add_parser("test", help="run it on recipes/tests/<name>/input.csv")
    tested.add_argument("names", nargs="*", help="datasets; all where none is named")
    tested.set_defaults(recipe=lambda given: test(given.names))


def show(name: str, form: str, file: Path | None) -> int:
    """Print the recipe; types are those of the file, by default the dataset's first source."""
    recipe = _recipe(name)
    if file is not None:
        return _engine("printing", str(recipe), "--as", form, "--input", str(file))
    with _source(name) as sample:
        return _engine("printing", str(recipe), "--as", form, "--input", str(sample))


def test(names: Sequence[str]) -> int:
    """Run the recipes' tests; 1 where a row is not as expected."""
    chosen = names or sorted(folder.name for folder in (RECIPES / "tests").iterdir())
    return max(_engine("trial", str(_recipe(n)), str(RECIPES / "tests" / n)) for n in chosen)


def _recipe(name: str) -> Path:
    file = RECIPES / f"{name}.json"
    if not file.is_file():
        known = ", ".join(sorted(p.stem for p in RECIPES.glob("*.json") if "." not in p.stem))
        raise Terminal(f"There is no recipes/{name}.json; there are {known}.")
    return file


@contextmanager
def _source(name: str) -> Iterator[Path]:
    """The source file of the dataset's first partition, in a folder that goes again."""
    contract = load_contract(name)
    partition = Partition.of(contract, datetime.fromisoformat(contract.start))
    with tempfile.TemporaryDirectory() as folder, open_source(contract, partition, Aws()) as source:
        file = Path(folder) / f"{name}{Path(source.name).suffix.removesuffix('.zip') or '.csv'}"
        with file.open("wb") as target:
            shutil.copyfileobj(source.stream, target)
        yield file


def _engine(module: str, *arguments: str) -> int:
    command = [sys.executable, "-m", f"{ENGINE}.{module}", *arguments]
    return subprocess.run(command, cwd=ROOT, env=environment.base(), check=False).returncode
