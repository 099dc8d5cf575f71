"""Whatever a body is, a form is read or refused in AWS's words: never anything else."""

from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from local_aws.context import Credentials, Platform
from local_aws.services.s3.backend import Backend
from local_aws.services.s3.errors import S3Error
from local_aws.services.s3.http.forms import Form
from local_aws.services.s3.http.request import S3Request
from local_aws.services.s3.model import S3Store

MARK = b"--b"
PIECES = st.sampled_from(
    [
        MARK,
        b"\r\n",
        b"--",
        b"\n",
        b":",
        b"Content-Disposition: form-data",
        b'Content-Disposition: form-data; name="key"',
        b'Content-Disposition: form-data; name="file"; filename="\xff"',
        b'Content-Disposition: form-data; name="file"',
        b'; name="',
        b"\xff\x00",
        b"x" * 5000,
    ]
)


@pytest.fixture(scope="module")
def backend(tmp_path_factory: pytest.TempPathFactory) -> Backend:
    platform = Platform(tmp_path_factory.mktemp("forms"), 0, Credentials("key", "secret"))
    platform.s3 = S3Store(platform)
    found = Backend.of(platform)
    found.store.create_bucket("lake")
    return found


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(pieces=st.lists(PIECES | st.binary(max_size=20), max_size=30), started=st.booleans())
def test_any_body(backend: Backend, pieces: list[bytes], started: bool) -> None:
    refused = feed(backend, [MARK + b"\r\n"] * started + pieces)
    assert isinstance(refused, S3Error)
    assert 400 <= refused.status < 500


@settings(max_examples=100, deadline=None)
@given(kind=st.text(max_size=40).map(lambda text: f"multipart/form-data; boundary={text}"))
def test_any_content_type(backend: Backend, kind: str) -> None:
    refused = feed(backend, [b"x"], kind.encode("latin-1", "replace").decode("latin-1"))
    assert isinstance(refused, S3Error)


def feed(
    backend: Backend, pieces: list[bytes], kind: str = "multipart/form-data; boundary=b"
) -> Any:
    request = S3Request("POST", "lake", "", {}, {"content-type": kind}, "/lake")
    incoming = backend.store.incoming()
    try:
        form = Form(backend, request, incoming)
        form.feed(pieces)
        form.finish()
    except S3Error as error:
        return error
    finally:
        incoming.discard()
    return None


def test_nothing_is_left_behind(backend: Backend) -> None:
    feed(backend, [MARK])
    assert list(Path(backend.store.scratch).glob("s3-*")) == []
