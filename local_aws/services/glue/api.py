"""Glue, put together from its parts: each brings its operations and, maybe, a start and a stop."""

from local_aws.context import Platform
from local_aws.services.glue.catalog_api import CatalogApi
from local_aws.services.glue.tags import TagsApi


class GlueApi(CatalogApi, TagsApi):
    """One method an operation."""

    def __init__(self, platform: Platform) -> None:
        CatalogApi.__init__(self, platform)
        TagsApi.__init__(self, platform)
