"""Documents of clients: those that would expand, nest or count without end are refused."""

import pytest

from local_aws.services.s3.errors import MalformedXML
from local_aws.services.s3.http import xml

BOMB = (
    '<!DOCTYPE a [<!ENTITY b "bbbbbbbbbb">'
    + "".join(f'<!ENTITY {c} "{f"&{b};" * 10}">' for b, c in zip("bcdefgh", "cdefghi", strict=True))
    + "]><Tagging>&i;</Tagging>"
)
HOSTILE = (
    BOMB,
    '<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]><Tagging>&b;</Tagging>',
    '<!DOCTYPE a SYSTEM "http://127.0.0.1/a.dtd"><Tagging/>',
    '<!DOCTYPE a [<!ENTITY % b SYSTEM "http://127.0.0.1/"> %b;]><Tagging/>',
    "<!DOCTYPE Tagging><Tagging/>",
)


def nested(depth: int) -> str:
    return "<Tagging>" + "<a>" * (depth - 1) + "</a>" * (depth - 1) + "</Tagging>"


def test_a_document_is_read() -> None:
    body = b'<Tagging xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><A>b&amp;c</A><A/></Tagging>'
    node = xml.parse(body, "Tagging")
    assert (node.name, [child.text for child in node.all("A")]) == ("Tagging", ["b&c", ""])


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_encodings(encoding: str) -> None:
    assert xml.parse("<Tagging><A>ü</A></Tagging>".encode(encoding), "Tagging").need("A") == "ü"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "utf-16-le", "utf-16-be", "utf-8-sig"])
@pytest.mark.parametrize("text", HOSTILE)
def test_a_document_type_is_refused_in_every_encoding(text: str, encoding: str) -> None:
    head = f'<?xml version="1.0" encoding="{encoding.removesuffix("-sig").removesuffix("e")}"?>'
    for body in (text.encode(encoding), (head + text).encode(encoding)):
        with pytest.raises(MalformedXML):
            xml.parse(body, "Tagging")


@pytest.mark.parametrize("encoding", ["utf-7", "utf-32", "ebcdic", "cp037", "utf_16_be", "rot13"])
def test_a_declared_encoding_does_not_hide_one(encoding: str) -> None:
    head = f'<?xml version="1.0" encoding="{encoding}"?>'
    with pytest.raises(MalformedXML):
        xml.parse((head + BOMB).encode(), "Tagging")


def test_depth() -> None:
    assert xml.parse(nested(xml.MAX_DEPTH).encode(), "Tagging").name == "Tagging"
    for depth in (xml.MAX_DEPTH + 1, 100_000):
        with pytest.raises(MalformedXML):
            xml.parse(nested(depth).encode(), "Tagging")


def test_count() -> None:
    within = xml.MAX_ELEMENTS - 1
    assert len(xml.parse(f"<T>{'<a/>' * within}</T>".encode(), "T").all("a")) == within
    with pytest.raises(MalformedXML):
        xml.parse(f"<T>{'<a/>' * (within + 1)}</T>".encode(), "T")


@pytest.mark.parametrize(
    "body",
    [b"", b" ", b"<Tagging>", b"<Tagging/><Tagging/>", b"<Other/>", b"<Tagging>&a;</Tagging>",
     b"{}", b"<Tagging>\x00</Tagging>", b"<Tagging>&#0;</Tagging>", b"<Tagging>\xff</Tagging>",
     b"\xff\xfe<", b"<a:Tagging/>", b'<Tagging a="1" a="2"/>'],
)  # fmt: skip
def test_what_is_no_document(body: bytes) -> None:
    with pytest.raises(MalformedXML):
        xml.parse(body, "Tagging")
