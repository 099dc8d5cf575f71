"""Ids and names that CloudFormation makes up."""

import secrets
import string
import uuid

SUFFIX_LENGTH = 12
SUFFIX = string.ascii_uppercase + string.digits
LONGEST = 63
"""Of a bucket, the shortest of the names that are made up. AWS gives other types more."""

LOWERED = frozenset({"AWS::S3::Bucket"})


def suffix() -> str:
    return "".join(secrets.choice(SUFFIX) for _ in range(SUFFIX_LENGTH))


def physical_name(stack: str, logical_id: str, type_name: str) -> str:
    """A name for a resource whose template gives none: ``stack-Logical-1A2B3C4D5E6F``.

    Each part is cut where the whole is too long, as AWS cuts it.
    """
    room = LONGEST - SUFFIX_LENGTH - 2
    half = room // 2
    logical = logical_id[: max(half, room - len(stack))]
    name = f"{stack[: room - len(logical)]}-{logical}-{suffix()}"
    return name.lower() if type_name in LOWERED else name


def unique() -> str:
    """A new UUID, which ends the ids of stacks, change sets and events."""
    return str(uuid.uuid4())
