"""What a policy names in each operation of the services beside S3.

The first row that an operation's whole name fits gives its resources: templates that are filled
from the request's parameters. A list gives one resource each, a missing parameter `*`. What fits
no row has no resources on AWS, or none that this server keeps, and is decided for `*`.
https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html
"""

import itertools
import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Any

Parameters = dict[str, Any]
Need = tuple[str, str]
"""An action and the ARN of what it is done to."""

HOLE = re.compile(r"\{([\w./]+)(?:\|([^}]*))?\}")
"""``{Name}``, ``{TableInput.Name}``, all of several as ``{TopicArn/TargetArn}``, or with a word for
where it is missing, ``{Name|primary}``."""


@dataclass(frozen=True)
class Row:
    """A pattern of operations' names, and their resources below the service's ARN.

    `actions` are those of the resources, one each, where they are not called as the operation.
    """

    operations: str
    resources: tuple[str, ...]
    actions: tuple[str, ...] = ()


def _row(operations: str, *resources: str, actions: tuple[str, ...] = ()) -> Row:
    return Row(operations, resources, actions)


DATABASE = ("catalog", "database/{DatabaseName}")
TABLE = (*DATABASE, "table/{DatabaseName}/{TableName}")
FUNCTION = "userDefinedFunction/{DatabaseName}/"
ROWS: dict[str, tuple[Row, ...]] = {
    "glue": (
        _row("(Get|Update)Database", "catalog", "database/{Name}"),
        _row(
            "DeleteDatabase",
            *("catalog", "database/{Name}", "table/{Name}/*", "userDefinedFunction/{Name}/*"),
        ),
        _row("CreateDatabase", "catalog", "database/{DatabaseInput.Name}"),
        _row("GetDatabases", "catalog", "database/*"),
        _row("(Get|Delete)Table", *DATABASE, "table/{DatabaseName}/{Name}"),
        _row("(Create|Update)Table", *DATABASE, "table/{DatabaseName}/{TableInput.Name}"),
        _row("GetTables", *DATABASE, "table/{DatabaseName}/*"),
        _row("BatchDeleteTable", *DATABASE, "table/{DatabaseName}/{TablesToDelete}"),
        _row("(Get|Update|Delete)ColumnStatisticsFor.*", *TABLE),
        _row(".*(Partition|TableVersion).*", *TABLE),
        _row("SearchTables", "catalog", "database/*", "table/*/*"),
        _row("GetUserDefinedFunctions", *DATABASE, "userDefinedFunction/{DatabaseName}/*"),
        _row("CreateUserDefinedFunction", *DATABASE),
        _row(".*UserDefinedFunction", *DATABASE, f"{FUNCTION}{{FunctionName}}"),
        _row("CreateConnection|GetDataCatalogEncryptionSettings", "catalog"),
        _row("(Get|Update)Connection", "catalog", "connection/{Name}"),
        _row("GetConnections", "catalog", "connection/*"),
        _row("DeleteConnection", "catalog", "connection/{ConnectionName}"),
        _row("BatchDeleteConnection", "catalog", "connection/{ConnectionNameList}"),
        _row("GetCatalogImportStatus|.*ResourcePolic(y|ies)", "catalog"),
        _row("BatchGetCrawlers", "crawler/{CrawlerNames}"),
        _row("ListCrawls", "crawler/{CrawlerName}"),
        _row("(Get|Update|Delete|Start|Stop)Crawler", "crawler/{Name}"),
        _row("CreateCrawler|(Start|Stop|Update)CrawlerSchedule"),
        _row("(Create|Get|Update|Delete)Classifiers?"),
        _row("CreateJob", "job/{Name}"),
        _row("(Get|Reset)JobBookmark"),
        _row("BatchGetJobs", "job/{JobNames}"),
        _row("(Get|Update|Delete)Job|(Start|Get|BatchStop)JobRuns?", "job/{JobName}"),
        _row("TagResource|UntagResource|GetTags", "{ResourceArn}"),
    ),
    "athena": (
        _row("(Create|Delete)NamedQuery|.*PreparedStatement", "workgroup/{WorkGroup|primary}"),
        _row("StartQueryExecution|List(QueryExecutions|Named.*)", "workgroup/{WorkGroup|primary}"),
        _row("CreateWorkGroup", "workgroup/{Name}"),
        _row("(Get|Update|Delete)WorkGroup|ListPrepared.*", "workgroup/{WorkGroup}"),
        _row(".*(QueryExecution|NamedQuery|QueryResults|QueryRuntime.*)", "workgroup/{WorkGroup}"),
        _row("GetDataCatalog", "datacatalog/{Name}"),
        _row("(Get|List)(Database|TableMetadata)s?", "datacatalog/{CatalogName}"),
        _row("TagResource|UntagResource|ListTagsForResource", "{ResourceARN}"),
    ),
    "databrew": (
        _row("Create(Dataset|(Profile|Recipe)Job|Recipe|Ruleset|Schedule)"),
        _row("(Describe|Update|Delete)Dataset", "dataset/{Name}"),
        _row("Update(Profile|Recipe)Job|(Describe|Delete)Job", "job/{Name}"),
        _row("(Start|Describe|Stop)JobRun|ListJobRuns", "job/{Name}"),
        _row("(Describe|Update|Publish)Recipe|.*RecipeVersions?", "recipe/{Name}"),
        _row("(Describe|Update|Delete)Ruleset", "ruleset/{Name}"),
        _row("(Describe|Update|Delete)Schedule", "schedule/{Name}"),
        _row("TagResource|UntagResource|ListTagsForResource", "{ResourceArn}"),
    ),
    "logs": (
        _row("DescribeLogGroups", "log-group::log-stream:"),
        _row("(Tag|Untag|ListTagsFor)Resource", "{resourceArn}"),
        _row(".*", "log-group:{logGroupName/logGroupIdentifier}:log-stream:{logStreamName|}"),
    ),
    "quicksight": (
        _row("List(Ingestions|RefreshSchedules|DataSets|DataSources)|CreateDataSource"),
        _row("(List|Search)Analyses", "analysis/*"),
        _row("(List|Search)Dashboards", "dashboard/*"),
        _row("SearchDataSets", "dataset/*"),
        _row("SearchDataSources", "datasource/*"),
        _row("(List|Search)Groups", "group/{Namespace}/*"),
        _row("ListUsers", "user/{Namespace}/*"),
        _row("ListTemplates", "template/*"),
        _row("ListThemes", "theme/*"),
        _row("ListAssetBundleExportJobs", "asset-bundle-export-job/*"),
        _row("ListAssetBundleImportJobs", "asset-bundle-import-job/*"),
        _row(".*Ingestion", "dataset/{DataSetId}/ingestion/{IngestionId|*}"),
        _row("(Create|Describe|Update|Delete)DataSet(Permissions)?", "dataset/{DataSetId}"),
        _row("(Put|Describe|Delete)DataSetRefreshProperties", "dataset/{DataSetId}"),
        _row(
            "(Create|Describe|Update|Delete)RefreshSchedule",
            "dataset/{DataSetId}/refresh-schedule/{ScheduleId/Schedule.ScheduleId|*}",
        ),
        _row(
            "(Register|Describe|Update|Delete)User|ListUserGroups|DeleteUserByPrincipalId",
            "user/{Namespace}/{UserName|*}",
        ),
        _row(
            "(Create|Describe|Update|Delete)Group(Membership)?|ListGroupMemberships",
            "group/{Namespace}/{GroupName}",
        ),
        _row("DescribeNamespace", "namespace/{Namespace}"),
        _row(
            "(Describe|Update|Delete)DataSource|.*DataSourcePermissions",
            "datasource/{DataSourceId}",
        ),
        _row(
            "(Create|Describe|Update|Delete)Dashboard.*|ListDashboardVersions",
            "dashboard/{DashboardId}",
        ),
        _row("(Create|Describe|Update|Delete|Restore)Analysis.*", "analysis/{AnalysisId}"),
        _row(
            "(Create|Describe|Update|Delete)Template.*|ListTemplate(Versions|Aliases)",
            "template/{TemplateId}",
        ),
        _row(
            "(Create|Describe|Update|Delete)Theme.*|ListTheme(Versions|Aliases)",
            "theme/{ThemeId}",
        ),
        _row(
            "(Start|Describe)AssetBundleExportJob",
            "asset-bundle-export-job/{AssetBundleExportJobId}",
        ),
        _row(
            "(Start|Describe)AssetBundleImportJob",
            "asset-bundle-import-job/{AssetBundleImportJobId}",
        ),
        _row("TagResource|UntagResource|ListTagsForResource", "{ResourceArn}"),
    ),
    "iam": (
        _row("List(Users|Roles|Groups|Policies|InstanceProfiles|VirtualMFADevices)"),
        _row(".*AccountPasswordPolicy|.*CustomPolicy|GetAccount.*|.*AccountAlias.*"),
        _row("ListInstanceProfilesForRole", "role/{RoleName}"),
        _row(".*InstanceProfile.*", "instance-profile/{InstanceProfileName}"),
        _row("(Create|Delete)VirtualMFADevice", "mfa/{VirtualMFADeviceName/SerialNumber}"),
        _row("(Tag|Untag)MFADevice|ListMFADeviceTags", "mfa/{SerialNumber}"),
        _row(
            ".*(AccessKey|LoginProfile|SSHPublicKey|SigningCertificate|ServiceSpecificCredential).*"
            "|ChangePassword",
            "user/{UserName}",
        ),
        _row("(Add|Remove)User(To|From)Group", "group/{GroupName}"),
        _row(".*(User|MFADevices?).*", "user/{UserName}"),
        _row(".*(Role|AssumeRolePolicy).*", "role/{RoleName}"),
        _row(".*Group.*", "group/{GroupName}"),
        _row("CreatePolicy", "policy/{PolicyName}"),
        _row(".*Policy.*", "{PolicyArn}"),
    ),
    "sns": (
        _row("CreateTopic", "{Name}"),
        _row("Publish", "{TopicArn/TargetArn}"),
        _row("PublishBatch", "{TopicArn}", actions=("Publish",)),
        _row("(Get|Set)SubscriptionAttributes|Unsubscribe|List(Subscriptions|Topics)"),
        _row(".*(Endpoint|PlatformApplication|SMS|PhoneNumber|OptedOut|OriginationNumber).*"),
        _row("(Tag|Untag|ListTagsFor)Resource", "{ResourceArn}"),
        _row(".*", "{TopicArn}"),
    ),
    "sqs": (
        _row("CreateQueue|GetQueueUrl", "{QueueName}"),
        _row("ListQueues"),
        *(
            _row(f"{name}Batch", "{QueueUrl}", actions=(name,))
            for name in ("ChangeMessageVisibility", "DeleteMessage", "SendMessage")
        ),
        _row(".*", "{QueueUrl}"),
    ),
    "kms": (
        _row("CreateKey|List(Keys|Aliases|RetirableGrants)|GenerateRandom|.*CustomKeyStores?"),
        _row("DeleteAlias", "{AliasName}", "key/{AliasName}"),
        _row("(Create|Update)Alias", "{AliasName}", "key/{TargetKeyId}"),
        _row(
            "ReEncrypt",
            *("key/{SourceKeyId}", "key/{DestinationKeyId}"),
            actions=("ReEncryptFrom", "ReEncryptTo"),
        ),
        _row(".*", "key/{KeyId}"),
    ),
    "secretsmanager": (
        _row("CreateSecret", "secret:{Name}"),
        _row("ListSecrets|GetRandomPassword|BatchGetSecretValue"),
        _row(".*", "secret:{SecretId}"),
    ),
    "cloudformation": (
        _row("List(Stacks|Exports|Imports)|ValidateTemplate|DescribeStackDriftDetectionStatus"),
        _row(".*", "{StackName}"),
    ),
    "service-quotas": (_row("GetServiceQuota", "{ServiceCode}/{QuotaCode}"),),
    "ssm": (
        _row("DescribeParameters"),
        _row("(Get|Delete)Parameters", "parameter/{Names}"),
        _row("GetParametersByPath", "parameter/{Path}"),
        _row("(Put|Get|Delete)Parameter(History)?", "parameter/{Name}"),
        _row("(AddTagsTo|RemoveTagsFrom)Resource|ListTagsForResource", "parameter/{ResourceId}"),
    ),
    "events": (
        _row("(Put|Remove)Targets|ListTargetsByRule", "rule/{Rule}"),
        _row("(Put|Describe|Delete|Enable|Disable)Rule", "rule/{Name}"),
        _row("(Create|Describe|Update|Delete)EventBus", "event-bus/{Name}"),
        _row("CreateArchive", "archive/{ArchiveName}", "{EventSourceArn}"),
        _row("(Describe|Update|Delete)Archive", "archive/{ArchiveName}"),
        _row(".*Connection", "connection/{Name}"),
        _row("(Create|Describe)ApiDestination", "api-destination/{Name}", "connection/*"),
        _row("(Update|Delete)ApiDestination", "api-destination/{Name}"),
        _row("(Cancel|Describe)Replay", "replay/{ReplayName}"),
        _row("StartReplay", "replay/{ReplayName}", "{EventSourceArn}", "event-bus/*"),
        _row("PutEvents", "event-bus/{Entries.EventBusName|default}"),
        _row("(Tag|Untag|ListTagsFor)Resource", "{ResourceARN}"),
    ),
}
RENAMED = ("iam", "kms", "secretsmanager")
"""Services where one thing has several names: the ARN that policies mean is looked up."""

