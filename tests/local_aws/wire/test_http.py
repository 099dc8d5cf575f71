"""Bodies: packed, too large, and not what they say."""

import gzip

import pytest

from local_aws.errors import SerializationError
from local_aws.wire.http import MAX_BODY, HttpRequest, RequestTooLarge, json_body


def packed(body: bytes) -> HttpRequest:
    return HttpRequest("POST", "/", [], {"content-encoding": "gzip"}, gzip.compress(body))


def plain(body: bytes) -> HttpRequest:
    return HttpRequest("POST", "/", [], {}, body)


def test_a_packed_body_is_unpacked() -> None:
    assert json_body(packed(b'{"a": 1}')) == {"a": 1}


def test_a_small_body_does_not_unpack_into_all_memory() -> None:
    with pytest.raises(RequestTooLarge):
        json_body(packed(b" " * (MAX_BODY + 1)))


@pytest.mark.parametrize("text", [b'{"Name": "\\ud800"}', b'{"\\uDFFF": 1}'])
def test_half_a_character_is_refused(text: bytes) -> None:
    with pytest.raises(SerializationError):
        json_body(plain(text))


def test_a_whole_pair_is_one_character() -> None:
    assert json_body(plain(b'{"a": "\\ud83d\\ude00"}')) == {"a": "\U0001f600"}
