"""Signature Version 4 as AWS checks it: what is forged, foreign, stale or ambiguous is refused."""

import base64
import datetime as dt
import hashlib
import zlib
from email.utils import format_datetime

import pytest
from botocore.config import Config

from local_aws.services.s3.http.chunked import SIGNED, SIGNED_TRAILER, UNSIGNED_TRAILER
from tests.conftest import LocalServer
from tests.local_aws.closed.client import Answer, Signer, ask, hashed, raw
from tests.local_aws.closed.conftest import BODY

EMPTY = hashlib.sha256(b"").hexdigest()


def now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)


def refusal(answer: Answer) -> tuple[int, str]:
    return answer.status, answer.code


def without(headers: dict[str, str], *names: str) -> list[tuple[str, str]]:
    return [(name, value) for name, value in headers.items() if name not in names]


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"secret": "guessed"}, (403, "SignatureDoesNotMatch")),
        ({"access_key": "SOMEBODY"}, (403, "InvalidAccessKeyId")),
        ({"region": "eu-west-1"}, (400, "AuthorizationHeaderMalformed")),
        ({"when": now() - dt.timedelta(minutes=16)}, (403, "RequestTimeTooSkewed")),
        ({"when": now() + dt.timedelta(hours=6)}, (403, "RequestTimeTooSkewed")),
        ({"when": dt.datetime(1, 1, 1, tzinfo=dt.UTC)}, (400, "AuthorizationHeaderMalformed")),
        ({"when": dt.datetime(9999, 12, 31, tzinfo=dt.UTC)}, (403, "RequestTimeTooSkewed")),
    ],
)
def test_a_signature_of_another(
    signer: Signer, target: str, changes: dict[str, object], expected: tuple[int, str]
) -> None:
    forger = Signer(signer.port, **changes)  # type: ignore[arg-type]
    assert refusal(forger.ask("DELETE", target)) == expected


@pytest.mark.parametrize("minutes", [-14, 14])
def test_a_clock_a_little_off_is_fine(signer: Signer, target: str, minutes: int) -> None:
    signer.when = now() + dt.timedelta(minutes=minutes)
    assert signer.ask("GET", target).status == 200


def test_the_right_region_is_told(signer: Signer, target: str) -> None:
    signer.region = "eu-west-1"
    assert b"<Region>us-east-1</Region>" in signer.ask("GET", target).body


def test_boto3_finds_the_region_that_it_is_told(aws: LocalServer, target: str) -> None:
    _, bucket, key = target.split("/")
    elsewhere = aws.client("s3", region_name="eu-west-1")
    assert elsewhere.get_object(Bucket=bucket, Key=key)["Body"].read() == BODY


@pytest.mark.parametrize("service", ["glue", "sts", "sqs", "ec2", ""])
def test_a_signature_for_another_service_does_not_open_s3(
    signer: Signer, target: str, service: str
) -> None:
    other = Signer(signer.port, service=service)
    other_key = other.ask("DELETE", target)
    assert other_key.status >= 400
    replayed = other.request("DELETE", target).replace(f"/{service}/aws4".encode(), b"/s3/aws4")
    assert refusal(ask(signer.port, replayed)) == (403, "SignatureDoesNotMatch")


def test_a_header_that_was_added_on_the_way_is_refused(signer: Signer, target: str) -> None:
    headers = signer.signed_headers("PUT", target, {}, b"new")
    added = [*headers.items(), ("x-amz-acl", "public-read")]
    answer = ask(signer.port, raw("PUT", target, added, b"new"))
    assert refusal(answer) == (403, "AccessDenied")
    assert b"<HeadersNotSigned>x-amz-acl</HeadersNotSigned>" in answer.body


@pytest.mark.parametrize("name", ["x-amz-copy-source", "x-amz-tagging", "x-amz-meta-a"])
def test_a_presigned_url_takes_no_further_amz_header(
    signer: Signer, target: str, name: str
) -> None:
    url = signer.presigned("PUT", target)
    headers = [("host", signer.host), (name, "/a/b")]
    assert refusal(ask(signer.port, raw("PUT", url, headers))) == (403, "AccessDenied")


@pytest.mark.parametrize(
    ("name", "sent"),
    [("x-amz-date", "20260101T000000Z"), ("x-amz-content-sha256", "UNSIGNED-PAYLOAD"),
     ("host", "localhost"), ("x-amz-meta-a", "other")],
)  # fmt: skip
def test_a_signed_header_that_was_changed_is_refused(
    signer: Signer, target: str, name: str, sent: str
) -> None:
    headers = signer.signed_headers("PUT", target, {"x-amz-meta-a": "one"}, b"new")
    data = raw("PUT", target, list((headers | {name: sent}).items()), b"new")
    assert ask(signer.port, data).status in (400, 403)