FOLDED = re.compile(r"(database|table|userDefinedFunction)/")
STATISTICS = re.compile(r"(Get|Update|Delete)ColumnStatisticsFor(Table|Partition)")
DEFINITION = re.compile(r"(Describe(Analysis|Dashboard|Template))Definition")
PREFIXES = {"service-quotas": "servicequotas"}
"""What policies and ARNs call a service, where that is not botocore's name of it."""

GLOBAL = ("iam",)
"""Services whose ARNs have no region."""

PASSING = "iam:PassRole"
ROLE_PASSED = {
    "glue": ("(Create|Update)(Crawler|Job)", ("Role", "JobUpdate.Role")),
    "databrew": ("(Create|Update)(Profile|Recipe)Job", ("RoleArn",)),
    "cloudformation": (
        "(Create|Update|Delete|Rollback)Stack|CreateChangeSet|ContinueUpdateRollback",
        ("RoleARN",),
    ),
    "quicksight": (
        "(Create|Update)DataSource",
        (
            "DataSourceParameters.AthenaParameters.RoleArn",
            "DataSourceParameters.S3Parameters.RoleArn",
        ),
    ),
    "events": ("PutTargets", ("Targets.RoleArn",)),
    "iam": ("AddRoleToInstanceProfile", ("RoleName",)),
}
"""Where a role is handed to a service: the caller must be allowed iam:PassRole on it."""


