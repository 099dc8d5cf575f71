"""Files that an operation offers for some minutes by a link, as AWS does by presigned URLs.

GET /_local_aws/downloads/<name>?expires=<seconds>&signature=<hex>. Who has the link has the file.
"""

import hashlib
import hmac
import re
import time
from pathlib import Path

from local_aws.context import Platform
from local_aws.wire.http import HttpRequest, HttpResponse

PATH = "/_local_aws/downloads/"
SECONDS = 300
NAME = re.compile(r"[A-Za-z0-9_-]+\.[a-z]+")


def folder(platform: Platform) -> Path:
    """Where the files are. Their names are `NAME`."""
    path = platform.data_dir / "state" / "downloads"
    path.mkdir(parents=True, exist_ok=True)
    return path


def link(platform: Platform, name: str, seconds: int = SECONDS) -> str:
    """The address of a file of the folder, good for so many seconds."""
    expires = str(int(time.time()) + seconds)
    query = f"expires={expires}&signature={_signature(platform, name, expires)}"
    return f"{platform.endpoint_url}{PATH}{name}?{query}"


def answer(platform: Platform, request: HttpRequest) -> HttpResponse | None:
    """The file, or why not; None where the path is not of downloads."""
    if not request.raw_path.startswith(PATH):
        return None
    name = request.raw_path.removeprefix(PATH)
    query = dict(request.query)
    expires, given = query.get("expires", ""), query.get("signature", "")
    signed = hmac.compare_digest(given.encode(), _signature(platform, name, expires).encode())
    if request.method != "GET" or not NAME.fullmatch(name) or not signed:
        return _text(403, "The link is not one of this server's.")
    if int(expires) < time.time():
        return _text(403, "The link has expired: describe the job again for a new one.")
    try:
        body = (folder(platform) / name).read_bytes()
    except FileNotFoundError:
        return _text(404, "The file is gone.")
    return HttpResponse(200, {"content-type": "application/octet-stream"}, body)


def _signature(platform: Platform, name: str, expires: str) -> str:
    key = platform.credentials.secret_key.encode()
    return hmac.new(key, f"download\n{name}\n{expires}".encode(), hashlib.sha256).hexdigest()


def _text(status: int, words: str) -> HttpResponse:
    return HttpResponse(status, {"content-type": "text/plain; charset=utf-8"}, words.encode())
