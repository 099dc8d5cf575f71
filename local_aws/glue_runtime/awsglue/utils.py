"""getResolvedOptions: https://docs.aws.amazon.com/glue/latest/dg/aws-glue-api-crawler-pyspark-extensions-get-resolved-options.html"""

from collections.abc import Sequence

ALWAYS = ("JOB_ID", "JOB_RUN_ID", "TempDir", "job-bookmark-option")


class GlueArgumentError(Exception):
    """An argument that the script asks for and the run does not have."""


def getResolvedOptions(args: Sequence[str], options: Sequence[str]) -> dict[str, str]:  # noqa: N802
    """The values of the named arguments in ``sys.argv``, and Glue's own where it passed them."""
    given = _parse(args)
    wanted = [name.removeprefix("--") for name in options]
    missing = [f"--{name}" for name in wanted if name not in given]
    if missing:
        raise GlueArgumentError(f"the following arguments are required: {', '.join(missing)}")
    own = [name for name in ALWAYS if name in given]
    return {name.replace("-", "_"): given[name] for name in [*wanted, *own]}


def _parse(args: Sequence[str]) -> dict[str, str]:
    given: dict[str, str] = {}
    name = None
    for text in args[1:]:
        if name is not None and not (text.startswith("--") and given[name] == ""):
            given[name], name = text, None
        elif text.startswith("--"):
            name, equals, value = text.removeprefix("--").partition("=")
            given[name] = value
            name = None if equals else name
    return given
