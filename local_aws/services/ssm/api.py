"""Parameter Store's operations.

What AWS does: https://docs.aws.amazon.com/systems-manager/latest/APIReference/. Here are standard
parameters of text with their versions and tags. Not here, and refused by name: the advanced tier
and its policies, labels, shared parameters, SecureStrings under a key of the account's own, and
the rest of Systems Manager. AWS's public parameters (``/aws/service/...``) are not found.
"""

import base64
from collections.abc import Iterable, Sequence
from typing import Any

from local_aws.caller import CALLER
from local_aws.context import Platform, Request, Response
from local_aws.services.ssm import filters, names, values
from local_aws.services.ssm.errors import (
    HierarchyTypeMismatch,
    InvalidFilterKey,
    InvalidNextToken,
    InvalidResourceId,
    InvalidResourceType,
    ParameterAlreadyExists,
    ParameterNotFound,
    ParameterVersionNotFound,
    ValidationException,
    unsupported,
)
from local_aws.services.ssm.model import ParameterStore, Row
from local_aws.services.ssm.names import Selected

UNSUPPORTED = (
    "DataType aws:ec2:image",
    "DataType aws:ssm:integration",
    "KeyId",
    "Policies",
    "Shared",
    "Tier Advanced",
    "Tier Intelligent-Tiering",
)
"""What PutParameter and DescribeParameters take on AWS and are refused here. KeyId: another than
AWS's own for Systems Manager."""
BY_PATH = ("Type", "KeyId")
"""The filters that GetParametersByPath takes here; on AWS labels too, which nobody can set."""
PARAMETER = "Parameter"
TEXT, STANDARD = "text", "Standard"


