"""A crawler's definition, checked: what is not supported is refused when the crawler is made.

What AWS does: https://docs.aws.amazon.com/glue/latest/dg/crawler-configuration.html.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from local_aws.context import Request
from local_aws.schedules import cron
from local_aws.services.glue.crawlers.tree import glob_pattern
from local_aws.services.glue.documents import Document
from local_aws.services.glue.errors import InvalidInputException, unsupported
from local_aws.services.s3.errors import InvalidArgument
from local_aws.services.s3.model import parse_uri

TARGETS = (
    "S3Targets",
    "CatalogTargets",
    "JdbcTargets",
    "MongoDBTargets",
    "DynamoDBTargets",
    "DeltaTargets",
    "IcebergTargets",
    "HudiTargets",
)
UNSUPPORTED_TARGETS = TARGETS[2:]
UNSUPPORTED_TARGET_MEMBERS = ("ConnectionName",)

# What AWS's crawlers can do beside and ours cannot, each with how a request asks for it.
UNSUPPORTED: dict[str, Callable[[Request], Any]] = {
    "CrawlerSecurityConfiguration": lambda r: r.get("CrawlerSecurityConfiguration"),
    "LineageConfiguration ENABLE": lambda r: _asked(r, "LineageConfiguration", "ENABLE"),
    "UseLakeFormationCredentials": lambda r: _asked(r, "LakeFormationConfiguration", True),
    "CRAWL_EVENT_MODE of CatalogTargets": lambda r: (
        _asked(r, "RecrawlPolicy", EVENT_MODE) and r["Targets"].get("CatalogTargets")
    ),
}

DEFAULTS: Document = {
    "Classifiers": [],
    "RecrawlPolicy": {"RecrawlBehavior": "CRAWL_EVERYTHING"},
    "SchemaChangePolicy": {
        "UpdateBehavior": "UPDATE_IN_DATABASE",
        "DeleteBehavior": "DEPRECATE_IN_DATABASE",
    },
    "LineageConfiguration": {"CrawlerLineageSettings": "DISABLE"},
    "LakeFormationConfiguration": {"UseLakeFormationCredentials": False, "AccountId": ""},
}
LOG_ONLY = {"UpdateBehavior": "LOG", "DeleteBehavior": "LOG"}
NEW_FOLDERS = "CRAWL_NEW_FOLDERS_ONLY"
EVENT_MODE = "CRAWL_EVENT_MODE"
SCHEDULED, NOT_SCHEDULED = "SCHEDULED", "NOT_SCHEDULED"
LARGEST_SAMPLE = 249


@dataclass(frozen=True)
class Options:
    """The Configuration string, read."""

    inherit_from_table: bool = False
    merge_new_columns: bool = False
    combine_compatible: bool = False
    table_level: int | None = None
    table_threshold: int | None = None
    partition_index: bool = True


def checked(request: Request) -> Document:
    """The definition as it is kept, from a whole CreateCrawler request."""
    _refuse(request)
    # A parsed Configuration is not kept: the string is what GetCrawler returns.
    read_options(request.get("Configuration"))
    definition = {**DEFAULTS, **request, "Targets": _targets(request["Targets"])}
    definition.pop("Tags", None)
    definition["SchemaChangePolicy"] = _change_policy(request)
    definition |= _schedule(request)
    if definition["RecrawlPolicy"].get("RecrawlBehavior") == EVENT_MODE:
        _check_event_mode(definition["Targets"]["S3Targets"])
    if definition["Targets"]["CatalogTargets"]:
        _check_catalog_targets(definition)
    elif not definition.get("DatabaseName"):
        raise InvalidInputException("DatabaseName is required for a crawler of S3 targets.")
    return definition


def check_change(old: Document, new: Document) -> None:
    """https://docs.aws.amazon.com/glue/latest/dg/incremental-crawls.html"""
    recrawls = {crawler["RecrawlPolicy"].get("RecrawlBehavior") for crawler in (old, new)}
    if recrawls == {NEW_FOLDERS} and old["Targets"] != new["Targets"]:
        raise InvalidInputException(f"The targets of a crawler with {NEW_FOLDERS} cannot change")


def scheduled(expression: str) -> Document:
    """A schedule's document. Raises InvalidInputException for what is no cron expression."""
    try:
        cron.parse(expression)
    except cron.InvalidSchedule as error:
        raise InvalidInputException(str(error)) from error
    return {"ScheduleExpression": expression, "State": SCHEDULED}


def address(path: str) -> str:
    """A target's path as an address: AWS takes, and shows, ``bucket/folder`` as it was given."""
    return path if "://" in path else f"s3://{path}"


