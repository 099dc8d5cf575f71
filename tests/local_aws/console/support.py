"""A browser without a window: it keeps cookies and follows nothing by itself."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import httpx
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from tests.conftest import ACCESS_KEY, SECRET_KEY, LocalServer

HTML = {"accept": "text/html,application/xhtml+xml"}
HOSTILE = "<script>document.title='owned'</script>"


def ask_link(
    server: LocalServer,
    path: Any = "/_console/",
    secret: str = SECRET_KEY,
    more: dict[str, Any] | None = None,
) -> httpx.Response:
    """What a signed request for a link is answered."""
    address = f"{server.endpoint}/_local_aws/console-link"
    request = AWSRequest("POST", address, data=json.dumps({"next": path} | (more or {})))
    SigV4Auth(Credentials(ACCESS_KEY, secret), "local_aws", "us-east-1").add_auth(request)
    return httpx.post(address, content=request.data, headers=dict(request.headers))


def link(server: LocalServer, path: str = "/_console/") -> str:
    return str(ask_link(server, path).json()["url"])


def stranger(server: LocalServer) -> httpx.Client:
    """A browser that came without a link."""
    return httpx.Client(base_url=server.endpoint, headers=HTML, timeout=60)


@contextmanager
def visitor(server: LocalServer) -> Iterator[httpx.Client]:
    """A browser with a session."""
    with stranger(server) as browser:
        assert browser.get(link(server)).status_code == 200
        yield browser


def show(browser: httpx.Client, page: str, **query: Any) -> str:
    """A page's HTML."""
    answer = browser.get(f"/_console/{page}", params=query)
    assert answer.status_code == 200, answer.text
    return answer.text