class SsmApi:
    """One method an operation."""

    def __init__(self, platform: Platform) -> None:
        self.platform = platform
        self.store = ParameterStore(platform)

    def complete(self, parameters: Request) -> Request:
        """With ARNs of the parameters, which are what policies name, in place of their names."""
        found = dict(parameters)
        for member in ("Name", "Path", "ResourceId"):
            if isinstance(found.get(member), str):
                found[member] = self._arn(found[member])
        if isinstance(found.get("Names"), list):
            found["Names"] = [self._arn(str(name)) for name in found["Names"]]
        return found

    def put_parameter(self, request: Request) -> Response:
        _refuse(request)
        name = names.checked(self.platform, request["Name"])
        overwrite, tags = request.get("Overwrite", False), _tags(request)
        if overwrite and tags:
            raise ValidationException(
                "Invalid request: tags and overwrite can't be used together. To create a parameter "
                "with tags, please remove overwrite flag. To update tags for an existing "
                "parameter, please use AddTagsToResource or RemoveTagsFromResource."
            )
        with self.store.db.transaction():
            fields = self._version(request, name, self.store.newest(name))
            number = self.store.put(name, fields)
            self.store.tag(name, tags)
        return {"Version": number, "Tier": STANDARD}

    def _version(self, request: Request, name: str, last: Row | None) -> Row:
        """What a new version is made with; what the request leaves out stays as it was."""
        if last and not request.get("Overwrite", False):
            raise ParameterAlreadyExists(
                "The parameter already exists. To overwrite this value, set the overwrite option "
                "in the request to true."
            )
        type_name = request.get("Type") or (last["type"] if last else None)
        if type_name is None:
            raise ValidationException("A parameter type is required when you create a parameter.")
        if last and last["type"] != type_name:
            raise HierarchyTypeMismatch(
                f"The parameter {name} is a {last['type']}: its type can't be changed to "
                f"{type_name}. Create a new, unique parameter."
            )
        pattern = request.get("AllowedPattern", last["pattern"] if last else None) or None
        key = values.check_key(request.get("KeyId"), type_name)
        description = request.get("Description", last["description"] if last else None)
        value = request["Value"]
        values.check(value, pattern)
        return {
            "type": type_name,
            "value": values.sealed(self.platform, name, value) if key else value,
            "key_id": key,
            "description": description or None,
            "pattern": pattern,
            "modified_by": CALLER.get() or "",
        }

    def get_parameter(self, request: Request) -> Response:
        asked = self._selected(request["Name"])
        row = self.store.version(asked.name, asked.version)
        if row is None and asked.version and self.store.newest(asked.name):
            raise ParameterVersionNotFound(
                f"Systems Manager could not find version {request['Name'].rpartition(':')[2]} of "
                f"{asked.name}. Verify the version and try again."
            )
        if row is None:
            raise _not_found(request["Name"])
        return {"Parameter": self._told(row, request, asked)}

    def get_parameters(self, request: Request) -> Response:
        given: list[str] = request["Names"]
        if len(set(given)) < len(given):
            raise ValidationException("Duplicate parameter names are not allowed in a request.")
        found: list[Response] = []
        missing = []
        for name in given:
            asked = self._selected(name)
            row = self.store.version(asked.name, asked.version)
            if row is None:
                missing.append(name)
            else:
                found.append(self._told(row, request, asked))
        return {"Parameters": found, "InvalidParameters": missing}

    def get_parameters_by_path(self, request: Request) -> Response:
        path = request["Path"]
        if not path.startswith("/"):
            raise ValidationException(
                "The parameter doesn't meet the parameter name requirements. The parameter name "
                'must begin with a forward slash "/".'
            )
        asked = request.get("ParameterFilters", [])
        for key in (of["Key"] for of in asked if of["Key"] not in BY_PATH):
            raise InvalidFilterKey(
                f"The following filter key is not valid: {key}. Valid filter keys include: "
                f"[{', '.join(BY_PATH)}]."
            )
        rows = filters.chosen(self.store.all(), asked, self.store.tags)
        deep = request.get("Recursive", False)
        inside = [row for row in rows if filters.below(row["name"], path, deep)]
        page, more = _page(inside, request, 10)
        return {"Parameters": [self._told(row, request) for row in page], **more}

    def describe_parameters(self, request: Request) -> Response:
        if request.get("Shared"):
            raise unsupported("DescribeParameters with Shared")
        old, new = request.get("Filters", []), request.get("ParameterFilters", [])
        if old and new:
            raise ValidationException(
                "You can use either Filters or ParameterFilters in a single request."
            )
        rows = filters.chosen(self.store.all(), old or new, self.store.tags)
        page, more = _page(rows, request, 50)
        return {"Parameters": [self._described(row) for row in page], **more}

    def get_parameter_history(self, request: Request) -> Response:
        name = self._selected(request["Name"]).name
        rows = self.store.history(name)
        if not rows:
            raise _not_found(name)
        page, more = _page(rows, request, 50, "version")
        return {
            "Parameters": [
                {
                    **{k: v for k, v in self._described(row).items() if k != "ARN"},
                    "Value": self._value(row, request),
                    "Labels": [],
                }
                for row in page
            ],
            **more,
        }

    def delete_parameter(self, request: Request) -> Response:
        if not self.store.delete(self._selected(request["Name"]).name):
            raise _not_found(request["Name"])
        return {}

    def delete_parameters(self, request: Request) -> Response:
        deleted: list[str] = []
        missing: list[str] = []
        for name in request["Names"]:
            gone = self.store.delete(self._selected(name).name)
            (deleted if gone else missing).append(name)
        return {"DeletedParameters": deleted, "InvalidParameters": missing}

    def add_tags_to_resource(self, request: Request) -> Response:
        self.store.tag(self._tagged(request), _tags(request))
        return {}

    def remove_tags_from_resource(self, request: Request) -> Response:
        self.store.untag(self._tagged(request), request["TagKeys"])
        return {}

    def list_tags_for_resource(self, request: Request) -> Response:
        tags = self.store.tags(self._tagged(request))
        return {"TagList": [{"Key": key, "Value": value} for key, value in tags.items()]}

    def _tagged(self, request: Request) -> str:
        if request["ResourceType"] != PARAMETER:
            raise InvalidResourceType(
                f"Tags of the resource type {request['ResourceType']} are not supported by "
                "local_aws"
            )
        name = self._selected(request["ResourceId"]).name
        if self.store.newest(name) is None:
            raise InvalidResourceId(f"The parameter {name} is not there")
        return name

    def _selected(self, given: str) -> Selected:
        return names.selected(self.platform, given)

    def _arn(self, given: str) -> str:
        return names.arn(self.platform, self._selected(given).name)

    def _value(self, row: Row, request: Request) -> str:
        if row["key_id"] and request.get("WithDecryption", False):
            return values.opened(self.platform, row["name"], row["value"])
        return str(row["value"])

    def _told(self, row: Row, request: Request, asked: Selected | None = None) -> Response:
        selector = asked.selector if asked else ""
        return {
            "Name": row["name"],
            "Type": row["type"],
            "Value": self._value(row, request),
            "Version": row["version"],
            **({"Selector": selector} if selector else {}),
            "LastModifiedDate": row["modified"],
            "ARN": names.arn(self.platform, row["name"]),
            "DataType": TEXT,
        }

    def _described(self, row: Row) -> Response:
        told = {
            "Name": row["name"],
            "ARN": names.arn(self.platform, row["name"]),
            "Type": row["type"],
            "KeyId": row["key_id"],
            "LastModifiedDate": row["modified"],
            "LastModifiedUser": row["modified_by"],
            "Description": row["description"],
            "AllowedPattern": row["pattern"],
            "Version": row["version"],
            "Tier": STANDARD,
            "Policies": [],
            "DataType": TEXT,
        }
        return {name: value for name, value in told.items() if value is not None}


def _refuse(request: Request) -> None:
    """Raise for what would make another parameter than a standard one of text."""
    for member, usual in (("Tier", STANDARD), ("DataType", TEXT)):
        if request.get(member, usual) != usual:
            raise unsupported(f"The {member} {request[member]}")
    if request.get("Policies"):
        raise unsupported("PutParameter with Policies")


def _tags(request: Request) -> dict[str, str]:
    tags = {one["Key"]: one["Value"] for one in request.get("Tags", [])}
    if any(key.lower().startswith("aws:") for key in tags):
        raise ValidationException("Tag keys that begin with aws: are AWS's own.")
    return tags


def _not_found(name: str) -> ParameterNotFound:
    return ParameterNotFound(f"Parameter {name} not found.")


def _page(
    rows: Sequence[Row], request: Request, size: int, by: str = "name"
) -> tuple[Iterable[Row], dict[str, str]]:
    """The rows after those that were seen: what is made or deleted between pages moves none."""
    if "NextToken" in request:
        seen = _seen(request["NextToken"])
        rows = [row for row in rows if _place(row, by) > seen]
    size = request.get("MaxResults", size)
    page = rows[:size]
    if len(rows) <= size:
        return page, {}
    return page, {"NextToken": base64.urlsafe_b64encode(_place(page[-1], by).encode()).decode()}


def _place(row: Row, by: str) -> str:
    place: Any = row[by]
    return f"{place:09}" if isinstance(place, int) else str(place)


def _seen(token: str) -> str:
    try:
        return base64.urlsafe_b64decode(token).decode()
    except ValueError:
        raise InvalidNextToken("The specified token is not valid.") from None
