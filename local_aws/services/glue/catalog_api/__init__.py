"""The Data Catalog's operations, a module a kind of thing, over `Catalog` and the stores beside it.

What AWS does: https://docs.aws.amazon.com/glue/latest/dg/aws-glue-api-catalog.html. Not here:
transactions, resource links, federated and open table formats, views of several dialects.
"""

from local_aws.services.glue.catalog_api.connections import UNSUPPORTED as UNSUPPORTED_CONNECTIONS
from local_aws.services.glue.catalog_api.connections import ConnectionsApi
from local_aws.services.glue.catalog_api.databases import DatabasesApi
from local_aws.services.glue.catalog_api.functions import FunctionsApi
from local_aws.services.glue.catalog_api.indexes import IndexesApi
from local_aws.services.glue.catalog_api.partitions import PartitionsApi
from local_aws.services.glue.catalog_api.policies import PoliciesApi
from local_aws.services.glue.catalog_api.requests import UNSUPPORTED, UNSUPPORTED_INPUTS
from local_aws.services.glue.catalog_api.search import SearchApi
from local_aws.services.glue.catalog_api.settings import SettingsApi
from local_aws.services.glue.catalog_api.statistics import StatisticsApi
from local_aws.services.glue.catalog_api.tables import TablesApi
from local_aws.services.glue.catalog_api.versions import VersionsApi

__all__ = ["UNSUPPORTED", "UNSUPPORTED_CONNECTIONS", "UNSUPPORTED_INPUTS", "CatalogApi"]


class CatalogApi(
    DatabasesApi,
    TablesApi,
    VersionsApi,
    PartitionsApi,
    IndexesApi,
    StatisticsApi,
    FunctionsApi,
    ConnectionsApi,
    PoliciesApi,
    SearchApi,
    SettingsApi,
):
    """One method an operation."""