def test_spaces_and_case_of_headers_do_not_count(signer: Signer, target: str) -> None:
    headers = signer.signed_headers("GET", target, {"x-amz-meta-a": "b  c"}, b"")
    changed = [(name.upper(), f"   {value}  ") for name, value in headers.items()]
    changed = [(n, v.replace("b  c", "b    c")) for n, v in changed]
    assert ask(signer.port, raw("GET", target, changed)).status == 200


@pytest.mark.parametrize(
    "query",
    ["a=b+c", "a=b%20c", "a=", "a", "a=1&a=2", "a=2&a=1", "b=&a=%26%3D", "%C3%BC=%2F", "a=%2B"],
)
def test_a_query_is_read_as_it_was_signed(signer: Signer, target: str, query: str) -> None:
    assert signer.ask("GET", f"{target}?{query}").status == 200


@pytest.mark.parametrize("query", ["a=1&a=2", "uploads", "versionId=1", "a=%2B"])
def test_a_query_that_was_changed_is_refused(signer: Signer, target: str, query: str) -> None:
    headers = signer.signed_headers("GET", f"{target}?a=1", {}, b"")
    answer = ask(signer.port, raw("GET", f"{target}?{query}", list(headers.items())))
    assert refusal(answer) == (403, "SignatureDoesNotMatch")


@pytest.mark.parametrize("path", ["..%2fkept", "%2e%2e/kept", "x/../kept", "./kept", "/kept"])
def test_a_path_that_was_changed_is_refused(signer: Signer, target: str, path: str) -> None:
    headers = signer.signed_headers("GET", target, {}, b"")
    changed = target.replace("kept", path)
    answer = ask(signer.port, raw("GET", changed, list(headers.items())))
    assert refusal(answer) == (403, "SignatureDoesNotMatch")


def test_the_date_header_counts_where_there_is_no_other(signer: Signer, target: str) -> None:
    moment = now().replace(microsecond=0)
    signer.when = moment
    signed = {
        "date": format_datetime(moment, usegmt=True),
        "host": signer.host,
        "x-amz-content-sha256": EMPTY,
    }
    canonical = signer.canonical("GET", target, signed, EMPTY)
    stamp = signer.timestamp
    authorization = (
        f"AWS4-HMAC-SHA256 Credential={signer.access_key}/{signer.scope(stamp)}, "
        f"SignedHeaders={';'.join(signed)}, Signature={signer.sign(stamp, hashed(canonical))}"
    )
    headers = [*signed.items(), ("authorization", authorization)]
    assert ask(signer.port, raw("GET", target, headers)).body == BODY
    late = [(n, v if n != "date" else "Mon, 01 Jan 2024 00:00:00 GMT") for n, v in headers]
    assert ask(signer.port, raw("GET", target, late)).status == 403


@pytest.mark.parametrize(
    ("authorization", "expected"),
    [
        ("AWS LAKETESTACCESSKEY:frJIUN8DYpKDtOLCwo//yllqDzg=", (400, "InvalidRequest")),
        ("AWS4-ECDSA-P256-SHA256 Credential=a/20260101/s3/aws4_request", (400, "InvalidRequest")),
        ("Basic YTpi", (400, "InvalidRequest")),
        ("AWS4-HMAC-SHA256", (400, "AuthorizationHeaderMalformed")),
        ("AWS4-HMAC-SHA256 Credential=a/20260101/us-east-1/s3/aws4_request, SignedHeaders=date,"
         " Signature=a", (400, "AuthorizationHeaderMalformed")),
        ("AWS4-HMAC-SHA256 Credential=a/20260101/us-east-1/s3/aws4_request, SignedHeaders=host,"
         " Signature=\xe9", (400, "AuthorizationHeaderMalformed")),
    ],
)  # fmt: skip
def test_another_authorization_is_refused_by_its_name(
    signer: Signer, target: str, authorization: str, expected: tuple[int, str]
) -> None:
    headers = [("host", signer.host), ("authorization", authorization)]
    answer = ask(signer.port, raw("DELETE", target, headers))
    assert refusal(answer) == expected
    if expected[1] == "InvalidRequest":
        assert f"({authorization.partition(' ')[0]})".encode() in answer.body


def test_boto3s_version_2_is_refused(aws: LocalServer, target: str) -> None:
    old = aws.client("s3", config=Config(signature_version="s3"))
    with pytest.raises(old.exceptions.ClientError, match="AWS4-HMAC-SHA256"):
        old.list_buckets()


