"""getResolvedOptions: https://docs.aws.amazon.com/glue/latest/dg/aws-glue-api-crawler-pyspark-extensions-get-resolved-options.html

As AWS's, it is `argparse` underneath: a name may be given by its beginning, a value after a space
or an equals sign, and names come back with underscores.
"""

import argparse
from collections.abc import Sequence
from typing import Any, NoReturn

# Glue's own; a script that asks for one of them is refused.
RESERVED: dict[str, str | None] = {
    "job-bookmark-option": "job-bookmark-disable",
    "job-bookmark-from": None,
    "job-bookmark-to": None,
    "JOB_ID": None,
    "JOB_RUN_ID": None,
    "SECURITY_CONFIGURATION": None,
    "encryption-type": None,
    "enable-data-lineage": None,
}
# Glue's own as well, but a script may ask for them.
OPTIONAL = ("TempDir", "RedshiftTempDir")


class GlueArgumentError(Exception):
    """Arguments that are not what the script asks for."""


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        raise GlueArgumentError(message)


def getResolvedOptions(args: Sequence[str], options: Sequence[str]) -> dict[str, Any]:
    """The values of the named arguments in ``sys.argv``, and Glue's own."""
    parser = _Parser(add_help=False)
    wanted = [option.removeprefix("--") for option in options]
    for name in wanted:
        if name in RESERVED:
            raise RuntimeError(f"Using reserved arguments --{name}")
    for name, default in RESERVED.items():
        parser.add_argument(f"--{name}", default=default)
    for name in OPTIONAL:
        if name not in wanted:
            parser.add_argument(f"--{name}")
    for name in dict.fromkeys(wanted):
        parser.add_argument(f"--{name}", required=True)
    found, _others = parser.parse_known_args(list(args[1:]))
    return vars(found)
