"""The services, in the order in which they are built: a later one asks an earlier one's model."""

from dataclasses import dataclass, field
from typing import Any

from local_aws.context import Platform
from local_aws.deferred import Deferred
from local_aws.services.cloudformation.waiting import interrupted
from local_aws.services.cloudwatch.api import CloudWatchApi
from local_aws.services.cloudwatch.model import MetricStore
from local_aws.services.databrew.api import DataBrewApi
from local_aws.services.glue.api import GlueApi
from local_aws.services.glue.catalog import Catalog
from local_aws.services.logs.api import LogsApi
from local_aws.services.logs.model import LogStore
from local_aws.services.s3.handler import S3Handler
from local_aws.services.s3.model import S3Store
from local_aws.services.servicequotas.api import ServiceQuotasApi
from local_aws.services.ssm.api import SsmApi


@dataclass
class Services:
    """What answers: S3 speaks HTTP itself, the others get parsed requests."""

    s3: S3Handler
    apis: dict[str, Any] = field(default_factory=dict)

    def complete(self, service: str, parameters: dict[str, Any]) -> dict[str, Any]:
        """The parameters with what policies name and only the service knows of them."""
        complete = getattr(self.apis.get(service), "complete", None)
        return complete(parameters) if complete else parameters

    def start(self) -> None:
        """Bring every service to a sound state after whatever ended the last process."""
        self.s3.start()
        for api in self.apis.values():
            getattr(api, "start", _nothing)()

    def stop(self) -> None:
        """End what the services run, the last built first."""
        for api in reversed(self.apis.values()):
            getattr(api, "stop", _nothing)()
        self.s3.stop()


def _nothing() -> None: ...


def build(platform: Platform) -> Services:
    """Make the models first, then what answers on top of them."""
    platform.s3 = S3Store(platform)
    platform.logs = LogStore(platform)
    platform.metrics = MetricStore(platform)
    platform.glue = Catalog(platform)
    athena = Deferred(lambda: _athena(platform))
    platform.athena = Deferred(lambda: athena.engine)
    return Services(
        s3=S3Handler(platform),
        apis={
            "logs": LogsApi(platform),
            "cloudwatch": CloudWatchApi(platform),
            "glue": GlueApi(platform),
            "athena": athena,
            "databrew": DataBrewApi(platform),
            "service-quotas": ServiceQuotasApi(platform),
            "ssm": SsmApi(platform),
            "quicksight": Deferred(lambda: _quicksight(platform), _quicksight_waits(platform)),
            "cloudformation": Deferred(lambda: _cloudformation(platform), interrupted(platform)),
        },
    )


def _athena(platform: Platform) -> Any:
    """sqlglot, DuckDB and pyarrow take longer to import than the rest of the server to start."""
    from local_aws.services.athena.api import AthenaApi

    return AthenaApi(platform)


def _quicksight(platform: Platform) -> Any:
    from local_aws.services.quicksight.api import QuickSightApi

    return QuickSightApi(platform)


def _cloudformation(platform: Platform) -> Any:
    from local_aws.services.cloudformation.api import CloudFormationApi

    return CloudFormationApi(platform)


def _quicksight_waits(platform: Platform) -> bool:
    """Ingestions that were queued go on after a restart, without a request."""
    return platform.db("quicksight").path.exists()
