"""Which of a bucket's files make a data set: parameterised paths and PathOptions.

https://docs.aws.amazon.com/databrew/latest/dg/datasets.multiple-files.html: in a key ``<...>`` is
a regular expression and ``{name}`` a parameter. The page leaves open what a parameter without a
condition stands for; here a String is text without a slash, a Number is digits with a sign and a
fraction, and a Datetime is what its format can write. A path that ends with a slash stands for all
files below; any other has to fit the whole key.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta, timezone
from typing import TYPE_CHECKING, Any

import regex

from local_aws.caller_patterns import CallerPattern
from local_aws.services.databrew.errors import ValidationException
from local_aws.services.databrew.filters import Check, check, compiled

if TYPE_CHECKING:
    from local_aws.services.s3.store.objects import ObjectInfo

Document = dict[str, Any]
_PART = regex.compile(r"<(?P<pattern>[^<>]*)>|\{(?P<name>[^{}]+)\}")
_SHAPES = {"String": r"[^/]+", "Number": r"[+-]?\d+(?:\.\d+)?"}
# Java's letters of a date, what they look like in a key, and Python's words for them.
_LETTERS = {
    "yyyy": (r"\d{4}", "%Y"), "yy": (r"\d{2}", "%y"),
    "MMMM": (r"[A-Za-z]+", "%B"), "MMM": (r"[A-Za-z]{3}", "%b"),
    "MM": (r"\d{2}", "%m"), "M": (r"\d{1,2}", "%m"),
    "dd": (r"\d{2}", "%d"), "d": (r"\d{1,2}", "%d"),
    "HH": (r"\d{2}", "%H"), "H": (r"\d{1,2}", "%H"),
    "hh": (r"\d{2}", "%I"), "h": (r"\d{1,2}", "%I"), "a": ("[AaPp][Mm]", "%p"),
    "mm": (r"\d{2}", "%M"), "m": (r"\d{1,2}", "%M"),
    "ss": (r"\d{2}", "%S"), "s": (r"\d{1,2}", "%S"), "SSS": (r"\d{3}", "%f"),
}  # fmt: skip
_DATE_PART = regex.compile(r"'(?P<quoted>[^']*)'|(?P<letters>([A-Za-z])\3*)|(?P<other>.)")


@dataclass(frozen=True)
class Parameter:
    """A parameter of a path; `test` is its Filter, `python` the strptime format of a Datetime."""

    name: str
    kind: str
    shape: str
    python: str = ""
    zone: timezone = UTC
    test: Check | None = None
    column: bool = False

    def value(self, text: str) -> str | float | datetime | None:
        """What the key's text means; None where it is no date."""
        if self.kind == "Number":
            return float(text)
        if self.kind == "String":
            return text
        try:
            return datetime.strptime(text, self.python).replace(tzinfo=self.zone)
        except ValueError:
            return None


@dataclass
class Selected:
    """The files, and by parameter that makes a column its kind and its value of each file."""

    files: list["ObjectInfo"]
    columns: dict[str, tuple[str, list[str]]] = field(default_factory=dict)


@dataclass(frozen=True)
class Selection:
    """A data set's key, read. `folder` is the start of every key that can fit."""

    folder: str
    pattern: CallerPattern | None
    parameters: Sequence[Parameter]
    modified: Check | None
    limit: Document

    def choose(self, files: Iterable["ObjectInfo"]) -> Selected:
        """The files of the path that all conditions hold for, in their order, limited."""
        chosen = []
        for file in files:
            values = self._values(file.key)
            if values is not None and self._recent(file):
                chosen.append((file, values))
        chosen = self._limited(chosen)
        columns = {
            one.name: (one.kind, [values[i] for _, values in chosen])
            for i, one in enumerate(self.parameters)
            if one.column
        }
        return Selected([file for file, _ in chosen], columns)

    def _values(self, key: str) -> list[str] | None:
        """The parameters' values as text; None for a file that does not belong."""
        if self.pattern is None:
            return []
        found = self.pattern.fullmatch(key)
        if found is None:
            return None
        texts = [found[f"p{i}"] for i in range(len(self.parameters))]
        values = [one.value(text) for one, text in zip(self.parameters, texts, strict=True)]
        for one, value in zip(self.parameters, values, strict=True):
            if value is None or (one.test is not None and not one.test(value)):
                return None
        return [_text(value) for value in values]

    def _recent(self, file: "ObjectInfo") -> bool:
        return self.modified is None or self.modified(file.last_modified)

    def _limited(self, chosen: list[Any]) -> list[Any]:
        """The newest so many, or the oldest, in the order of their keys."""
        if not self.limit:
            return chosen
        newest = self.limit.get("Order", "DESCENDING") == "DESCENDING"
        dated = sorted(chosen, key=lambda one: one[0].mtime_ns, reverse=newest)
        return sorted(dated[: self.limit["MaxFiles"]], key=lambda one: one[0].key)


