"""Hive's metastore protocol: its types, and what becomes of an error or of an unknown call."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import thriftpy2
from botocore.exceptions import ClientError
from thriftpy2.thrift import TApplicationException, TException, TProcessor

hive: Any = thriftpy2.load(str(Path(__file__).parent / "hive.thrift"), module_name="hive_thrift")

# As AWS's own client for Spark maps them
# (https://github.com/awslabs/aws-glue-data-catalog-client-for-apache-hive-metastore).
_BY_CODE = {
    "AlreadyExistsException": hive.AlreadyExistsException,
    "EntityNotFoundException": hive.NoSuchObjectException,
    "InvalidInputException": hive.InvalidObjectException,
}


class Processor(TProcessor):  # type: ignore[misc] # thriftpy2 has no types
    """Calls the handler; whatever goes wrong is answered, and the connection goes on."""

    def process_in(self, iprot: Any) -> tuple[str, int, Any, Callable[[], Any] | None]:
        api, sequence, result, call = super().process_in(iprot)
        if call is None:
            result = TApplicationException(
                TApplicationException.UNKNOWN_METHOD,
                f"The metastore call {api} is not supported by local_aws",
            )
            return api, sequence, result, None

        def answer() -> Any:
            try:
                return call()
            except Exception as error:
                raise _declared(_hive_error(error), result) from error

        return api, sequence, result, answer


def _hive_error(error: Exception) -> TException:
    """The error as Hive's client knows it."""
    if isinstance(error, TException):
        return error
    if isinstance(error, ClientError):
        detail = error.response["Error"]
        return glue_error(detail["Code"], detail["Message"])
    return hive.MetaException(message=f"{type(error).__name__}: {error}")


def glue_error(code: str, message: str) -> TException:
    """The error that Glue answers with this code."""
    return _BY_CODE.get(code, hive.MetaException)(message=message)


def _declared(error: TException, result: Any) -> TException:
    """A call's answer has room for the errors that its signature names, and no others."""
    declared = tuple(spec[2] for spec in result.thrift_spec.values() if spec[1] != "success")
    if isinstance(error, declared):
        return error
    message = getattr(error, "message", None) or str(error)
    if hive.MetaException in declared:
        return hive.MetaException(message=message)
    return TApplicationException(TApplicationException.INTERNAL_ERROR, message)