class Arns:
    """Makes ARNs of one account and region. `real` may know a resource's own ARN better."""

    def __init__(
        self, account: str, region: str, real: Callable[[str, str], str | None] | None = None
    ) -> None:
        self._account, self._region = account, region
        self._real = real or (lambda _service, _resource: None)

    def of(self, service: str, resource: str) -> str:
        if service in RENAMED and resource != "*":
            resource = self._real(service, resource) or resource
        if service == "glue" and FOLDED.match(resource):
            kind, _, name = resource.partition("/")
            resource = f"{kind}/{name.lower()}"  # as the catalog does with names
        if resource.startswith("arn:") or resource == "*":
            return resource
        if "arn:aws:" in resource:  # an ARN given where a name was expected
            return resource[resource.index("arn:aws:") :]
        if service == "sqs":
            resource = resource.rsplit("/", 1)[-1]
        region = "" if service in GLOBAL else self._region
        name = PREFIXES.get(service, service)
        return f"arn:aws:{name}:{region}:{self._account}:{resource}"


def needs(service: str, operation: str, parameters: Parameters, arns: Arns) -> list[Need]:
    """Every action with its resource that the caller has to be allowed."""
    prefix = PREFIXES.get(service, service)
    found = [
        (f"{prefix}:{action}", arns.of(service, resource))
        for action, template in _asked(service, operation)
        for resource in _filled(template, parameters)
    ]
    pattern, members = ROLE_PASSED.get(service, ("", ()))
    if re.fullmatch(pattern, operation):
        for role in itertools.chain(*(_values(parameters, member) for member in members)):
            name = role if role.startswith("arn:") else f"role/{role}"
            found.append((PASSING, arns.of("iam", name)))
    return found


