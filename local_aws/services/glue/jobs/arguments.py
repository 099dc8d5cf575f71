"""A job's arguments: whose wins, which mean something to Glue, and what the script is given.

https://docs.aws.amazon.com/glue/latest/dg/aws-glue-programming-etl-glue-arguments.html
Glue reads some parameters itself. Those that only observe a run (the Spark UI, insights) or
size it are accepted and change nothing here, as they change no result there; those that would
change what the script computes and that we cannot do are refused.
"""

from dataclasses import dataclass
from typing import Any

from local_aws.services.glue.errors import InvalidInputException, unsupported
from local_aws.services.glue.jobs import bookmarks, installer
from local_aws.services.glue.jobs.logs import PREFIX

Arguments = dict[str, str]

UNSUPPORTED = (
    "--class",
    "--custom-logStream-prefix",
    "--customer-driver-env-vars",
    "--customer-executor-env-vars",
    "--continuous-log-logGroup",
    "--continuous-log-logStreamPrefix",
    "--datalake-formats",
    "--enable-lakeformation-fine-grained-access",
    "--extra-jars",
    "--use-postgres-driver",
    "--user-jars-first",
)
ONLY = {
    "--job-language": "python",
}
# Read by Glue and kept from the script.
CONSUMED = {
    "--additional-python-modules",
    "--auto-scale-within-microbatch",
    "--conf",
    "--continuous-log-conversionPattern",
    "--custom-logGroup-prefix",
    "--enable-auto-scaling",
    "--enable-continuous-cloudwatch-log",
    "--enable-continuous-log-filter",
    "--enable-glue-datacatalog",
    "--enable-job-insights",
    "--enable-metrics",
    "--enable-observability-metrics",
    "--enable-rename-algorithm-v2",
    "--enable-s3-parquet-optimized-committer",
    "--enable-spark-ui",
    "--executor-cores",
    "--extra-files",
    "--extra-py-files",
    "--job-language",
    "--number-of-workers",
    "--python-modules-installer-option",
    "--scriptLocation",
    "--spark-event-logs-path",
    "library-set",
}
# How scripts for EMR and older ones for Glue ask for what --enable-glue-datacatalog does
# (https://docs.aws.amazon.com/emr/latest/ReleaseGuide/emr-spark-glue.html).
GLUE_METASTORE = (
    "spark.hadoop.hive.metastore.client.factory.class",
    "com.amazonaws.glue.catalog.metastore.AWSGlueDataCatalogHiveClientFactory",
)
# They need other jars, or a JVM of the job's own.
UNSUPPORTED_CONF = (
    "spark.driver.defaultJavaOptions",
    "spark.driver.extra",
    "spark.executor.defaultJavaOptions",
    "spark.executor.extra",
    "spark.extraListeners",
    "spark.hadoop.fs.s3",
    "spark.jars",
    "spark.kubernetes",
    "spark.master",
    "spark.plugins",
    "spark.submit",
)


@dataclass(frozen=True)
class Launch:
    """What a run's arguments amount to."""

    argv: list[str]
    conf: dict[str, str]
    extra_py_files: list[str]
    extra_files: list[str]
    modules: installer.Wanted
    bookmark: bookmarks.Asked
    script: str  # --scriptLocation goes before the job's own; empty without
    data_catalog: bool  # spark.sql finds the Data Catalog's tables


def merge(job: dict[str, Any], given: Arguments) -> Arguments:
    """The job's defaults, over them the run's own, over them what the job does not let override."""
    defaults: Arguments = job.get("DefaultArguments", {})
    fixed: Arguments = job.get("NonOverridableArguments", {})
    return defaults | given | fixed


def check(arguments: Arguments) -> None:
    """Refuse by name what we cannot do."""
    for name, value in arguments.items():
        if name in UNSUPPORTED and value.lower() != "false":
            raise unsupported(f"The job parameter {name}")
        if name in ONLY and value != ONLY[name]:
            raise unsupported(f"{name} {value} (only {ONLY[name]} is)")
    parse_conf(arguments.get("--conf", ""))
    bookmarks.option_of(arguments)
    _modules(arguments)


def resolve(arguments: Arguments, job_name: str, run_id: str) -> Launch:
    """What to start: the script's command line, Spark's settings, the files to bring."""
    own = {"--JOB_NAME": job_name, "--JOB_RUN_ID": run_id, "--JOB_ID": f"j_{job_name}"}
    passed = {name: v for name, v in arguments.items() if name not in CONSUMED} | own
    conf = parse_conf(arguments.get("--conf", ""))
    return Launch(
        argv=[text for pair in passed.items() for text in pair],
        conf=conf,
        extra_py_files=_split(arguments.get("--extra-py-files", "")),
        extra_files=_split(arguments.get("--extra-files", "")),
        modules=_modules(arguments),
        bookmark=bookmarks.asked(arguments),
        script=arguments.get("--scriptLocation", ""),
        data_catalog=_wants_data_catalog(arguments, conf),
    )


def log_group(arguments: Arguments) -> str:
    """What the names of the run's two log groups begin with."""
    return arguments.get("--custom-logGroup-prefix") or PREFIX


def is_continuous(arguments: Arguments) -> bool:
    """Whether continuous logging is asked for."""
    return arguments.get("--enable-continuous-cloudwatch-log", "false").lower() == "true"


def _modules(arguments: Arguments) -> installer.Wanted:
    return installer.parse(
        arguments.get("--additional-python-modules", ""),
        arguments.get("--python-modules-installer-option", ""),
    )


def _wants_data_catalog(arguments: Arguments, conf: dict[str, str]) -> bool:
    """The parameter's presence is what counts, but for the console's "false"."""
    setting, factory = GLUE_METASTORE
    asked = arguments.get("--enable-glue-datacatalog", "false").lower() != "false"
    return asked or conf.get(setting) == factory


def parse_conf(text: str) -> dict[str, str]:
    """``a=b --conf c=d``: one parameter that carries several settings, as Glue's users write it."""
    conf = {}
    for setting in text.split("--conf"):
        name, equals, value = setting.strip().partition("=")
        if not name and not equals:
            continue
        if not equals or not name.startswith("spark."):
            raise InvalidInputException(
                f"--conf takes spark.<name>=<value>, not '{setting.strip()}'"
            )
        if name.startswith(UNSUPPORTED_CONF):
            raise unsupported(f"The Spark setting {name}")
        conf[name] = value
    return conf


def _split(text: str) -> list[str]:
    return [part.strip() for part in text.split(",") if part.strip()]