def read_options(configuration: str | None) -> Options:
    """Raises InvalidInputException on what is not JSON, and on settings that we have not."""
    if not configuration:
        return Options()
    try:
        given = json.loads(configuration)
    except (ValueError, RecursionError) as error:
        raise InvalidInputException(f"Configuration is not JSON: {error}") from error
    if not isinstance(given, dict):
        raise InvalidInputException("Configuration is not a JSON object")
    settings = dict(_flat(given, ""))
    if settings.pop("Version", 1.0) != 1.0:
        raise InvalidInputException("Configuration.Version must be 1.0")
    options = Options(
        _chosen(settings, "CrawlerOutput.Partitions.AddOrUpdateBehavior", "InheritFromTable"),
        _chosen(settings, "CrawlerOutput.Tables.AddOrUpdateBehavior", "MergeNewColumns"),
        _chosen(settings, "Grouping.TableGroupingPolicy", "CombineCompatibleSchemas"),
        _positive(settings, "Grouping.TableLevelConfiguration"),
        _positive(settings, "CrawlerOutput.Tables.TableThreshold"),
        settings.pop("CreatePartitionIndex", True) is not False,
    )
    if settings:
        raise unsupported(f"The crawler's Configuration {', '.join(sorted(settings))}")
    return options


def _positive(settings: dict[str, Any], name: str) -> int | None:
    value = settings.pop(name, None)
    if value is None or (type(value) is int and value > 0):
        return value
    raise InvalidInputException(f"Configuration.{name} must be a positive number, not {value!r}")


def _flat(given: Any, path: str) -> list[tuple[str, Any]]:
    if not isinstance(given, dict):
        return [(path, given)]
    return [
        pair
        for name, value in given.items()
        for pair in _flat(value, f"{path}.{name}" if path else name)
    ]


def _chosen(settings: dict[str, Any], name: str, only: str) -> bool:
    value = settings.pop(name, None)
    if value not in (None, only):
        raise InvalidInputException(f"Configuration.{name} must be {only}, not {value}")
    return value is not None


def _refuse(request: Request) -> None:
    for member, asks in UNSUPPORTED.items():
        if asks(request):
            raise unsupported(f"A crawler's {member}")


def _asked(request: Request, member: str, value: Any) -> bool:
    return value in request.get(member, {}).values()


def _change_policy(request: Request) -> Document:
    recrawl = request.get("RecrawlPolicy", {}).get("RecrawlBehavior")
    given: Document = request.get("SchemaChangePolicy", {})
    if recrawl != NEW_FOLDERS:
        return {**DEFAULTS["SchemaChangePolicy"], **given}
    if any(value != "LOG" for value in given.values()):
        raise InvalidInputException(
            f"With RecrawlBehavior {NEW_FOLDERS} the SchemaChangePolicy can only be LOG, "
            f"not {given}"
        )
    return LOG_ONLY


def _schedule(request: Request) -> Document:
    """Empty without one. A schedule that is kept already stays as it is."""
    given = request.get("Schedule")
    if isinstance(given, dict):
        return {"Schedule": given}
    return {"Schedule": scheduled(given)} if given else {"Schedule": {}}


def _targets(targets: Document) -> Document:
    for kind in UNSUPPORTED_TARGETS:
        if targets.get(kind):
            raise unsupported(f"Crawling {kind}")
    s3, catalog = targets.get("S3Targets", []), targets.get("CatalogTargets", [])
    if bool(s3) == bool(catalog):
        raise InvalidInputException(
            "A crawler needs at least one of S3Targets or CatalogTargets, and not both of them."
        )
    for target in (*s3, *catalog):
        for member in UNSUPPORTED_TARGET_MEMBERS:
            if target.get(member):
                raise unsupported(f"{'S3Targets' if s3 else 'CatalogTargets'}.{member}")
    found = {"S3Targets": [_s3_target(target) for target in s3], "CatalogTargets": catalog}
    return {kind: [] for kind in TARGETS} | found


def _check_event_mode(targets: list[Document]) -> None:
    """https://docs.aws.amazon.com/glue/latest/dg/crawler-s3-event-notifications.html"""
    if len(targets) != 1 or not targets[0].get("EventQueueArn"):
        raise InvalidInputException(f"{EVENT_MODE} needs one S3Target, with an EventQueueArn")
    if targets[0].get("SampleSize"):
        raise InvalidInputException(f"{EVENT_MODE} knows no SampleSize")


def _check_catalog_targets(definition: Document) -> None:
    """https://docs.aws.amazon.com/glue/latest/dg/crawler-data-stores.html"""
    behavior = definition["SchemaChangePolicy"]["DeleteBehavior"]
    if behavior != "LOG":
        raise InvalidInputException(
            f"The DeleteBehavior of a crawler of CatalogTargets can only be LOG, not {behavior}"
        )
    if definition["RecrawlPolicy"].get("RecrawlBehavior") == NEW_FOLDERS:
        raise InvalidInputException(f"{NEW_FOLDERS} is for a crawler of S3Targets only")


def _s3_target(target: Document) -> Document:
    path = target.get("Path", "")
    try:
        parse_uri(address(path))
    except InvalidArgument as error:
        raise InvalidInputException(f"{path!r} is not a path in S3: {error.message}") from error
    for glob in target.get("Exclusions", []):
        glob_pattern(glob)
    sample = target.get("SampleSize")
    if sample is not None and not 1 <= sample <= LARGEST_SAMPLE:
        raise InvalidInputException(
            f"SampleSize must be between 1 and {LARGEST_SAMPLE}, not {sample}"
        )
    return {"Exclusions": [], **target}
