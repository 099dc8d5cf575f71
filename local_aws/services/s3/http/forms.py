"""A browser's form (multipart/form-data): its fields, then its file, which goes to the disk.

https://docs.aws.amazon.com/AmazonS3/latest/API/RESTObjectPOST.html. All that can be refused is so
before the first byte of the file is kept: signature, policy, conditions.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime
from urllib.parse import urlencode

from python_multipart import MultipartParser
from python_multipart.exceptions import FormParserError
from python_multipart.multipart import parse_options_header

from local_aws.services.s3.backend import Backend
from local_aws.services.s3.errors import InvalidArgument, S3Error
from local_aws.services.s3.http import post_policy
from local_aws.services.s3.http.headers import KEPT, META, object_tags
from local_aws.services.s3.http.payload import MAX_OBJECT, Payload
from local_aws.services.s3.http.request import S3Request
from local_aws.services.s3.store.files import Incoming

FORM = "multipart/form-data"
MAX_FIELDS = 20_480
FILENAME = "${filename}"
CREDENTIALS = (
    *post_policy.SIGNED,
    "x-amz-security-token",
    "x-amz-content-sha256",
    "x-amz-trailer",
)
"""Fields of the form's signature, and headers of a body that a form has not."""
TOKEN = re.compile(r"[!#$%&'*+.^_`|~0-9a-z-]+")


class MalformedPost(S3Error):
    code = "MalformedPOSTRequest"
    status = 400

    def __init__(self) -> None:
        super().__init__("The body of your POST request is not well-formed multipart/form-data.")


class FieldsTooLarge(S3Error):
    code = "MaxPostPreDataLengthExceeded"
    status = 400

    def __init__(self) -> None:
        super().__init__("Your POST request fields preceding the upload file were too large.")


class NoForm(S3Error):
    code = "PreconditionFailed"
    status = 412

    def __init__(self) -> None:
        super().__init__(
            "At least one of the pre-conditions you specified did not hold",
            Condition=f"Bucket POST must be of the enclosure-type {FORM}",
        )


class FileTooLarge(S3Error):
    code = "EntityTooLarge"
    status = 400

    def __init__(self, size: int, limit: int) -> None:
        super().__init__(
            "Your proposed upload exceeds the maximum allowed size",
            ProposedSize=size,
            MaxSizeAllowed=limit,
        )


class FileTooSmall(S3Error):
    code = "EntityTooSmall"
    status = 400

    def __init__(self, size: int, limit: int) -> None:
        super().__init__(
            "Your proposed upload is smaller than the minimum allowed size",
            ProposedSize=size,
            MinSizeAllowed=limit,
        )


