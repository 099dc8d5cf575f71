"""Requests that nobody wrote: never a 500, never a hang, never a traceback, nothing changed.

A hundred examples of each here; `--hypothesis-profile=deep` takes 3,000 and twenty minutes, with
HYPOTHESIS_DEEP=1 so that no time-out ends it.
"""

import json
import os
import re
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from local_aws.fidelity import APIS, operations
from local_aws.services.s3.api import OBJECT, ROUTES
from local_aws.services.s3.http.chunked import KINDS
from local_aws.wire.models import method_name, operation_model, service_model
from tests.conftest import LocalServer
from tests.local_aws.closed.client import Answer, Connection, Signer, raw

pytestmark = pytest.mark.timeout(0 if os.environ.get("HYPOTHESIS_DEEP") else 300)
fuzz = settings(deadline=None, suppress_health_check=list(HealthCheck))

BUCKET = f"fuzz-{uuid.uuid4().hex[:12]}"
METHODS = ("GET", "HEAD", "PUT", "POST", "DELETE", "OPTIONS", "PATCH", "TRACE")
FRAGMENTS = (
    b"GET ", b"PUT ", b"POST ", b"HEAD ", b"OPTIONS ", b"/", b"/b/k", b"..", b"%00", b"%2e%2e",
    b"%c0%ae", b"%", b"?", b"&", b"=", b"#", b"\\", b"//", b" HTTP/1.1", b" HTTP/1.0", b"\r\n",
    b"\n", b"\r", b"Host: localhost\r\n", b"Host: 127.0.0.1\r\n", b"Content-Length: ", b"0", b"5",
    b"99999999", b"-1", b"Transfer-Encoding: chunked\r\n", b"Connection: close\r\n",
    b"Connection: upgrade\r\n", b"Upgrade: websocket\r\n", b"Expect: 100-continue\r\n",
    b"Authorization: AWS4-HMAC-SHA256 Credential=", b"LAKETESTACCESSKEY/20260101/us-east-1/s3/",
    b"aws4_request, SignedHeaders=host;x-amz-date, Signature=", b"X-Amz-Target: AWSGlue.GetTables",
    b"x-amz-date: 20260101T000000Z\r\n", b"Content-Type: application/json\r\n", b"\r\n\r\n", b":",
    b"5\r\nhello\r\n", b"0\r\n\r\n", b"Origin: null\r\n", b"/_local_aws/health", b"/quicksight/",
)  # fmt: skip
FRAGMENTED = st.lists(
    st.one_of(st.sampled_from(FRAGMENTS), st.sampled_from(FRAGMENTS), st.binary(max_size=4)),
    max_size=30,
).map(b"".join)
REQUESTS = st.one_of(
    st.binary(max_size=300),
    FRAGMENTED,
    FRAGMENTED.map(lambda rest: b"GET /" + rest),
    FRAGMENTED.map(lambda rest: b"GET /a%20b?c=d HTTP/1.1\r\nHost: localhost\r\n" + rest),
    FRAGMENTED.map(lambda rest: b"POST / HTTP/1.1\r\nHost: localhost\r\n" + rest + b"\r\n\r\n"),
)
SECTIONS = st.sampled_from(
    ["", "k", "..", ".", "a/b", "a//b", "%00", "%2e%2e", "%2F", "%c0%ae", "%ff", "%", "%zz",
     "a%0ab", "%E0%A4%A", "ü".encode().hex(), "~v", ".~k", "~", "*", "a" * 1100, "%F0%9F%98%80",
     "\\", "+", "a%20b", ";", ":", "@", "null", "%ED%A0%80",
     "x.parquet", "..%2f..%2fetc", "'", '%22', "%3C"]
)  # fmt: skip
VALUES = st.one_of(
    st.sampled_from(
        ["", "0", "1", "-1", "10001", "99999999999999999999999", "1e3", "²", "null", "true",
         "bytes=0-0", "bytes=-1", "bytes=5-1", "bytes=0-99999999999999999999", "bytes=a-b", "*",
         "Mon, 01 Jan 2026 00:00:00 GMT", "Mon, 01 Jan 0001 00:00:00 GMT", "2026-01-01T00:00:00Z",
         '"etag"', "AAAAAA==", "Enabled", "COPY", "REPLACE", "url", "2", f"/{BUCKET}/k",
         f"{BUCKET}/%",
         "aws:kms", "AES256", "a=b&c=d", "=", "CRC32", "CRC64NVME", "SHA256", "COMPOSITE",
         "FULL_OBJECT", "private", "public-read", "123456789012", "GLACIER", "x" * 3000,
         "STANDARD", "=?utf-8?q?a?=", "%00", "%ff"]
    ),
    st.text(st.characters(min_codepoint=32, max_codepoint=255, exclude_characters="\x7f"),
            max_size=12),
)  # fmt: skip