class TestPresigned:
    def fetch(self, signer: Signer, url: str, method: str = "GET", body: bytes = b"") -> Answer:
        return ask(signer.port, raw(method, url, [("host", signer.host)], body))

    def test_it_opens_its_object(self, signer: Signer, target: str) -> None:
        assert self.fetch(signer, signer.presigned("GET", target)).body == BODY

    def test_it_opens_nothing_else(self, signer: Signer, target: str) -> None:
        url = signer.presigned("GET", target)
        assert refusal(self.fetch(signer, url, "DELETE")) == (403, "SignatureDoesNotMatch")
        other = url.replace("/kept", "/other")
        assert refusal(self.fetch(signer, other)) == (403, "SignatureDoesNotMatch")

    @pytest.mark.parametrize("extra", ["&response-content-type=text/html", "&versionId=x", "&a"])
    def test_it_takes_no_further_parameter(self, signer: Signer, target: str, extra: str) -> None:
        answer = self.fetch(signer, signer.presigned("GET", target) + extra)
        assert refusal(answer) == (403, "SignatureDoesNotMatch")

    @pytest.mark.parametrize("age", [dt.timedelta(seconds=70), dt.timedelta(minutes=-16)])
    def test_it_has_its_time(self, signer: Signer, target: str, age: dt.timedelta) -> None:
        signer.when = now() - age
        answer = self.fetch(signer, signer.presigned("GET", target))
        assert refusal(answer) == (403, "AccessDenied")

    @pytest.mark.parametrize("expires", ["0", "-1", "604801", "", "x", "²", "1e3", "9" * 5000])
    def test_its_time_is_at_most_a_week(self, signer: Signer, target: str, expires: str) -> None:
        answer = self.fetch(signer, signer.presigned("GET", target, expires))
        assert refusal(answer) == (400, "AuthorizationQueryParametersError")

    @pytest.mark.parametrize("year", [1, 9999])
    def test_its_date_may_be_any(self, signer: Signer, target: str, year: int) -> None:
        signer.when = dt.datetime(year, 12, 31, 23, 59, tzinfo=dt.UTC)
        assert self.fetch(signer, signer.presigned("GET", target, "604800")).status in (400, 403)

    def test_another_region_is_told(self, signer: Signer, target: str) -> None:
        signer.region = "eu-west-1"
        answer = self.fetch(signer, signer.presigned("GET", target))
        assert refusal(answer) == (400, "AuthorizationQueryParametersError")

    def test_two_signatures_are_one_too_many(self, signer: Signer, target: str) -> None:
        url = signer.presigned("GET", target)
        headers = list(signer.signed_headers("GET", url, {}, b"").items())
        answer = ask(signer.port, raw("GET", url, headers))
        assert refusal(answer) == (400, "InvalidArgument")


class Chunks:
    """An aws-chunked body whose parts can be changed after they were signed."""

    def __init__(self, signer: Signer, target: str, kind: str, trailer: str = "") -> None:
        self.signer, self.target, self.kind = signer, target, kind
        self.pieces = [b"a" * 8192, b"b" * 8192, b""]
        self.trailer = trailer
        headers = {"x-amz-decoded-content-length": "16384", "content-encoding": "aws-chunked"}
        if trailer:
            headers["x-amz-trailer"] = trailer.partition(":")[0]
        self.headers = signer.signed_headers("PUT", target, headers, b"", kind)
        self.signatures = self._signatures()

    def _signatures(self) -> list[str]:
        stamp = self.headers["x-amz-date"]
        previous = self.headers["authorization"].rpartition("Signature=")[2]
        found = []
        for piece in self.pieces:
            digest = hashlib.sha256(piece).hexdigest()
            previous = self.signer.sign(
                stamp, previous, EMPTY, digest, kind="AWS4-HMAC-SHA256-PAYLOAD"
            )
            found.append(previous)
        found.append(self.signer.sign(stamp, previous, hashed(f"{self.trailer}\n"),
                                      kind="AWS4-HMAC-SHA256-TRAILER"))  # fmt: skip
        return found

    @property
    def body(self) -> bytes:
        parts = b"".join(
            b"%x;chunk-signature=%s\r\n%s" % (len(piece), signature.encode(), piece)
            + (b"\r\n" if piece else b"")
            for piece, signature in zip(self.pieces, self.signatures, strict=False)
        )
        if not self.trailer:
            return parts + b"\r\n"
        signature = self.signatures[-1].encode()
        return parts + b"%s\r\nx-amz-trailer-signature:%s\r\n\r\n" % (
            self.trailer.encode(), signature,
        )  # fmt: skip

    def put(self, body: bytes | None = None) -> Answer:
        data = raw("PUT", self.target, list(self.headers.items()), body or self.body)
        return ask(self.signer.port, data)


CRC = "x-amz-checksum-crc32:2KTdfA=="


