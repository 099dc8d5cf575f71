"""NextToken and MaxResults."""

import base64
import binascii
from typing import Any

from local_aws.services.databrew.errors import ValidationException

MOST = 100


def page(request: dict[str, Any], member: str, items: list[Any]) -> dict[str, Any]:
    """One page of a list, and the token of the next."""
    start = _position(request.get("NextToken"))
    end = start + min(int(request.get("MaxResults") or MOST), MOST)
    answer: dict[str, Any] = {member: items[start:end]}
    if end < len(items):
        answer["NextToken"] = base64.urlsafe_b64encode(f"databrew:{end}".encode()).decode()
    return answer


def _position(token: str | None) -> int:
    if not token:
        return 0
    try:
        name, position = base64.urlsafe_b64decode(token).decode().split(":")
        if name == "databrew":
            return int(position)
    except (ValueError, binascii.Error) as error:
        raise ValidationException(f"The NextToken {token} is not valid") from error
    raise ValidationException(f"The NextToken {token} is not valid")
