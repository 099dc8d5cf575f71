"""What the drawer of a cell shows beside the ledger: each piece of evidence, read from S3.

A piece that cannot be read says why in its place; the others are shown all the same.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

from tarn.aws import Aws
from tarn.errors import TarnError, aws_errors
from tarn.ledger import ledger
from tarn.page import data_docs
from tarn.partition import Partition

SAMPLE_ROWS = 20
LONGEST = 200  # characters of a sampled value


@dataclass(frozen=True)
class Piece:
    """One piece of evidence: what was read, or why it could not be."""

    value: Any = None
    problem: str = ""


@dataclass(frozen=True)
class Sample:
    """Some quarantined rows as texts (None where NULL)."""

    columns: tuple[str, ...] = ()
    rows: tuple[tuple[str | None, ...], ...] = ()


@dataclass(frozen=True)
class Detail:
    """A drawer's content: the partition's runs, newest first, and what the newest one left."""

    history: Piece
    profile: Piece = field(default_factory=Piece)
    sample: Piece = field(default_factory=Piece)
    links: tuple[tuple[str, str], ...] = ()
    docs: frozenset[str] = frozenset()  # runs (the tokens of convert) that have Data Docs

    def documented(self, record: Mapping[str, Any]) -> str:
        """The run of a record, where it has Data Docs; else ""."""
        run = _of(record, "tokens", "convert")
        return run if run in self.docs else ""

    @property
    def failed_docs(self) -> str:
        """The newest record's run, where that failed and has Data Docs; else ""."""
        newest = (self.history.value or [{}])[0]
        return self.documented(newest) if newest.get("status") == "failed" else ""

    @property
    def failure(self) -> str:
        """What the newest record says, where it is that of a failed run."""
        newest = (self.history.value or [{}])[0]
        return str(newest.get("message", "")) if newest.get("status") == "failed" else ""


def detail(partition: Partition, record: Mapping[str, Any], aws: Aws, *, rows_too: bool) -> Detail:
    """Read a partition's evidence. rows_too: whether the reader may see rows of the data."""
    history = _piece(lambda: ledger.read(partition=partition, aws=aws)[::-1])
    docs = _piece(lambda: data_docs.tokens(partition, aws)) if rows_too else Piece()
    if not record:
        return Detail(history, docs=docs.value or frozenset())
    sample = Piece(problem="You may not read this dataset's rows.")
    if rows_too:
        sample = _piece(lambda: quarantine_sample(partition, record, aws))
    return Detail(
        history,
        _piece(lambda: _profile(partition, record, aws)),
        sample,
        links(partition, record, aws),
        docs.value or frozenset(),
    )


def _piece(read: Callable[[], Any]) -> Piece:
    try:
        return Piece(read())
    except TarnError as error:
        return Piece(problem=str(error))
    except ImportError as error:  # an api-server of its own may lack what workers have
        return Piece(problem=f"Airflow's api-server cannot read it: {error}.")


def _profile(partition: Partition, record: Mapping[str, Any], aws: Aws) -> dict[str, Any] | None:
    """{"columns", "rules"} of the run's DataBrew profile; None where the run has none."""
    from tarn.steps.profile import read_profile

    token, run_id = _of(record, "tokens", "profile"), _of(record, "runs", "profile")
    if not token:
        return None
    profile, rules = read_profile(partition, token, run_id, aws)
    return {"columns": profile.get("columns", []), "rules": rules}


@aws_errors("read the quarantine")
def quarantine_sample(partition: Partition, record: Mapping[str, Any], aws: Aws) -> Sample:
    """At most 20 of the rows that the run put into quarantine."""
    token = _of(record, "tokens", "convert")
    if not token or not record.get("rows_quarantined"):
        return Sample()
    import pyarrow as pa
    from pyarrow import dataset

    prefix = partition.run_folder(token)
    bucket = aws.settings.bucket("quarantine")
    keys = [f"{bucket}/{key}" for key, _ in aws.keys("quarantine", prefix) if _is_parquet(key)]
    if not keys:
        return Sample()
    try:
        found = dataset.dataset(keys, format="parquet", filesystem=_files(aws))
        head = found.head(SAMPLE_ROWS, batch_size=SAMPLE_ROWS)
    except (OSError, pa.ArrowException) as error:
        raise TarnError(f"{aws.settings.uri('quarantine', prefix)}: {error}") from error
    rows = tuple(tuple(_text(value) for value in row.values()) for row in head.to_pylist())
    return Sample(tuple(head.column_names), rows)


def _files(aws: Aws) -> Any:
    """Arrow's S3, which reads no more of an object than it needs.

    It does not look for AWS_ENDPOINT_URL, nor for a profile's role where that says.
    """
    from pyarrow.fs import S3FileSystem

    scheme, _, host = aws.s3.meta.endpoint_url.partition("://")
    return S3FileSystem(
        region=aws.settings.region, scheme=scheme, endpoint_override=host, **aws.credentials()
    )


def _is_parquet(key: str) -> bool:
    return key.endswith(".parquet")


def _text(value: Any) -> str | None:
    if value is None:
        return None
    text = str(value)
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}…"


def links(partition: Partition, record: Mapping[str, Any], aws: Aws) -> tuple[tuple[str, str], ...]:
    """Names and addresses of the run's work in the AWS console."""
    from tarn.steps.clean import CleanWork
    from tarn.steps.convert import ConvertWork
    from tarn.steps.crawl import CrawlWork
    from tarn.steps.profile import ProfileWork

    kinds: dict[str, Any] = {
        "profile": ("DataBrew profile", ProfileWork),
        "clean": ("DataBrew recipe job", CleanWork),
        "convert": ("Glue job run", ConvertWork),
        "crawl": ("Glue crawler", CrawlWork),
    }
    found = []
    for step, (name, work) in kinds.items():
        if run_id := _of(record, "runs", step):
            made = work(partition, _of(record, "tokens", step), "")
            found.append((name, made.link(aws, quote(run_id, safe=""))))
    found += [
        (name, _folder(str(record[key]), aws))
        for name, key in (("Published files", "location"), ("Files before", "previous_location"))
        if str(record.get(key) or "").startswith("s3://")
    ]
    if record.get("rows_quarantined") and (token := _of(record, "tokens", "convert")):
        uri = aws.settings.uri("quarantine", partition.run_folder(token))
        found.append(("Quarantined rows", _folder(uri, aws)))
    return tuple(found)


def _folder(uri: str, aws: Aws) -> str:
    bucket, _, prefix = uri.removeprefix("s3://").partition("/")
    query = f"?region={{region}}&prefix={quote(prefix, safe='')}"
    return aws.console(f"s3/buckets/{quote(bucket, safe='')}{query}")


def _of(record: Mapping[str, Any], name: str, step: str) -> str:
    """A step's token or run id; "" where the record has none."""
    inner = record.get(name)
    return str(inner.get(step) or "") if isinstance(inner, Mapping) else ""