def _names(location: str) -> list[str]:
    """The names of S3's headers or query parameters, as its model has them."""
    model = service_model("s3")
    found = {
        member.serialization["name"]
        for name in model.operation_names
        if (shape := model.operation_model(name).input_shape) is not None
        for member in shape.members.values()
        if member.serialization.get("location") == location
    }
    return sorted(found)


WORDS = sorted({word for route in ROUTES for word in route.words})
SHAPES = st.sampled_from(
    [(route.method, route.target == OBJECT, route.words, route.header) for route in ROUTES]
)
HEADERS = sorted({name.lower() for name in _names("header")} - {"content-length"})
QUERIES = st.dictionaries(
    st.sampled_from([*WORDS, *_names("querystring"), "x-id", "acl", "torrent"]), VALUES, max_size=4
)
GIVEN = st.dictionaries(
    st.sampled_from([*HEADERS, "x-amz-meta-a", "x-amz-trailer", "x-amz-decoded-content-length",
                     "range", "content-encoding", "if-match", "origin"]),
    VALUES.map(lambda text: text.strip()), max_size=4,
)  # fmt: skip
DOCUMENTS = (
    "<Tagging><TagSet><Tag><Key>a</Key><Value>b</Value></Tag></TagSet></Tagging>",
    "<Delete><Quiet>true</Quiet><Object><Key>k</Key><VersionId>null</VersionId></Object></Delete>",
    "<CompleteMultipartUpload><Part><PartNumber>1</PartNumber><ETag>e</ETag>"
    "<ChecksumCRC32>AAAAAA==</ChecksumCRC32></Part></CompleteMultipartUpload>",
    "<CreateBucketConfiguration><LocationConstraint>eu-west-1</LocationConstraint>"
    "</CreateBucketConfiguration>",
    "<VersioningConfiguration><Status>Enabled</Status></VersioningConfiguration>",
    "<ServerSideEncryptionConfiguration><Rule><ApplyServerSideEncryptionByDefault><SSEAlgorithm>"
    "aws:kms</SSEAlgorithm><KMSMasterKeyID>k</KMSMasterKeyID></ApplyServerSideEncryptionByDefault>"
    "</Rule></ServerSideEncryptionConfiguration>",
    "<LifecycleConfiguration><Rule><ID>a</ID><Filter><Prefix>p</Prefix></Filter><Status>Enabled"
    "</Status><Expiration><Days>1</Days><Date>2026-01-01T00:00:00Z</Date></Expiration>"
    "<AbortIncompleteMultipartUpload><DaysAfterInitiation>1</DaysAfterInitiation>"
    "</AbortIncompleteMultipartUpload></Rule></LifecycleConfiguration>",
    "<PublicAccessBlockConfiguration><BlockPublicAcls>true</BlockPublicAcls>"
    "</PublicAccessBlockConfiguration>",
    "<OwnershipControls><Rule><ObjectOwnership>ObjectWriter</ObjectOwnership></Rule>"
    "</OwnershipControls>",
    "<NotificationConfiguration><TopicConfiguration><Id>a</Id><Topic>arn:aws:sns:us-east-1:"
    "123456789012:t</Topic><Event>s3:ObjectCreated:*</Event><Filter><S3Key><FilterRule><Name>"
    "prefix</Name><Value>a</Value></FilterRule></S3Key></Filter></TopicConfiguration>"
    "<EventBridgeConfiguration/></NotificationConfiguration>",
    "<AccessControlPolicy><Owner><ID>a</ID></Owner><AccessControlList><Grant><Grantee><ID>a</ID>"
    "</Grantee><Permission>READ</Permission></Grant></AccessControlList></AccessControlPolicy>",
    '{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": "*", "Action": '
    '"s3:GetObject", "Resource": "arn:aws:s3:::b/*", "Condition": {"Bool": {"a": "true"}}}]}',
)
SUBRESOURCES = (
    "tagging", "delete", "uploadId=u", "versioning", "encryption", "lifecycle", "publicAccessBlock",
    "ownershipControls", "notification", "acl", "policy", "cors", "website", "logging", "restore",
    "select&select-type=2", "object-lock", "replication", "accelerate", "requestPayment", "uploads",
)  # fmt: skip