class Form:
    """Feed it the body's pieces, then `finish`: the request has then a key, headers and a file."""

    def __init__(self, s3: Backend, request: S3Request, incoming: Incoming) -> None:
        self.sink = incoming
        self._s3 = s3
        self._request = request
        self._parser = _parser(request.headers, self)
        self._fields: dict[str, str] = {}
        self._size = 0  # of the fields, as long as the file has not begun
        self._header = bytearray()
        self._headers: dict[str, bytes] = {}
        self._name = ""
        self._value = bytearray()
        self._files = 0
        self._ended = False
        self._limits = (0, MAX_OBJECT)
        self._payload: Payload | None = None

    @property
    def checksums(self) -> dict[str, str]:
        return self._payload.checksums if self._payload else {}

    def feed(self, pieces: Iterable[bytes]) -> None:
        try:
            for piece in pieces:
                self._parser.write(piece)
        except FormParserError:
            raise MalformedPost from None

    def finish(self) -> None:
        if not self._ended:
            raise MalformedPost
        if self._payload is None:
            raise _one_file(0)
        self._payload.finish()
        if self._payload.size < self._limits[0]:
            raise FileTooSmall(self._payload.size, self._limits[0])

    # What the parser calls.

    def part_begin(self) -> None:
        self._headers = {}
        self._value = bytearray()

    def header_field(self, data: bytes, start: int, end: int) -> None:
        self._count(end - start)
        self._header += data[start:end]

    def header_value(self, data: bytes, start: int, end: int) -> None:
        self._count(end - start)
        name = self._header.decode("latin-1").lower()
        self._headers[name] = self._headers.get(name, b"") + data[start:end]

    def header_end(self) -> None:
        self._header = bytearray()

    def headers_finished(self) -> None:
        self._name = self._option(b"name").lower()
        if not self._name:
            raise MalformedPost
        if self._name == "file":
            self._files += 1
            if self._files > 1:
                raise _one_file(self._files)
            self._begin_file()

    def part_data(self, data: bytes, start: int, end: int) -> None:
        if self._name == "file":
            self._take(data[start:end])
        elif not self._files:  # S3 ignores what follows the file
            self._count(end - start)
            self._value += data[start:end]

    def part_end(self) -> None:
        if self._files:
            return
        try:
            self._fields[self._name] = self._value.decode()
        except UnicodeDecodeError:
            raise MalformedPost from None

    def end(self) -> None:
        self._ended = True

    # What a file means.

    def _option(self, name: bytes) -> str:
        header = self._headers.get("content-disposition", b"").decode("latin-1")
        try:
            kind, options = parse_options_header(header)
            return options.get(name, b"").decode() if kind == b"form-data" else ""
        except UnicodeError:
            raise MalformedPost from None

    def _count(self, size: int) -> None:
        self._size += size
        if not self._files and self._size > MAX_FIELDS:
            raise FieldsTooLarge

    def _begin_file(self) -> None:
        fields, request = self._fields, self._request
        if not fields.get("key"):
            raise InvalidArgument(
                "Bucket POST must contain a field named 'key'.  If it is specified, please check "
                "the order of the fields.",
                "key",
            )
        fields["key"] = fields["key"].replace(FILENAME, self._option(b"filename"))
        self._s3.store.check_key(fields["key"])
        request.auth = post_policy.verify(self._s3.platform, fields)
        policy = post_policy.read(fields["policy"])
        policy.check(fields | {"bucket": request.bucket}, datetime.now(UTC))
        self._limits = policy.sizes or self._limits
        request.key, request.form = fields["key"], fields
        request.headers = _headers(fields)
        self._payload = Payload(request.headers, None, self.sink)

    def _take(self, data: bytes) -> None:
        if self._payload is None:
            raise MalformedPost
        size = self._payload.size + len(data)
        if size > self._limits[1]:
            raise FileTooLarge(size, self._limits[1])
        self._payload.feed((data,))


def _parser(headers: Mapping[str, str], form: Form) -> MultipartParser:
    kind, options = parse_options_header(headers.get("content-type", ""))
    if kind != FORM.encode():
        raise NoForm
    if not options.get(b"boundary"):
        raise MalformedPost
    callbacks: dict[str, Callable[..., None]] = {
        f"on_{name}": getattr(form, name)
        for name in (
            "part_begin",
            "header_field",
            "header_value",
            "header_end",
            "headers_finished",
            "part_data",
            "part_end",
            "end",
        )
    }
    try:
        return MultipartParser(options[b"boundary"], callbacks)  # type: ignore[arg-type]
    except FormParserError:
        raise MalformedPost from None


def _headers(fields: Mapping[str, str]) -> dict[str, str]:
    """The fields as the headers that a PUT of the same object would have.

    They come back as headers of a GET, so they must be such: a field can hold line ends.
    """
    found = {name: value for name, value in fields.items() if _is_header(name)}
    for name, value in found.items():
        if not TOKEN.fullmatch(name) or not _fits(name, value):
            raise InvalidArgument("A field of the form cannot be a header.", name, value)
    if "acl" in fields:
        found["x-amz-acl"] = fields["acl"]
    if fields.get("tagging"):
        found["x-amz-tagging"] = urlencode(object_tags(fields["tagging"].encode()))
    return found


def _is_header(name: str) -> bool:
    amazon = name.startswith("x-amz-") and name not in CREDENTIALS
    return amazon or name == "content-type" or name in KEPT


def _fits(name: str, value: str) -> bool:
    """Metadata may be any text, which is encoded when it is returned."""
    if any(char < " " or char == "\x7f" for char in value):
        return False
    return name.startswith(META) or all(char <= "\xff" for char in value)


def _one_file(count: int) -> InvalidArgument:
    return InvalidArgument("POST requires exactly one file upload per request.", "file", str(count))
