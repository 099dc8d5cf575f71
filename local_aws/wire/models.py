"""botocore's service models: the same JSON that every AWS SDK is generated from."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

from botocore import xform_name

if TYPE_CHECKING:
    from botocore.loaders import Loader
    from botocore.model import OperationModel, ServiceModel

Shape = Any
"""A botocore Shape: which members it has depends on its ``type_name``, by which we walk it."""


SIGNING_NAMES = {"monitoring": "cloudwatch", "servicequotas": "service-quotas"}
"""What requests are signed for, where that is not botocore's name of the service."""


@cache
def _loader() -> Loader:
    """Without a session, which brings botocore's whole client along: half a second of CPU."""
    from botocore.loaders import create_loader

    return create_loader()


@cache
def service_model(service: str) -> ServiceModel:
    """The model of a service by botocore's name, such as ``glue``."""
    from botocore.model import ServiceModel

    document = _loader().load_service_model(service, "service-2", None)
    return ServiceModel(document, service_name=service)


@cache
def operation_model(service: str, operation: str) -> OperationModel | None:
    """One operation's model, or None where AWS has no such operation."""
    model = service_model(service)
    return model.operation_model(operation) if operation in model.operation_names else None


@cache
def method_name(operation: str) -> str:
    """``StartQueryExecution`` as ``start_query_execution``, as boto3 names it."""
    name: str = xform_name(operation)
    return name


def error_shape(service: str, code: str) -> Shape | None:
    """The modelled shape of an error code, where the service declares one."""
    model: Any = service_model(service)
    return model.shape_for_error_code(code)