NOISE = (
    "<", "<a>", "</a>", "&#0;", "&lt;", "&a;", "<!DOCTYPE a>", "<![CDATA[a]]>", "<?x?>", "]]>",
    "<Rule/>", "<Tag/>", "<Part/>", "<Object/>", "<Key/>", "{", "[" * 3000, "<a>" * 500,
)  # fmt: skip


@st.composite
def documents(draw: st.DrawFn) -> bytes:
    """A document with some of its elements or texts gone, doubled, swapped or filled with noise."""
    pieces = re.findall(r"<[^>]+>|[^<]+", draw(st.sampled_from(DOCUMENTS)))
    noise = st.one_of(VALUES, st.text(max_size=5), st.sampled_from(NOISE))
    for _ in range(draw(st.integers(0, 3))):
        place = draw(st.integers(0, len(pieces) - 1))
        change = draw(st.sampled_from(("drop", "double", "replace", "insert")))
        with_noise = [draw(noise)]
        kept = pieces[place : place + 1]
        new = {"drop": [], "double": kept * 2, "replace": with_noise, "insert": with_noise + kept}
        pieces[place : place + 1] = new[change]
        pieces = pieces or [""]
    encoding = draw(st.sampled_from(("utf-8", "utf-8", "utf-8", "utf-16", "latin-1", "utf-7")))
    return "".join(pieces).encode(encoding, "replace")


@st.composite
def chunked_bodies(draw: st.DrawFn) -> bytes:
    """aws-chunked pieces, most of them wrong."""
    line = st.sampled_from(
        [b"5", b"0", b"a", b"-1", b"ffffffffffffffff", b"5;chunk-signature=", b"+5", b"0x5", b"",
         b"0;chunk-signature=" + b"a" * 64, b"hello", b"x-amz-checksum-crc32:AAAAAA==",
         b"x-amz-checksum-crc32c:", b"x-amz-trailer-signature:a", b":", b"\xff", b"a" * 20_000]
    )  # fmt: skip
    lines = draw(st.lists(line, max_size=8))
    if draw(st.booleans()):
        lines = [b"5", b"hello", *lines]
    return b"\r\n".join(lines) + draw(st.sampled_from((b"", b"\r\n", b"\r\n\r\n")))


LENGTHS = ("5", "5", "", "-1", "a", "0")
TRAILERS = (
    "", "x-amz-checksum-crc32", "x-amz-checksum-crc32c", "x-amz-checksum-", "x",
    "x-amz-checksum-crc32,x", "x-amz-checksum-crc32,x-amz-checksum-crc32",
)  # fmt: skip

JSON = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=8), VALUES,
              st.sampled_from([10**30, -(10**30), 1e308, 2**63, "9" * 400])),
    lambda inner: st.one_of(st.lists(inner, max_size=3),
                            st.dictionaries(st.text(max_size=4), inner, max_size=3)),
    max_leaves=6,
)  # fmt: skip


NAMES = st.sampled_from(
    ["a", "b", "lake", "default", "123456789012", "us-east-1", f"s3://{BUCKET}/k"]
)


def shaped(shape: Any, depth: int = 4, noise: bool = True) -> st.SearchStrategy[Any]:
    """Values that are what the model says; with noise, now and then anything else."""
    if depth == 0:
        return JSON
    right = _right(shape, depth, noise)
    return st.one_of(*[right] * 9, JSON) if noise else right


def _right(shape: Any, depth: int, noise: bool) -> st.SearchStrategy[Any]:
    kind = shape.type_name

    def inner(member: Any) -> st.SearchStrategy[Any]:
        return st.deferred(lambda: shaped(member, depth - 1, noise))

    if kind == "structure":
        members = {name: inner(member) for name, member in shape.members.items()}
        needed = {name: members.pop(name) for name in shape.required_members}
        optional = {} if depth == 1 else members
        return st.fixed_dictionaries(needed, optional=optional)
    if kind == "list":
        return st.lists(inner(shape.member), max_size=2)
    if kind == "map":
        return st.dictionaries(st.text(max_size=4), inner(shape.value), max_size=2)
    if kind == "string":
        return st.sampled_from(shape.enum) if shape.enum else st.one_of(NAMES, st.text(max_size=8))
    if kind == "boolean":
        return st.booleans()
    if kind in ("integer", "long", "timestamp", "float", "double"):
        return st.one_of(st.integers(0, 100), st.integers(-(2**66), 2**66))
    return st.text(max_size=8)


