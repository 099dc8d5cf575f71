"""``python -m local_aws.services.databrew.printing RECIPE --as FORM --input FILE``."""

import argparse
import sys
from pathlib import Path

import duckdb

from local_aws.services.databrew.engine.errors import RunFailed
from local_aws.services.databrew.engine.recipe import read
from local_aws.services.databrew.printing.carry import NotPrinted
from local_aws.services.databrew.printing.show import FORMS, show


def main() -> int:
    parser = argparse.ArgumentParser(description="Print a DataBrew recipe as code.")
    parser.add_argument("recipe", type=Path, help="the recipe's JSON file")
    parser.add_argument("--as", dest="form", choices=FORMS, required=True)
    parser.add_argument("--input", type=Path, required=True, help="a file as the recipe reads it")
    given = parser.parse_args()
    try:
        sys.stdout.write(show(given.recipe.stem, read(given.recipe), given.input, given.form))
    except (NotPrinted, RunFailed, OSError, ValueError, duckdb.Error) as error:
        sys.stderr.write(f"{given.recipe}: {error}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
