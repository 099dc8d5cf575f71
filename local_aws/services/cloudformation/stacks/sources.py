"""Where a request's template comes from: the request itself, S3, or the stack.

https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cloudformation-limits.html
"""

import re
import threading
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from local_aws.context import Platform, Request
from local_aws.services.cloudformation.errors import ValidationError
from local_aws.services.cloudformation.stacks.credentials import Holders
from local_aws.services.cloudformation.stacks.records import Stack
from local_aws.services.cloudformation.template.document import MAX_BODY, MAX_OBJECT

FETCHES = threading.Semaphore(4)
"""Templates and parameters fetched at once: each holds a thread of the server that another one
has to answer."""

BUCKET_HOST = re.compile(
    r"(?:(?P<bucket>.+)\.)?s3(?:[.-](?:dualstack\.)?[a-z]{2}(?:-[a-z]+)+-\d)?\.amazonaws\.com"
)


def body_of(
    request: Request, platform: Platform, holders: Holders, key: str, stack: Stack | None = None
) -> str:
    """The template's text. `key` signs what is read of S3. Raises ValidationError."""
    named = [name for name in ("TemplateBody", "TemplateURL") if request.get(name)]
    if request.get("UsePreviousTemplate") and not named and stack is not None:
        return stack.revision.body
    if len(named) != 1 or request.get("UsePreviousTemplate"):
        raise ValidationError("Either Template URL or Template Body must be specified.")
    if named == ["TemplateURL"]:
        return fetch(request["TemplateURL"], platform, holders, key)
    body: str = request["TemplateBody"]
    if len(body.encode()) > MAX_BODY:
        raise ValidationError(
            f"1 validation error detected: Value '{body[:200]}...' at 'templateBody' failed to "
            f"satisfy constraint: Member must have length less than or equal to {MAX_BODY}"
        )
    return body


def fetch(url: str, platform: Platform, holders: Holders, key: str) -> str:
    """A template in a bucket, read as whoever asks."""
    bucket, name, version = _place(url, platform)
    asked = {"Bucket": bucket, "Key": name} | ({"VersionId": version} if version else {})
    with FETCHES:
        content = _read(holders.clients(key)("s3"), asked)
    try:
        return content.decode()
    except UnicodeDecodeError:
        raise ValidationError("Template format error: the template is not UTF-8") from None


def _read(s3: Any, asked: dict[str, str]) -> bytes:
    from botocore.exceptions import BotoCoreError, ClientError

    try:
        answer = s3.get_object(**asked)
        if answer["ContentLength"] > MAX_OBJECT:
            raise ValidationError(
                f"Template may not exceed {MAX_OBJECT} bytes in size: {answer['ContentLength']}"
            )
        content: bytes = answer["Body"].read()
    except ClientError as error:
        raise ValidationError(f"S3 error: {error.response['Error'].get('Message')}") from None
    except BotoCoreError as error:
        raise ValidationError(f"S3 error: {error}") from None
    return content


def _place(url: str, platform: Platform) -> tuple[str, str, str]:
    """Bucket, key and version of an address of S3, AWS's or this server's."""
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        raise _unsupported() from None
    version = parse_qs(parts.query).get("versionId", [""])[0]
    path = unquote(parts.path.lstrip("/"))
    found = BUCKET_HOST.fullmatch(host) if parts.scheme == "https" else None
    if found and found["bucket"]:
        return found["bucket"], path, version
    here = host in ("127.0.0.1", "localhost", *platform.hosts) and port == platform.port
    bucket, _, name = path.partition("/")
    if not (found or here) or not bucket or not name:
        raise _unsupported()
    return bucket, name, version


def _unsupported() -> ValidationError:
    return ValidationError("TemplateURL must be a supported URL.")