class Log:
    """What the server has written since."""

    def __init__(self, server: LocalServer) -> None:
        self._path = server.data.parent / f"{server.data.name}.log"
        self._start = self._path.stat().st_size

    def tracebacks(self) -> str:
        with self._path.open("rb") as file:
            file.seek(self._start)
            text = file.read().decode("utf-8", "replace")
        place = text.find("Traceback")
        return text[max(0, place - 300) : place + 3000] if place >= 0 else ""


@pytest.fixture
def sound(aws: LocalServer, target: str) -> Iterator[Signer]:
    """A signer with a bucket to spoil; afterwards the log has no traceback."""
    signer = Signer(aws.port)
    signer.ask("PUT", f"/{BUCKET}")
    signer.ask("PUT", f"/{BUCKET}/k", b"content")
    log = Log(aws)
    yield signer
    assert log.tracebacks() == ""


def check(answer: Answer, said: Any = "") -> None:
    assert answer.status != 500, (said, answer.body[:500])
    assert answer.status == 0 or 200 <= answer.status < 600


def send(signer: Signer, data: bytes) -> Answer:
    """The answer, the request being all that is sent: a body that is too short ends here."""
    with Connection(signer.port) as connection:
        connection.send(data)
        connection.socket.shutdown(1)
        return connection.answer(head=data.startswith(b"HEAD "))


@fuzz
@given(data=REQUESTS)
def test_any_bytes(sound: Signer, data: bytes) -> None:
    with Connection(sound.port) as connection:
        connection.send(data)
        connection.socket.shutdown(1)
        while (answer := connection.answer(head=data.startswith(b"HEAD"))).status:
            check(answer)


@fuzz
@given(shape=SHAPES, other=st.sampled_from((None,) * 9 + METHODS),
       sections=st.lists(SECTIONS, min_size=1, max_size=3), query=QUERIES, given_headers=GIVEN,
       value=VALUES, body=st.one_of(st.just(b""), documents(), st.binary(max_size=20)))  # fmt: skip
def test_signed_requests_to_s3(
    sound: Signer,
    shape: tuple[str, bool, tuple[str, ...], str],
    other: str | None,
    sections: list[str],
    query: dict[str, str],
    given_headers: dict[str, str],
    value: str,
    body: bytes,
) -> None:
    """The shape of an operation of ours, with what else it may carry."""
    method, of_object, words, header = shape
    path = "/".join(["", BUCKET, *sections]) if of_object else f"/{BUCKET}"
    query = query | dict.fromkeys(words, value)
    target = f"{path}?" + "&".join(f"{name}={quote(text)}" for name, text in query.items())
    headers = given_headers | ({header: value.strip()} if header else {})
    signed = sound.signed_headers(other or method, target, headers, body)
    check(send(sound, raw(other or method, target, list(signed.items()), body)))


@fuzz
@given(word=st.sampled_from(SUBRESOURCES), method=st.sampled_from(("PUT", "PUT", "PUT", "POST")),
       key=st.sampled_from(("", "", "/k", "/new")), body=documents())  # fmt: skip
def test_documents_of_s3(sound: Signer, word: str, method: str, key: str, body: bytes) -> None:
    if word in ("delete", "uploadId=u", "select&select-type=2", "restore", "uploads"):
        method = "POST"
    check(send(sound, sound.request(method, f"/{BUCKET}{key}?{word}", body)), (word, body))


@fuzz
@given(body=chunked_bodies(), kind=st.sampled_from(KINDS), length=st.sampled_from(LENGTHS),
       trailer=st.sampled_from(TRAILERS))  # fmt: skip
def test_chunked_bodies(sound: Signer, body: bytes, kind: str, trailer: str, length: str) -> None:
    headers = {"content-encoding": "aws-chunked", "x-amz-decoded-content-length": length}
    if trailer:
        headers["x-amz-trailer"] = trailer
    signed = sound.signed_headers("PUT", f"/{BUCKET}/chunked", headers, b"", kind)
    check(send(sound, raw("PUT", f"/{BUCKET}/chunked", list(signed.items()), body)))


@fuzz
@given(edits=st.lists(st.tuples(st.integers(0, 700), st.integers(0, 2), st.binary(max_size=3)),
                      min_size=1, max_size=2),
       method=st.sampled_from(("PUT", "DELETE", "POST")))  # fmt: skip
