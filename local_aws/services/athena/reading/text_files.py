"""Tables of text, Avro and ORC files.

The engine reads plain delimited text by itself; everything else is decoded by its SerDe into the
query's spool. https://docs.aws.amazon.com/athena/latest/ug/supported-serdes.html
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from local_aws.services.athena.duck.quoting import identifier
from local_aws.services.athena.reading.relation_sql import Columns, Keys, joined
from local_aws.services.athena.serdes import (
    avro,
    grok,
    hive_json,
    lazy_simple,
    lines,
    open_csv,
    openx_json,
    orc,
    plain_text,
    regex,
)
from local_aws.services.athena.serdes.base import Decoder, line_counts
from local_aws.services.athena.serdes.spool import Batches, Spool
from local_aws.services.athena.trino.scope import Scan

if TYPE_CHECKING:
    from local_aws.services.athena.reading.tables import DataFile

_DECODERS: dict[str, Callable[[dict[str, Any], Columns], Decoder]] = {
    "text": lazy_simple.decoder,
    "opencsv": open_csv.decoder,
    "openx": openx_json.decoder,
    "json": hive_json.decoder,
    "regex": regex.decoder,
    "grok": grok.decoder,
}


def select(
    kind: str,
    scan: Scan,
    table: dict[str, Any],
    files: list[DataFile],
    columns: Columns,
    keys: Keys,
    spool: Spool,
) -> tuple[str, int]:
    """The SQL over the files, and their size: they are read whole."""
    size = sum(f.size for f in files)
    branches = [
        joined(scan, items, source, members, keys)
        for source, items, members in _branches(kind, table, files, columns, spool)
    ]
    return " UNION ALL ".join(branches), size


def _branches(
    kind: str, table: dict[str, Any], files: list[DataFile], columns: Columns, spool: Spool
) -> list[orc.Branch]:
    if kind == "orc":
        return orc.branches(table, files, columns, spool)
    items = [identifier(n) for n, _ in columns]
    if kind == "avro":
        made = spool.write(columns, ((f, avro.rows(table, f, columns)) for f in files))
        return [(made, items, files)]
    decode = _DECODERS[kind](table, columns)
    found: list[orc.Branch] = []
    rest = files
    if kind == "text" and plain_text.is_plain(table, columns):
        found, rest = _plain(table, files, columns, spool)
    if rest:
        counts = line_counts(table)
        made = spool.write(columns, ((f, _decoded(f, decode, counts)) for f in rest))
        found.append((made, items, rest))
    return found


def _plain(
    table: dict[str, Any], files: list[DataFile], columns: Columns, spool: Spool
) -> tuple[list[orc.Branch], list[DataFile]]:
    """What the engine can read itself, at once or after unpacking, and what it cannot."""
    whole = plain_text.readable(table, files)
    known = {f.path for f in whole}
    unpacked: list[DataFile] = []
    rest: list[DataFile] = []
    for data_file in files:
        if data_file.path not in known:
            made = plain_text.unpacked(table, data_file, spool)
            (rest if made is None else unpacked).append(made or data_file)
    branches = []
    for members, header in ((whole, line_counts(table)[0]), (unpacked, 0)):
        if members:
            source, items = plain_text.source(table, members, columns, header)
            branches.append((source, items, members))
    return branches, rest


def _decoded(data_file: DataFile, decode: Decoder, counts: tuple[int, int]) -> Batches:
    for batch in lines.lines(data_file, *counts):
        yield [decode(line.decode(errors="replace")) for line in batch]
