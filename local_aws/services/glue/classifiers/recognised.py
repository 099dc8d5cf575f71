"""Formats that AWS's crawlers classify and ours do not: known by name, so that the log can say it.

https://docs.aws.amazon.com/glue/latest/dg/add-classifier.html#classifier-built-in lists them. A
log is what all of its first lines look like.
"""

import re

from local_aws.services.glue.classifiers.sample import Sample

ION = b"\xe0\x01\x00\xea"

_LINES = 20
_LONGEST_LINE = 8000
_ADDRESS = r"(?:[\d.]{7,15}|[\da-fA-F:]{2,39}|[\w.-]+)"
_APACHE = (
    rf"{_ADDRESS} \S+ \S+ \[\d{{2}}/\w{{3}}/\d{{4}}:[\d:]{{8}} [+-]\d{{4}}\] "
    r'"[^"]*" \d{3} (?:\d+|-)'
)
_LOGS = {
    "combined_apache": re.compile(_APACHE + r' "[^"]*" "[^"]*".*'),
    "apache": re.compile(_APACHE),
    "linux_kernel": re.compile(r"\w{3} +\d{1,2} [\d:]{8} \S+ kernel: .*"),
    "microsoft_log": re.compile(
        rf"{_ADDRESS}, [^,]*, \d{{1,2}}/\d{{1,2}}/\d{{2,4}}, [\d:]{{7,8}}, \w+\d*, .*"
    ),
    "ruby_logger": re.compile(r"[DIWEFA], \[\d{4}-\d\d-\d\dT[\d:.]+ #\d+\] +\w+ -- .*"),
    "squid": re.compile(rf"\d+\.\d{{3}} +-?\d+ {_ADDRESS} [A-Z_]+/\d{{3}} \d+ [A-Z]+ .*"),
    "redismonlog": re.compile(r'\d+\.\d{6} \[\d+ [^\]]+\] ".*'),
    "redislog": re.compile(r"\[?\d+(?::[A-Z])?\]? \d{1,2} \w{3}(?: \d{4})? [\d:.]+ [.\-*#] .*"),
}
NAMES = ("xml", "ion", "bson", *_LOGS)

_XML = re.compile(r"\s*(?:<\?xml\b|<[A-Za-z_][\w.:-]*(?:\s[^<>]*)?>)")


def by_bytes(head: bytes, size: int) -> str | None:
    """The binary format's name."""
    if head.startswith(ION):
        return "ion"
    # A document begins with its length; a collection's dump is one document after another.
    length = int.from_bytes(head[:4], "little")
    kind = head[4:5]
    named = re.match(rb"[\w $.-]{1,40}\0", head[5:]) is not None
    if 5 < length <= size and b"\x01" <= kind <= b"\x13" and named:
        return "bson"
    return None


def by_text(sample: Sample) -> str | None:
    """The text format's name."""
    if sample.text.startswith("$ion_1_0"):
        return "ion"
    if _XML.match(sample.text):
        return "xml"
    lines = [line.rstrip("\r") for line in sample.text.split("\n", _LINES)[:_LINES] if line]
    if any(len(line) > _LONGEST_LINE for line in lines):
        return None
    for name, pattern in _LOGS.items():
        if lines and all(pattern.fullmatch(line) for line in lines):
            return name
    return None