def test_wrongly_signed_bytes_change_nothing(
    sound: Signer, target: str, edits: list[tuple[int, int, bytes]], method: str
) -> None:
    """`target` compares the object and its bucket afterwards."""
    forger = Signer(sound.port, secret="guessed")
    query = "?delete" if method == "POST" else ""
    path = target.rpartition("/")[0] if query else target
    body = b"<Delete><Object><Key>kept</Key></Object></Delete>"
    data = forger.request(method, path + query, body)
    for place, gone, new in edits:
        data = data[:place] + new + data[place + gone :]
    answer = send(sound, data)
    check(answer, data)
    # A request that is not signed at all is anybody's: DeleteObjects then refuses key by key.
    refused = answer.status >= 300 or b"<Code>AccessDenied</Code>" in answer.body
    assert answer.status == 0 or refused, data
    assert b"<Deleted>" not in answer.body, data


PARTS = st.one_of(VALUES, st.text(max_size=6))


@fuzz
@given(credential=PARTS, signed=PARTS, signature=PARTS, date=PARTS, expires=PARTS,
       names=st.sets(st.sampled_from(["X-Amz-Algorithm", "X-Amz-Credential", "X-Amz-Date",
                                      "X-Amz-Expires", "X-Amz-SignedHeaders", "X-Amz-Signature"])),
       service=st.sampled_from(["s3", "glue", "sts", "no"]))  # fmt: skip
def test_presigned_queries(
    sound: Signer,
    credential: str,
    signed: str,
    signature: str,
    date: str,
    expires: str,
    names: set[str],
    service: str,
) -> None:
    """Each parameter right or wrong by itself: most are only looked at once others are right."""
    right = Signer(sound.port, service=service)
    spoilt = {
        "X-Amz-Algorithm": "AWS4-HMAC-SHA256",
        "X-Amz-Credential": credential,
        "X-Amz-Date": date,
        "X-Amz-Expires": expires,
        "X-Amz-SignedHeaders": signed,
        "X-Amz-Signature": signature,
    }
    path, _, query = right.presigned("GET", f"/{BUCKET}/k").partition("?")
    pairs = [pair.partition("=")[::2] for pair in query.split("&")]
    changed = [(name, quote(spoilt[name]) if name in names else value) for name, value in pairs]
    found = "&".join(f"{name}={value}" for name, value in changed)
    check(send(sound, raw("GET", f"{path}?{found}", [("host", right.host)])))


OPERATIONS = sorted(
    (service, name)
    for service in APIS
    for name in operations(service)
    if name not in ("StartJobRun", "StartCrawler", "StartQueryExecution")  # they start processes
)


@fuzz
@given(data=st.data())
def test_json_services(sound: Signer, data: st.DataObject) -> None:
    service, name = data.draw(st.sampled_from(OPERATIONS))
    operation = operation_model(service, name)
    assert operation is not None, method_name(name)
    shape = operation.input_shape
    noise = data.draw(st.booleans())
    given_body = data.draw(shaped(shape, noise=noise)) if shape is not None else {}
    body = json.dumps(given_body).encode()
    signer = Signer(sound.port, service=service)
    target, method, headers = "/", "POST", {"content-type": "application/x-amz-json-1.1"}
    if "targetPrefix" in service_model(service).metadata:
        headers["x-amz-target"] = f"{service_model(service).metadata['targetPrefix']}.{name}"
    else:
        template = operation.http["requestUri"]
        target = re.sub(r"\{\w+\+?\}", lambda _: data.draw(SECTIONS) or "x", template)
        method = operation.http["method"]
    signed = signer.signed_headers(method, target, headers, body)
    check(send(sound, raw(method, target, list(signed.items()), body)), (service, name, body))


@fuzz
@given(body=st.one_of(st.binary(max_size=60), JSON.map(lambda value: json.dumps(value).encode()),
                      st.integers(90, 3000).map(lambda depth: b'{"A":' * depth),
                      st.integers(90, 3000).map(lambda d: b'{"A":' * d + b"1" + b"}" * d)),
       encoding=st.sampled_from(["", "gzip", "deflate"]))  # fmt: skip
def test_bodies_that_are_no_json(sound: Signer, body: bytes, encoding: str) -> None:
    glue = Signer(sound.port, service="glue")
    headers = {"x-amz-target": "AWSGlue.GetDatabase"} | (
        {"content-encoding": encoding} if encoding else {}
    )
    signed = glue.signed_headers("POST", "/", headers, body)
    check(send(sound, raw("POST", "/", list(signed.items()), body)), body)


def test_the_log_is_read(tmp_path: Path) -> None:
    """The property of every test above can fail."""
    (tmp_path / "d.log").write_text("before Traceback\n")
    log = Log(LocalServer(None, tmp_path / "d", 0))  # type: ignore[arg-type]
    assert log.tracebacks() == ""
    with (tmp_path / "d.log").open("a") as file:
        file.write("x\nTraceback (most recent call last)\n")
    assert "Traceback" in log.tracebacks()