def _permission(service: str, operation: str) -> str:
    """The action that a policy allows: of column statistics, and of definitions, their owner's."""
    if service == "glue":
        return STATISTICS.sub(r"\1\2", operation)
    return DEFINITION.sub(r"\1", operation) if service == "quicksight" else operation


@cache
def _asked(service: str, operation: str) -> tuple[tuple[str, str], ...]:
    """Actions, each with the template of its resource."""
    action = _permission(service, operation)
    rows = ROWS.get(service, ())
    row = next((r for r in rows if re.fullmatch(r.operations, operation)), Row("", ()))
    actions = row.actions or (action,) * len(row.resources)
    return tuple(zip(actions, row.resources, strict=True)) or ((action, "*"),)


def _filled(template: str, parameters: Parameters) -> list[str]:
    """The template with each combination of its parameters' values."""
    holes = list(HOLE.finditer(template))
    choices = [
        _any_of(parameters, hole[1]) or [hole[2] if hole[2] is not None else "*"] for hole in holes
    ]
    found = []
    for combination in itertools.product(*choices):
        values = iter(combination)
        found.append(HOLE.sub(lambda _: next(values), template))  # noqa: B023 - used at once
    return list(dict.fromkeys(found))


def _any_of(parameters: Parameters, paths: str) -> list[str]:
    return [value for path in paths.split("/") for value in _values(parameters, path)]


def _values(parameters: Any, path: str) -> list[str]:
    """The texts at a dotted path, through lists."""
    if isinstance(parameters, list):
        return [value for item in parameters for value in _values(item, path)]
    if not path:
        return [str(parameters)] if parameters not in (None, "") else []
    name, _, rest = path.partition(".")
    return _values(parameters.get(name), rest) if isinstance(parameters, dict) else []