def _text(value: Any) -> str:
    if isinstance(value, datetime):
        return value.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S.%f")
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)


def read(key: str, options: Document | None, now: datetime) -> Selection:
    """Raises ValidationException, naming the parameter or the expression that is wrong."""
    options = options or {}
    declared = options.get("Parameters") or {}
    used = [part["name"] for part in _PART.finditer(key) if part["name"]]
    _check_names(used, declared)
    parameters = [_parameter(name, declared[name], now) for name in used]
    condition = options.get("LastModifiedDateCondition")
    return Selection(
        folder=_folder(key),
        pattern=_pattern(key, parameters) if _PART.search(key) else None,
        parameters=parameters,
        modified=check(condition, "Datetime", now) if condition else None,
        limit=options.get("FilesLimit") or {},
    )


def _check_names(used: list[str], declared: Document) -> None:
    for name in used:
        if name not in declared:
            raise ValidationException(f"The path's parameter {name} is not defined")
        if used.count(name) > 1:
            raise ValidationException(f"The parameter {name} stands twice in the path")
    for name, parameter in declared.items():
        if name not in used:
            raise ValidationException(f"The parameter {name} is not in the path")
        if parameter["Name"] != name:
            raise ValidationException(f"The parameter {name} is called {parameter['Name']}")


def _parameter(name: str, given: Document, now: datetime) -> Parameter:
    kind, options = given["Type"], given.get("DatetimeOptions") or {}
    if (kind == "Datetime") is not bool(options):
        raise ValidationException(f"DatetimeOptions go with parameters of type Datetime: {name}")
    shape, python = _date(options["Format"]) if options else (_SHAPES[kind], "")
    if not options.get("LocaleCode", "en").lower().startswith("en"):
        raise ValidationException(f"LocaleCode {options['LocaleCode']} is not supported")
    test = check(given["Filter"], kind, now) if given.get("Filter") else None
    zone = _zone(options.get("TimezoneOffset", "Z"))
    return Parameter(name, kind, shape, python, zone, test, bool(given.get("CreateColumn")))


def _date(pattern: str) -> tuple[str, str]:
    """A Java date pattern as a regular expression and as strptime reads it."""
    shape, python = "", ""
    for part in _DATE_PART.finditer(pattern):
        letters = part["letters"]
        if letters and letters not in _LETTERS:
            raise ValidationException(f"The date format {pattern}: {letters} is not supported")
        literal = "'" if part["quoted"] == "" else part["quoted"] or part["other"] or ""
        looks, word = _LETTERS[letters] if letters else (regex.escape(literal), literal)
        shape += looks
        python += word if letters else word.replace("%", "%%")
    return shape, python


def _zone(offset: str) -> timezone:
    """``Z``, ``-7``, ``+0530``, ``+05:30``."""
    if offset == "Z":
        return UTC
    sign, digits = -1 if offset[0] == "-" else 1, offset[1:].replace(":", "")
    hours, minutes = int(digits[:2]), int(digits[2:] or 0)
    try:
        return timezone(sign * timedelta(hours=hours, minutes=minutes))
    except ValueError as error:
        raise ValidationException(f"TimezoneOffset {offset} is not valid") from error


def _pattern(key: str, parameters: Sequence[Parameter]) -> CallerPattern:
    found, place, number = "", 0, 0
    for part in _PART.finditer(key):
        found += regex.escape(key[place : part.start()])
        place = part.end()
        if part["name"]:
            found += f"(?P<p{number}>{parameters[number].shape})"
            number += 1
        else:
            compiled(part["pattern"])
            found += f"(?:{part['pattern']})"
    below = ".+" if key.endswith("/") else ""
    return compiled(found + regex.escape(key[place:]) + below)


def hidden(relative: str) -> bool:
    """``_SUCCESS``, ``_manifest.json``, ``.part``: no data; a folder ``column=value`` is."""
    return any(
        part.startswith(".") or (part.startswith("_") and "=" not in part)
        for part in relative.split("/")
    )


def _folder(key: str) -> str:
    first = _PART.search(key)
    return key[: first.start()] if first else key
