"""QuickSight's API: what an API-driven pipeline calls.

An operation that no group here has (analyses, templates, asset bundles) is refused by the wire, by
name. What is refused inside an operation is in `UNSUPPORTED`.
"""

from collections.abc import Callable

from local_aws.context import Platform, Request, Response
from local_aws.services.quicksight.ingestions.queue import Ingestions
from local_aws.services.quicksight.model import Store
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
from local_aws.services.quicksight.operations.users import Groups, Namespaces, Users
from local_aws.services.quicksight.refreshes.clock import RefreshClock

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
    Tags,
)
UNSUPPORTED = (
    "Data sources other than ATHENA and S3; credentials, VPC connections",
    "Data sets of uploaded files or SaaS; of ELF and XLSX files; columns of JSON or SEMISTRUCT",
    "DataPrepConfiguration, SemanticModelConfiguration, FolderArns; the decimal sub-type FIXED",
    "An extract (SPICE) of a data set with row- or column-level security; a child data set is "
    "refused whole to readers from whom column-level security hides a column of its parent",
    "Alerts by email of a failed refresh; data sets searched by anything but DATASET_NAME",
    "Namespaces other than default; users of IAM Identity Center; custom permissions",
    "Analyses, templates, themes, folders, asset bundles",
    "Dashboards from a template or analysis (SourceEntity), parameters, link sharing",
    "Visuals other than KPI, bar, line, combo, pie, table, pivot table and heat map",
    "Layouts other than GridLayout; images, tooltip sheets, parameter controls",
    "Drill-down (several Category fields), small multiples, forecasts, reference lines, subtotals",
    "Filters other than CategoryFilter, NumericRangeFilter and TopBottomFilter",
    "Level-aware and table calculations, and functions that expression.py does not list",
)


class QuickSightApi:
    """Every operation, by its name in snake case."""

    def __init__(self, platform: Platform) -> None:
        self.store = Store(platform)
        self.ingestions = Ingestions(platform, self.store)
        self.clock = RefreshClock(self.store, self.ingestions)
        parts = platform, self.store, self.ingestions, self.clock
        self.groups = [group(*parts) for group in GROUPS]

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

    def stop(self) -> None:
        """Let the ingestion under way end."""
        self.clock.scheduler.stop()
        self.ingestions.close()
