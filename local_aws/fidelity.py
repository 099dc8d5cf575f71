"""What local_aws does and refuses, read from the code itself: docs/fidelity.md cannot drift.

The page is prose with blocks between markers. ``python -m local_aws.fidelity docs/fidelity.md``
writes the blocks anew; a test fails where the page and the code say different things.
"""

import re
import sys
from collections.abc import Iterable
from pathlib import Path

from local_aws.glue_runtime.awsglue.unsupported import UNSUPPORTED as SCRIPT_LIBRARY
from local_aws.moto_services import SERVICES as MOTO_SERVICES
from local_aws.services.athena.api import AthenaApi
from local_aws.services.athena.calls import workgroup_api
from local_aws.services.athena.queries import acceptance, result_objects
from local_aws.services.athena.trino import calls
from local_aws.services.cloudformation import resources
from local_aws.services.cloudformation.api import CloudFormationApi
from local_aws.services.cloudformation.stacks import own_types, requests
from local_aws.services.cloudformation.template import unsupported as templates
from local_aws.services.cloudwatch import api as cloudwatch
from local_aws.services.databrew import datasets, outputs
from local_aws.services.databrew.api import DataBrewApi
from local_aws.services.databrew.engine.entities import UNSUPPORTED as ENTITIES
from local_aws.services.databrew.engine.operations import REGISTRY
from local_aws.services.databrew.engine.operations.unsupported import UNSUPPORTED as RECIPE
from local_aws.services.glue import catalog_api
from local_aws.services.glue.api import GlueApi
from local_aws.services.glue.classifiers import definitions as classifiers
from local_aws.services.glue.classifiers.recognised import NAMES as UNCLASSIFIED
from local_aws.services.glue.crawlers import settings as crawlers
from local_aws.services.glue.jobs import arguments, definition, metrics, observability
from local_aws.services.logs import api as logs
from local_aws.services.logs.api import LogsApi
from local_aws.services.quicksight import api as quicksight
from local_aws.services.quicksight import expressions
from local_aws.services.quicksight.operations.bundles import Bundles
from local_aws.services.s3 import encryption
from local_aws.services.s3.api import ROUTES
from local_aws.services.s3.http import headers
from local_aws.services.s3.notifications import configuration
from local_aws.services.servicequotas.api import ServiceQuotasApi
from local_aws.services.ssm import api as ssm
from local_aws.services.sts import api as sts
from local_aws.wire.models import method_name, service_model

BLOCK = re.compile(r"(<!-- begin: (.+?) -->\n).*?(<!-- end -->)", re.DOTALL)
APIS: dict[str, tuple[type, ...]] = {
    "athena": (AthenaApi,),
    "cloudformation": (CloudFormationApi,),
    "cloudwatch": (cloudwatch.CloudWatchApi,),
    "databrew": (DataBrewApi,),
    "glue": (GlueApi,),
    "logs": (LogsApi,),
    "quicksight": (*quicksight.GROUPS, Bundles),
    "service-quotas": (ServiceQuotasApi,),
    "ssm": (ssm.SsmApi,),
    "sts": (sts.StsApi,),
}


def operations(service: str) -> list[str]:
    """The service's operations that are answered; every other is refused by its name."""
    names = service_model(service).operation_names
    if service == "s3":
        return sorted({route.name for route in ROUTES} & set(names))
    return [n for n in names if any(hasattr(api, method_name(n)) for api in APIS[service])]


