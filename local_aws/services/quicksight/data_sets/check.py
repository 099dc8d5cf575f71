"""Whether a data set's request can be what it says, before it is kept."""

from typing import Any

from local_aws.services.quicksight import security
from local_aws.services.quicksight.data_sets.logical import parents
from local_aws.services.quicksight.data_sets.physical import AthenaQuery, Parent, S3Files, Source
from local_aws.services.quicksight.directory import NAMESPACE
from local_aws.services.quicksight.errors import InvalidParameter, ResourceNotFound, Unsupported
from local_aws.services.quicksight.model import DATA_SET, DATA_SOURCE, Store
from local_aws.services.quicksight.opening import ancestors
from local_aws.services.quicksight.preparation import Plan, plan

KEPT = ("Name", "PhysicalTableMap", "LogicalTableMap", "ImportMode", "ColumnGroups",
        "FieldFolders", "RowLevelPermissionDataSet", "RowLevelPermissionTagConfiguration",
        "ColumnLevelPermissionRules", "DataSetUsageConfiguration", "DatasetParameters",
        "PerformanceConfiguration", "UseAs")  # fmt: skip
REFUSED = ("FolderArns", "DataPrepConfiguration", "SemanticModelConfiguration")
SPICE = "SPICE"
TYPES: dict[type, str] = {AthenaQuery: "ATHENA", S3Files: "S3"}
Document = dict[str, Any]


class Check:
    """The checks of one request."""

    def __init__(self, store: Store, data_set: str, request: Document) -> None:
        self.store, self.data_set = store, data_set
        for name in REFUSED:
            if request.get(name):
                raise Unsupported(f"{name} of a data set")
        self.document: Document = {name: request[name] for name in KEPT if name in request}

    def checked(self) -> Document:
        """The document to keep. Raises InvalidParameter, Unsupported, LimitExceeded."""
        self._know_parents()
        made = plan(self.document)
        for source in made.sources:
            self._check_source(source)
        self._check_lists(made)
        self._check_columns(made)
        self._check_user_rules(made)
        return self.document

    def _know_parents(self) -> None:
        """Keep the parents' columns: a later change of theirs fails the next refresh."""
        found: dict[str, list[dict[str, str]]] = {}
        for arn in parents(self.document):
            row = self._data_set(arn)
            self._check_parent(arn, row["document"])
            found[arn] = plan(row["document"]).output_columns()
            if self.data_set in {row["id"], *(a["id"] for a in ancestors(self.store, row))}:
                raise InvalidParameter(f"The data set {self.data_set} would be made of itself")
            self._check_security(row)
        if found:
            self.document["Parents"] = found

    def _check_parent(self, arn: str, parent: Document) -> None:
        usage = parent.get("DataSetUsageConfiguration", {})
        imported = self.document["ImportMode"] == SPICE
        barred = "DisableUseAsImportedSource" if imported else "DisableUseAsDirectQuerySource"
        if usage.get(barred):
            raise InvalidParameter(f"The data set {arn} is not to be used so: {barred}")

    def _check_security(self, row: Document) -> None:
        if self.document["ImportMode"] != SPICE:
            return
        for each in (row, *ancestors(self.store, row)):
            if security.is_secured(each["document"]):
                raise InvalidParameter(
                    f"The data set {each['id']} has row- or column-level security, which an extract"
                    " of it would lose: use the import mode DIRECT_QUERY"
                )

    def _data_set(self, arn: str) -> Document:
        try:
            return self.store.get(DATA_SET, self.store.id_of(DATA_SET, arn))
        except ResourceNotFound:
            raise InvalidParameter(f"The data set {arn} does not exist") from None

    def _check_source(self, source: Source) -> None:
        if isinstance(source, Parent):
            if source.values and self._data_set(source.arn)["document"]["ImportMode"] == SPICE:
                raise InvalidParameter(f"The parameters of {source.arn} are in its extract")
            return
        if isinstance(source, S3Files) and self.document["ImportMode"] != SPICE:
            raise InvalidParameter("Files in S3 need the import mode SPICE")
        try:
            row = self.store.get(DATA_SOURCE, self.store.id_of(DATA_SOURCE, source.arn))
        except ResourceNotFound:
            raise InvalidParameter(f"The data source {source.arn} does not exist") from None
        if row["document"]["Type"] != TYPES[type(source)]:
            kind = row["document"]["Type"]
            raise InvalidParameter(f"The data source {source.arn} of type {kind} has no such table")

    def _check_lists(self, made: Plan) -> None:
        for group in self.document.get("ColumnGroups", []):
            geo = group.get("GeoSpatialColumnGroup", {})
            self._check_known(made, geo.get("Columns", []), f"ColumnGroups {geo.get('Name')}")
        keys = self.document.get("PerformanceConfiguration", {}).get("UniqueKeys", [])
        for key in keys:
            self._check_known(made, key["ColumnNames"], "PerformanceConfiguration.UniqueKeys")

    def _check_columns(self, made: Plan) -> None:
        rules = self.document.get("ColumnLevelPermissionRules", [])
        for rule in rules:
            names = rule.get("ColumnNames", [])
            self._check_known(made, names, "ColumnLevelPermissionRules")
        tags = self.document.get("RowLevelPermissionTagConfiguration", {})
        known = {rule["TagKey"] for rule in tags.get("TagRules", [])}
        for rule in tags.get("TagRules", []):
            self._check_text(made, rule["ColumnName"], "RowLevelPermissionTagConfiguration")
        for key in (key for group in tags.get("TagRuleConfigurations", []) for key in group):
            if key not in known:
                raise InvalidParameter(f"The tag {key} of TagRuleConfigurations has no rule")

    def _check_user_rules(self, made: Plan) -> None:
        configuration = self.document.get("RowLevelPermissionDataSet")
        if not configuration:
            return
        if configuration["PermissionPolicy"] != "GRANT_ACCESS":
            raise InvalidParameter("DENY_ACCESS is not supported for new data sets")
        version = configuration.get("FormatVersion", "VERSION_1")
        namespace = configuration.get("Namespace")
        if version == "VERSION_2" and namespace:
            raise InvalidParameter("With FormatVersion VERSION_2 there must be no Namespace")
        if namespace not in (None, "", NAMESPACE):
            raise InvalidParameter(f"The namespace {namespace} does not exist")
        rules = plan(self._data_set(configuration["Arn"])["document"]).columns
        identities = security.identity_columns(configuration, rules)
        if not identities:
            wanted = " or ".join(security.VERSIONS[version])
            raise InvalidParameter(f"The rules of {version} need a column {wanted}")
        for name in rules:
            if name not in identities.values():
                self._check_text(made, name, "RowLevelPermissionDataSet")
            if rules[name] != "STRING":
                raise InvalidParameter(f"The rules' column {name} is no text")

    def _check_text(self, made: Plan, name: str, where: str) -> None:
        self._check_known(made, [name], where)
        if made.columns[name] != "STRING":
            raise InvalidParameter(f"{where}: the column {name} is no text, and rules need text")

    def _check_known(self, made: Plan, names: list[str], where: str) -> None:
        unknown = [name for name in names if name not in made.columns]
        if unknown:
            raise InvalidParameter(f"{where}: there is no column {', '.join(unknown)}")
