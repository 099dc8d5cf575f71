"""One-time links to local_aws's pages, which are closed to a browser that came without one."""

import json
import os
import sys
import webbrowser

import boto3
import httpx
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest

HOME = "/_console/"
DASHBOARDS = "/quicksight/dashboards"


class LinkRefused(Exception):
    """local_aws made no link; the message is its own."""


def link(
    path: str = HOME,
    reader: str = "",
    *,
    endpoint: str | None = None,
    session: boto3.Session | None = None,
) -> str:
    """An address that opens the page once, within ten minutes. Raises LinkRefused.

    With a reader, a registered user of QuickSight, the session that it opens sees dashboards as
    that user does, and nothing else.

    The environment says which local_aws, and holds the key that signs, where they are not given.
    """
    address = (endpoint or os.environ["AWS_ENDPOINT_URL"]) + "/_local_aws/console-link"
    headers = {"Content-Type": "application/json"}
    asked = {"next": path} | ({"reader": reader} if reader else {})
    request = AWSRequest("POST", address, data=json.dumps(asked), headers=headers)
    session = session or boto3.Session()
    credentials = session.get_credentials()
    if credentials is None:
        raise LinkRefused("There is no key to sign with: local_aws keeps it in its data folder.")
    SigV4Auth(credentials, "local_aws", session.region_name).add_auth(request)
    answer = httpx.post(address, content=request.data, headers=dict(request.headers), timeout=10)
    if not answer.is_success:
        raise LinkRefused(answer.json().get("message", answer.text))
    return str(answer.json()["url"])


def show(address: str) -> bool:
    """Open the address where somebody looks on and a browser has a window; whether it did."""
    windows = sys.platform == "darwin" or any(
        os.environ.get(name) for name in ("DISPLAY", "WAYLAND_DISPLAY")
    )
    return windows and sys.stdout.isatty() and webbrowser.open(address)
