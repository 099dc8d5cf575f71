"""What a page answers with, and the headers that keep a browser from doing more than show it."""

import secrets
from dataclasses import dataclass, field
from typing import Any

from local_aws.console.render import render

SECURITY = {
    "x-frame-options": "DENY",
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "cross-origin-resource-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
    "cache-control": "no-store",
}
# Objects of S3 come from this origin too, so 'self' would trust what anybody uploaded: scripts and
# styles are those that carry the page's own nonce.
POLICY = (
    "default-src 'none'; script-src 'nonce-{nonce}'; style-src 'nonce-{nonce}'; "
    "img-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; "
    "frame-ancestors 'none'"
)
SANDBOX = "sandbox; default-src 'none'; frame-ancestors 'none'"


@dataclass(frozen=True)
class FileBody:
    """An open file to be sent; whoever sends it closes it."""

    descriptor: int
    size: int


@dataclass
class Answer:
    """Status, headers and a body: bytes, or a file that is streamed."""

    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""
    file: FileBody | None = None


class NotThere(Exception):
    """The address names something that this lake does not have."""


def page(template: str, status: int = 200, **values: Any) -> Answer:
    """A rendered template."""
    nonce = secrets.token_urlsafe(16)
    body = render(template, nonce=nonce, **values).encode(errors="replace")
    headers = {
        "content-type": "text/html; charset=utf-8",
        "content-security-policy": POLICY.format(nonce=nonce),
    }
    return Answer(status, headers, body)


def text(status: int, words: str, **headers: str) -> Answer:
    """A line of plain text, for what is no browser's page."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    kind = {"content-type": "text/plain; charset=utf-8", "content-security-policy": SANDBOX}
    return Answer(status, kind | named, f"{words}\n".encode())


def redirect(path: str, **headers: str) -> Answer:
    """To another page of ours."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Answer(303, {"location": path, "content-security-policy": SANDBOX} | named)