class TestChunks:
    @pytest.fixture
    def chunks(self, signer: Signer, target: str) -> Chunks:
        return Chunks(signer, target, SIGNED)

    @pytest.fixture
    def trailing(self, signer: Signer, target: str) -> Chunks:
        return Chunks(signer, target, SIGNED_TRAILER, CRC)

    def test_a_chunk_that_was_changed(self, chunks: Chunks) -> None:
        changed = chunks.body.replace(b"a" * 8192, b"a" * 8191 + b"x")
        assert refusal(chunks.put(changed)) == (403, "SignatureDoesNotMatch")

    def test_a_signature_that_was_forged(self, chunks: Chunks) -> None:
        for place in range(3):
            forged = chunks.body.replace(chunks.signatures[place].encode(), b"0" * 64)
            assert refusal(chunks.put(forged)) == (403, "SignatureDoesNotMatch")

    def test_a_chunk_that_was_dropped(self, chunks: Chunks) -> None:
        del chunks.pieces[0], chunks.signatures[0]
        assert refusal(chunks.put()) == (403, "SignatureDoesNotMatch")

    def test_chunks_that_were_swapped(self, chunks: Chunks) -> None:
        chunks.pieces[:2] = chunks.pieces[1::-1]
        chunks.signatures[:2] = chunks.signatures[1::-1]
        assert refusal(chunks.put()) == (403, "SignatureDoesNotMatch")

    def test_a_body_that_was_cut_off(self, chunks: Chunks) -> None:
        head, last, _ = chunks.body.rpartition(b"0;chunk-signature=")
        assert last
        assert refusal(chunks.put(head)) == (400, "IncompleteBody")

    def test_chunks_without_signatures(self, chunks: Chunks) -> None:
        for signature in chunks.signatures[:3]:
            chunks.signatures[chunks.signatures.index(signature)] = ""
        assert refusal(chunks.put()) == (403, "SignatureDoesNotMatch")

    def test_bytes_after_the_end(self, chunks: Chunks) -> None:
        assert refusal(chunks.put(chunks.body + b"more")) == (400, "InvalidRequest")

    def test_a_trailer_with_a_forged_signature(self, trailing: Chunks) -> None:
        trailing.signatures[-1] = "0" * 64
        assert refusal(trailing.put()) == (403, "SignatureDoesNotMatch")

    def test_a_trailer_that_was_changed(self, trailing: Chunks) -> None:
        changed = trailing.body.replace(CRC.encode(), b"x-amz-checksum-crc32:AAAAAA==")
        assert refusal(trailing.put(changed)) == (403, "SignatureDoesNotMatch")

    def test_a_trailer_that_was_dropped(self, trailing: Chunks) -> None:
        trailing.trailer = ""
        assert refusal(trailing.put()) == (400, "InvalidRequest")

    def test_a_trailer_without_its_signature(self, trailing: Chunks) -> None:
        body = trailing.body.partition(b"x-amz-trailer-signature")[0] + b"\r\n"
        assert refusal(trailing.put(body)) == (403, "SignatureDoesNotMatch")

    def test_trailers_without_end(self, trailing: Chunks) -> None:
        many = b"".join(b"x-amz-a%d:b\r\n" % number for number in range(10_000))
        head, _, tail = trailing.body.partition(CRC.encode())
        answer = trailing.put(head + many + CRC.encode() + tail)
        assert refusal(answer) == (400, "InvalidRequest")

    @pytest.mark.parametrize("size", ["+2000", "0x2000", "2_000", " 2000", "-2000", "٢٠٠٠"])
    def test_a_size_that_is_no_plain_hexadecimal(self, chunks: Chunks, size: str) -> None:
        body = chunks.body.replace(b"2000;", size.encode() + b";", 1)
        assert refusal(chunks.put(body)) == (400, "InvalidRequest")

    def test_signed_chunks_are_not_taken_for_unsigned(self, chunks: Chunks) -> None:
        """The kind is in a signed header: a thief cannot drop the signatures."""
        chunks.headers["x-amz-content-sha256"] = UNSIGNED_TRAILER
        assert refusal(chunks.put()) == (403, "SignatureDoesNotMatch")

    def test_right_chunks_are_taken(self, signer: Signer, target: str) -> None:
        own = target.rpartition("/")[0] + "/own"
        assert Chunks(signer, own, SIGNED).put().status == 200
        crc = "x-amz-checksum-crc32:" + crc32(b"a" * 8192 + b"b" * 8192)
        assert Chunks(signer, own, SIGNED_TRAILER, crc).put().status == 200
        assert signer.ask("DELETE", own).status == 204


def crc32(data: bytes) -> str:
    return base64.b64encode(zlib.crc32(data).to_bytes(4, "big")).decode()
