"""The account's custom classifiers in SQLite, and what makes one valid.

https://docs.aws.amazon.com/glue/latest/dg/aws-glue-api-crawler-classifiers.html
"""

from typing import TYPE_CHECKING

from local_aws.services.glue.classifiers.datatypes import HIVE
from local_aws.services.glue.classifiers.json_path import parse
from local_aws.services.glue.documents import Document, dump, load, now
from local_aws.services.glue.errors import (
    AlreadyExistsException,
    EntityNotFoundException,
    InvalidInputException,
    unsupported,
)

if TYPE_CHECKING:
    from local_aws.context import Platform

SCHEMA = """
CREATE TABLE IF NOT EXISTS classifiers (
    name TEXT PRIMARY KEY,
    kind TEXT NOT NULL,
    body TEXT NOT NULL
) WITHOUT ROWID;
"""

KINDS = ("CsvClassifier", "JsonClassifier")
UNSUPPORTED = ("GrokClassifier", "XMLClassifier")


class ClassifierStore:
    """Definitions by name, as GetClassifier shows them: ``{"CsvClassifier": {...}}``."""

    def __init__(self, platform: "Platform") -> None:
        self.db = platform.db("glue")
        self.db.script(SCHEMA)

    def create(self, request: Document) -> None:
        """Raises AlreadyExistsException, InvalidInputException."""
        kind, given = _only(request)
        _check(kind, given)
        body = {**given, "CreationTime": now(), "LastUpdated": now(), "Version": 1}
        sql = "INSERT OR IGNORE INTO classifiers VALUES (?, ?, ?)"
        if not self.db.execute(sql, (given["Name"], kind, dump(body))):
            raise AlreadyExistsException(f"Classifier {given['Name']} already exists.")

    def update(self, request: Document) -> None:
        """Members that the request leaves out keep their values."""
        kind, given = _only(request)
        with self.db.transaction():
            found = self.get(given["Name"])
            if kind not in found:
                raise InvalidInputException(f"Classifier {given['Name']} is not a {kind}.")
            old = found[kind]
            body = {**old, **given, "LastUpdated": now(), "Version": old["Version"] + 1}
            _check(kind, body)
            sql = "UPDATE classifiers SET body = ? WHERE name = ?"
            self.db.execute(sql, (dump(body), given["Name"]))

    def get(self, name: str) -> Document:
        """Raises EntityNotFoundException."""
        row = self.db.one("SELECT kind, body FROM classifiers WHERE name = ?", (name,))
        if row is None:
            raise EntityNotFoundException(f"Classifier {name} not found.")
        return {row["kind"]: load(row["body"])}

    def exists(self, name: str) -> bool:
        return self.db.one("SELECT 1 FROM classifiers WHERE name = ?", (name,)) is not None

    def all(self) -> list[Document]:
        """All classifiers, by name."""
        rows = self.db.all("SELECT kind, body FROM classifiers ORDER BY name")
        return [{row["kind"]: load(row["body"])} for row in rows]

    def delete(self, name: str) -> None:
        """Raises EntityNotFoundException. A crawler that names it fails from then on."""
        if not self.db.execute("DELETE FROM classifiers WHERE name = ?", (name,)):
            raise EntityNotFoundException(f"Classifier {name} not found.")


def name_of(classifier: Document) -> str:
    """The name of a classifier of whichever kind."""
    (body,) = classifier.values()
    name: str = body["Name"]
    return name


def _only(request: Document) -> tuple[str, Document]:
    """The one kind of classifier that a request is about."""
    for kind in UNSUPPORTED:
        if request.get(kind):
            raise unsupported(f"A {kind}")
    given = {kind: request[kind] for kind in KINDS if request.get(kind)}
    if len(given) != 1:
        raise InvalidInputException(f"Exactly one of {', '.join(KINDS)} is required.")
    return next(iter(given.items()))


def _check(kind: str, given: Document) -> None:
    if kind == "JsonClassifier":
        parse(given["JsonPath"])
        return
    header = [name.lower() for name in given.get("Header", [])]
    if len(set(header)) < len(header):
        raise InvalidInputException("Header has the same column name twice.")
    if given.get("Delimiter") and given.get("Delimiter") == given.get("QuoteSymbol"):
        raise InvalidInputException("QuoteSymbol must be different from the Delimiter.")
    unknown = [name for name in given.get("CustomDatatypes", []) if name.upper() not in HIVE]
    if unknown:
        raise InvalidInputException(
            f"CustomDatatypes must be of {', '.join(HIVE)}, not {', '.join(unknown)}"
        )