def blocks() -> dict[str, str]:
    """The text of each block of the page by its name."""
    found = {f"{service} operations": _operations(service) for service in ("s3", *APIS)}
    refused: dict[str, Iterable[str]] = {
        "s3 refused": [
            *headers.UNSUPPORTED,
            *(f"encryption {name}" for name in encryption.UNSUPPORTED),
            *(f"notification {name}" for name in configuration.unsupported()),
        ],
        "glue catalog refused": [
            *catalog_api.UNSUPPORTED,
            *catalog_api.UNSUPPORTED_INPUTS,
            *(f"ConnectionInput.{name}" for name in catalog_api.UNSUPPORTED_CONNECTIONS),
        ],
        "glue crawlers refused": [
            *crawlers.UNSUPPORTED_TARGETS,
            *crawlers.UNSUPPORTED_TARGET_MEMBERS,
            *crawlers.UNSUPPORTED,
            *classifiers.UNSUPPORTED,
            *(f"{name} files" for name in UNCLASSIFIED),
        ],
        "glue jobs refused": [
            *definition.UNSUPPORTED_MEMBERS,
            *arguments.UNSUPPORTED,
            *arguments.UNSUPPORTED_CONF,
        ],
        "glue metrics": [
            f"glue.{who}.{known.name}"
            for known in metrics.PUBLISHED.values()
            for who in known.whose
        ],
        "glue metrics not published": [*metrics.NOT_PUBLISHED, *observability.NOT_PUBLISHED],
        "glue script library refused": SCRIPT_LIBRARY,
        "athena functions refused": [
            *sorted(calls.UNSUPPORTED),
            *(f"{prefix}*" for prefix in calls.UNSUPPORTED_PREFIXES),
        ],
        "athena wire refused": [
            *acceptance.UNSUPPORTED,
            *(f"EncryptionOption {name}" for name in result_objects.UNSUPPORTED),
            *workgroup_api.UNSUPPORTED,
        ],
        "cloudformation refused": requests.UNSUPPORTED,
        "cloudformation templates refused": [
            *templates.FUNCTIONS,
            *templates.SECTIONS,
            *templates.TRANSFORMS,
            *(f"{{{{resolve:{name}:...}}}}" for name in templates.DYNAMIC_REFERENCES),
            "Custom::*",
            "CreationPolicy",
            "UpdatePolicy",
            "DeletionPolicy Snapshot",
        ],
        "cloudwatch refused": cloudwatch.UNSUPPORTED,
        "databrew entities refused": sorted(ENTITIES),
        "databrew inputs refused": datasets.UNSUPPORTED,
        "databrew outputs refused": outputs.UNSUPPORTED,
        "databrew recipe refused": [name for names in RECIPE.values() for name in names],
        "databrew recipe works": sorted(REGISTRY),
        "logs refused": [*logs.UNSUPPORTED_GROUP, *logs.UNSUPPORTED_SEARCH],
        "moto services": MOTO_SERVICES,
        "ssm refused": ssm.UNSUPPORTED,
        "sts refused": sts.UNSUPPORTED,
    }
    found |= {name: ", ".join(f"`{item}`" for item in items) for name, items in refused.items()}
    found["cloudformation types"] = _types()
    found["quicksight functions"] = _functions()
    found["quicksight refused"] = "\n".join(f"- {item}" for item in quicksight.UNSUPPORTED)
    return found


def _functions() -> str:
    """QuickSight's functions, a line for each chapter of its guide."""
    chapters: dict[str, list[str]] = {}
    for known in expressions.FUNCTIONS.values():
        chapters.setdefault(known.chapter, []).append(f"`{known.name}`")
    return "\n".join(f"- {name}: {', '.join(sorted(chapters[name]))}" for name in sorted(chapters))


def _types() -> str:
    """The types that stacks can hold with what they take, a line each."""
    made = {
        name: handler
        for service in resources.MODULES
        for name, handler in resources.handlers(service).items()
    } | own_types.own_types()
    lines = []
    for name in sorted(made):
        refused = ", ".join(f"`{path}`" for path in sorted(made[name].refuses))
        taken = ", ".join(sorted(made[name].takes)) or "no property"
        lines.append(f"- `{name}`: {taken}" + (f"; refused: {refused}" if refused else ""))
    return "\n".join(lines)


def _operations(service: str) -> str:
    answered, there = operations(service), len(service_model(service).operation_names)
    names = ", ".join(answered)
    return f"{len(answered)} of AWS's {there} operations: {names}."


def render(page: str) -> str:
    """The page with its blocks as the code has them. KeyError where a block is not known."""
    known = blocks()
    return BLOCK.sub(lambda found: f"{found[1]}{known[found[2]]}\n{found[3]}", page)


if __name__ == "__main__":
    path = Path(sys.argv[1])
    path.write_text(render(path.read_text()))
