"""Glue, put together from its parts: each brings its operations and, maybe, a start and a stop."""

from local_aws.context import Platform
from local_aws.services.glue.catalog_api import CatalogApi
from local_aws.services.glue.crawlers.api import CrawlersApi
from local_aws.services.glue.jobs.api import JobsApi
from local_aws.services.glue.tags import TagsApi

PARTS = (CatalogApi, CrawlersApi, JobsApi, TagsApi)


class GlueApi(CatalogApi, CrawlersApi, JobsApi, TagsApi):
    """One method an operation."""

    def __init__(self, platform: Platform) -> None:
        for part in PARTS:
            part.__init__(self, platform)

    def start(self) -> None:
        """Settle what a killed server left."""
        CrawlersApi.start(self)
        JobsApi.start(self)

    def stop(self) -> None:
        """End what runs."""
        CrawlersApi.stop(self)
        JobsApi.stop(self)
