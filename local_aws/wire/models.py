"""botocore's service models: the same JSON that every AWS SDK is generated from."""

from functools import cache
from typing import Any

import botocore.session
from botocore import xform_name
from botocore.model import OperationModel, ServiceModel

Shape = Any
"""A botocore Shape: which members it has depends on its ``type_name``, by which we walk it."""


@cache
def _session() -> Any:
    return botocore.session.get_session()


@cache
def service_model(service: str) -> ServiceModel:
    """The model of a service by botocore's name, such as ``glue``."""
    model: ServiceModel = _session().get_service_model(service)
    return model


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
