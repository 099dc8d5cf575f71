"""Parameters' names: which there can be, and how a request names one and its version.

https://docs.aws.amazon.com/systems-manager/latest/userguide/sysman-paramstore-su-create.html
"""

import re
from dataclasses import dataclass

from local_aws.context import Platform
from local_aws.services.ssm.errors import (
    AccessDeniedException,
    HierarchyLevelLimitExceeded,
    ValidationException,
)

LEVELS = 15
MAX_NAME = 1011
"""Characters of a name with its ARN; AWS keeps the rest of the model's 2048 for itself."""
NAME = re.compile(r"/?[\w.-]+(/[\w.-]+)*", re.ASCII)
RESERVED = re.compile(r"/?(aws|ssm)", re.IGNORECASE)


@dataclass(frozen=True)
class Selected:
    """A parameter as a request names it; `version` is 0 for the newest."""

    name: str
    version: int = 0

    @property
    def selector(self) -> str:
        """What the answer tells of the version that was asked for, ``:3``."""
        return f":{self.version}" if self.version else ""


def checked(platform: Platform, name: str) -> str:
    """The name of a parameter to be made. Raises where there can be none of that name."""
    name = name.strip()
    if RESERVED.match(name):
        raise _reserved(name)
    if "/" in name and not name.startswith("/"):
        raise ValidationException("Parameter name must be a fully qualified name.")
    if not NAME.fullmatch(name):
        raise ValidationException(
            'Parameter name: can\'t be prefixed with "ssm" (case-insensitive). If formed as a '
            "path, it can consist of sub-paths divided by slash symbol; each sub-path can be "
            "formed as a mix of letters, numbers and the following 3 symbols .-_"
        )
    if len(arn(platform, name)) > MAX_NAME:
        raise ValidationException(f"The parameter's name with its ARN exceeds {MAX_NAME}")
    if name.removeprefix("/").count("/") >= LEVELS:
        raise HierarchyLevelLimitExceeded(
            f"Hierarchies may have a maximum of {LEVELS} levels. This parameter has more."
        )
    return name


def _reserved(name: str) -> Exception:
    if re.match(r"/?aws", name, re.IGNORECASE):
        return AccessDeniedException(f"No access to reserved parameter name: {name}.")
    return ValidationException(
        f'Parameter name: can\'t be prefixed with "ssm" (case-insensitive): {name}'
    )


def selected(platform: Platform, given: str) -> Selected:
    """What a name, an ARN, or either with ``:version`` stands for.

    A label (``:label``) is none that anybody could have set here: it selects version -1.
    """
    own = arn(platform, "")
    named = given.removeprefix(own)
    name, colon, version = named.partition(":")
    if given.startswith(own) and "/" in name:
        name = f"/{name}"
    if not colon:
        return Selected(name)
    return Selected(name, int(version) if version.isdecimal() and int(version) else -1)


def arn(platform: Platform, name: str) -> str:
    """``arn:aws:ssm:<region>:<account>:parameter/a/b`` of ``/a/b``, and of ``a`` likewise."""
    return platform.arn("ssm", f"parameter/{name.removeprefix('/')}")
