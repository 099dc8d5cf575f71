"""Partitions of a table."""

import hashlib
import json

from botocore.exceptions import ClientError

from local_aws.services.cloudformation.resources.calls import call, code_of, find
from local_aws.services.cloudformation.resources.described import writable
from local_aws.services.cloudformation.resources.glue.named import MISSING, TAKEN, Document
from local_aws.services.cloudformation.resources.handler import Handler, Made, Properties, Work

KEYS = ("CatalogId", "DatabaseName", "TableName")


class Partitions(Handler):
    """AWS::Glue::Partition.

    The parts of its physical id are joined by ``|``, and the last is a hash of its values, which
    ``Fn::GetAtt`` gives too. How AWS makes that hash is not told; nothing can be read out of it.
    """

    takes = frozenset({*KEYS, "PartitionInput"})

    def create(self, work: Work) -> Made:
        given = work.properties["PartitionInput"]
        scope = _scope(work.properties)
        try:
            call(work.client("glue"), "create_partition", **scope, PartitionInput=given)
        except ClientError as error:
            if not work.retried or code_of(error) != TAKEN:
                raise
        return _made(work)

    def update(self, work: Work) -> Made:
        given = work.properties["PartitionInput"]
        request = {"PartitionValueList": _values(work.before), "PartitionInput": given}
        call(work.client("glue"), "update_partition", **_scope(work.properties) | request)
        return Made(work.physical_id, _made(work).attributes)

    def delete(self, work: Work) -> None:
        request = _scope(work.before) | {"PartitionValues": _values(work.before)}
        find(work.client("glue"), "delete_partition", MISSING, **request)

    def read(self, work: Work) -> Properties | None:
        shown = _get(work)
        if shown is None:
            return None
        given = writable("glue", "CreatePartition", "PartitionInput", shown)
        return {k: shown[k] for k in KEYS} | {"PartitionInput": given}

    def identify(self, work: Work) -> Made | None:
        return _made(work) if _get(work) else None


def _get(work: Work) -> Document | None:
    properties = work.properties or work.before
    request = _scope(properties) | {"PartitionValues": _values(properties)}
    answer = find(work.client("glue"), "get_partition", MISSING, **request)
    return answer["Partition"] if answer else None


def _made(work: Work) -> Made:
    scope = _scope(work.properties)
    values = json.dumps([str(value) for value in _values(work.properties)])
    hashed = hashlib.sha256(values.encode()).hexdigest()
    physical_id = "|".join([*scope.values(), hashed])
    return Made(physical_id, {"IdentifierPartitionInputValues": hashed})


def _scope(properties: Properties) -> Document:
    return {k: properties[k] for k in KEYS}


def _values(properties: Properties) -> list[str]:
    values: list[str] = properties["PartitionInput"]["Values"]
    return values
