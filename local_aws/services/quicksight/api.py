"""QuickSight's API: what an API-driven pipeline calls.

An operation that no group here has (folders, topics, embedding)
is refused by the wire, by name. What is refused inside an operation is in `UNSUPPORTED`.
"""

from collections.abc import Callable
from typing import Any

from local_aws.context import Platform, Request, Response
from local_aws.services.quicksight.ingestions.queue import Ingestions
from local_aws.services.quicksight.model import Store
from local_aws.services.quicksight.operations.analyses import Analyses
from local_aws.services.quicksight.operations.bundles import Bundles
from local_aws.services.quicksight.operations.common import Operations
from local_aws.services.quicksight.operations.dashboards import Dashboards
from local_aws.services.quicksight.operations.data_sets import DataSets
from local_aws.services.quicksight.operations.data_sources import DataSources
from local_aws.services.quicksight.operations.ingestions import IngestionOperations
from local_aws.services.quicksight.operations.refresh_schedules import (
    RefreshProperties,
    RefreshSchedules,
)
from local_aws.services.quicksight.operations.tags import Tags
from local_aws.services.quicksight.operations.templates import Templates
from local_aws.services.quicksight.operations.themes import Themes
from local_aws.services.quicksight.operations.users import Groups, Namespaces, Users
from local_aws.services.quicksight.refreshes.clock import RefreshClock
from local_aws.wire.models import method_name, operation_model
from local_aws.wire.validate import validate

GROUPS: tuple[type[Operations], ...] = (
    DataSources,
    DataSets,
    IngestionOperations,
    RefreshSchedules,
    RefreshProperties,
    Users,
    Groups,
    Namespaces,
    Dashboards,
    Analyses,
    Templates,
    Themes,
    Tags,
)
UNSUPPORTED = (
    "Data sources other than ATHENA and S3; credentials, VPC connections",
    "Data sets of uploaded files or SaaS; of ELF and XLSX files; columns of JSON or SEMISTRUCT; "
    "columns that differ in case alone",
    "DataPrepConfiguration, SemanticModelConfiguration, FolderArns; the decimal sub-type FIXED",
    "An extract (SPICE) of a data set with row- or column-level security; a child data set is "
    "refused whole to readers from whom column-level security hides a column of its parent",
    "Alerts by email of a failed refresh",
    "Namespaces other than default; users of IAM Identity Center; custom permissions",
    "Folders; asset bundles of folders and refresh schedules, property overrides of exports",
    "Link sharing, linked entities",
    "Filled maps, layer maps, custom content and plugins; places on a map by name (latitude and "
    "longitude are drawn)",
    "Forecasts, contribution analysis, clusters and heat of a map, sparklines in tables, totals by "
    "another function than the measure's own, pivot tables sorted by a data path",
    "Images, tooltip sheets, rendering rules of a free-form layout, repeated sections",
    "In a dashboard, what changes a visual's figures and is not done: that visual is a card that "
    "says so, the others are shown",
    "ExcludePeriodConfiguration of a TimeRangeFilter; rolling dates over a data set's columns",
    "Filter groups of aggregated and other filters; aggregated filters of unaggregated tables; "
    'filters on table calculations of visuals with totals, with "other", or with several '
    "dimensions that are not a table's; filters on level-aware aggregations by themselves",
    "Options.Timezone and Options.WeekStart where a visual has dates; hierarchy controls; "
    "dynamic defaults by group; MappedDataSetParameters of a data set in SPICE",
)


class QuickSightApi:
    """Every operation, by its name in snake case."""

    def __init__(self, platform: Platform) -> None:
        self.store = Store(platform)
        self.ingestions = Ingestions(platform, self.store)
        self.clock = RefreshClock(self.store, self.ingestions)
        parts = platform, self.store, self.ingestions, self.clock
        self.groups = [group(*parts) for group in GROUPS]
        self.bundles = Bundles(*parts, self.ask)
        self.groups.append(self.bundles)

    def ask(self, name: str, request: Request) -> Response:
        """An operation by AWS's name, its request checked as a client's. Raises ServiceError."""
        model: Any = operation_model("quicksight", name)
        if "AwsAccountId" in model.input_shape.members:
            request = request | {"AwsAccountId": self.store.platform.account_id}
        validate("quicksight", model.input_shape, request)
        answer: Response = getattr(self, method_name(name))(request)
        return answer

    def __getattr__(self, name: str) -> Callable[[Request], Response]:
        """An operation of one of the groups."""
        for group in self.__dict__.get("groups", ()):
            if not name.startswith("_") and hasattr(type(group), name):
                found: Callable[[Request], Response] = getattr(group, name)
                return found
        raise AttributeError(name)

    def start(self) -> None:
        """Settle what a kill left behind, and follow the schedules."""
        self.ingestions.recover()
        self.clock.scheduler.start()
        self.bundles.jobs.recover()

    def stop(self) -> None:
        """Let the ingestion under way end."""
        self.clock.scheduler.stop()
        self.ingestions.close()
