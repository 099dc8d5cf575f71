"""The services (while they are being built: those that import)."""

import importlib
import sys
from dataclasses import dataclass, field
from typing import Any

from local_aws.context import Platform


def _load(module: str, name: str) -> Any:
    try:
        return getattr(importlib.import_module(f"local_aws.services.{module}"), name)
    except (ImportError, AttributeError) as error:
        print(f"local_aws: {module}.{name} is not there yet: {error}", file=sys.stderr)  # noqa: T201
        return None


@dataclass
class Services:
    """What answers: S3 speaks HTTP itself, the others get parsed requests."""

    s3: Any
    apis: dict[str, Any] = field(default_factory=dict)

    def start(self) -> None:
        for api in self.apis.values():
            getattr(api, "start", _nothing)()

    def stop(self) -> None:
        for api in reversed(self.apis.values()):
            getattr(api, "stop", _nothing)()


def _nothing() -> None: ...


def build(platform: Platform) -> Services:
    """Make the models first, then what answers on top of them."""
    for attribute, module, name in (
        ("s3", "s3.model", "S3Store"),
        ("logs", "logs.model", "LogStore"),
        ("glue", "glue.catalog", "Catalog"),
    ):
        made = _load(module, name)
        setattr(platform, attribute, made and made(platform))
    apis = {}
    for service, module, name in (
        ("logs", "logs.api", "LogsApi"),
        ("glue", "glue.api", "GlueApi"),
        ("athena", "athena.api", "AthenaApi"),
        ("databrew", "databrew.api", "DataBrewApi"),
        ("quicksight", "quicksight.api", "QuickSightApi"),
    ):
        made = _load(module, name)
        if made:
            apis[service] = made(platform)
        if service == "athena" and made:
            platform.athena = apis["athena"].engine
    handler = _load("s3.handler", "S3Handler")
    return Services(s3=handler and handler(platform), apis=apis)
