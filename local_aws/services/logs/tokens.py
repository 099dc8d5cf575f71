"""NextTokens: a `Position` in AWS's look, ``f/<where>/s`` forward and ``b/<where>/s`` backward."""

import re

from local_aws.services.logs.errors import InvalidParameterException
from local_aws.services.logs.model import Position

_TOKEN = re.compile(r"([fb])/(-?\d{1,19})\.(\d{1,19})/s")


def forward(place: Position) -> str:
    """The token that goes on after the position."""
    return f"f/{place.timestamp}.{place.event}/s"


def backward(place: Position) -> str:
    """The token that goes back from the position."""
    return f"b/{place.timestamp}.{place.event}/s"


def read(token: str) -> tuple[bool, Position]:
    """Whether the token goes backward, and its position."""
    match = _TOKEN.fullmatch(token)
    if match is None:
        raise InvalidParameterException(f"The specified nextToken is invalid: {token}")
    return match[1] == "b", Position(int(match[2]), int(match[3]))
