"""DESCRIBE and SHOW CREATE TABLE: a table in Hive's lines, to the letter.

https://docs.aws.amazon.com/athena/latest/ug/describe-table.html
"""

from __future__ import annotations

import datetime as dt
from typing import Any

from local_aws.services.athena.errors import semantic
from local_aws.services.athena.trino import types as t

_BLANK = "\t \t "
_HEADER = ("# col_name", "data_type", "comment")
_LAZY = "org.apache.hadoop.hive.serde2.lazy.LazySimpleSerDe"
Table = dict[str, Any]


def _line(*parts: str) -> str:
    return "\t".join(part.ljust(20) for part in parts)


def _described(column: Table) -> str:
    return _line(column["Name"], column.get("Type", "string"), column.get("Comment", ""))


def table(found: Table, partition: Table | None, form: str) -> list[str]:
    """The lines of DESCRIBE; `form` is empty, extended or formatted."""
    descriptor = (partition or found).get("StorageDescriptor") or {}
    columns, keys = descriptor.get("Columns") or [], found.get("PartitionKeys") or []
    if form == "formatted":
        lines = [_line(*_HEADER), _BLANK, *map(_described, columns), *_partition_lines(keys)]
        return [*lines, *_details(found, partition), *_storage_details(descriptor)]
    lines = [*map(_described, [*columns, *keys]), *_partition_lines(keys)]
    if form == "extended":
        what = "Partition" if partition else "Table"
        lines += [_BLANK, f"Detailed {what} Information\t{_thrift(found, partition)}\t"]
    return lines


def _partition_lines(keys: list[Table]) -> list[str]:
    if not keys:
        return []
    head = [_BLANK, "# Partition Information\t \t ", _line(*_HEADER)]
    return [*head, _BLANK, *map(_described, keys)]


def _pair(name: str, value: object) -> str:
    return f"{name.ljust(20)}\t{str(value).ljust(20)}\t "


def _parameters(title: str, found: dict[str, str]) -> list[str]:
    if not found:
        return []
    pairs = (f" \t{key.ljust(20)}\t{value.ljust(20)}" for key, value in sorted(found.items()))
    return [f"{title}\t \t ", *pairs]


def _moment(value: object) -> str:
    if isinstance(value, dt.datetime):
        value = value.timestamp()
    if not isinstance(value, int | float):
        return "UNKNOWN"
    return f"{dt.datetime.fromtimestamp(value, dt.UTC):%a %b %d %H:%M:%S UTC %Y}"


def _details(found: Table, partition: Table | None) -> list[str]:
    shown = partition or found
    lines = [_BLANK]
    if partition:
        lines += ["# Detailed Partition Information\t \t ",
                  _pair("Partition Value:", f"[{', '.join(partition['Values'])}]")]  # fmt: skip
    else:
        lines.append("# Detailed Table Information\t \t ")
    lines.append(_pair("Database:", found.get("DatabaseName", "")))
    lines.append(_pair("Table:", found["Name"]) if partition else _pair("Owner:", _owner(found)))
    lines.append(
        _pair("CreateTime:", _moment(shown.get("CreationTime") or shown.get("CreateTime")))
    )
    lines.append(_pair("LastAccessTime:", _moment(shown.get("LastAccessTime"))))
    lines.append(_pair("Protect Mode:", "None"))
    if not partition:
        lines.append(_pair("Retention:", found.get("Retention", 0)))
    lines.append(_pair("Location:", (shown.get("StorageDescriptor") or {}).get("Location", "")))
    if not partition:
        lines.append(_pair("Table Type:", found.get("TableType", "")))
    title = "Partition Parameters:" if partition else "Table Parameters:"
    return lines + _parameters(title, shown.get("Parameters") or {})


def _owner(found: Table) -> str:
    return str(found.get("Owner") or "hadoop")


def _storage_details(descriptor: Table) -> list[str]:
    serde = descriptor.get("SerdeInfo") or {}
    return [
        _BLANK,
        "# Storage Information\t \t ",
        _pair("SerDe Library:", serde.get("SerializationLibrary", "")),
        _pair("InputFormat:", descriptor.get("InputFormat", "")),
        _pair("OutputFormat:", descriptor.get("OutputFormat", "")),
        _pair("Compressed:", "Yes" if descriptor.get("Compressed") else "No"),
        _pair("Num Buckets:", descriptor.get("NumberOfBuckets", -1)),
        _pair("Bucket Columns:", f"[{', '.join(descriptor.get('BucketColumns') or [])}]"),
        _pair("Sort Columns:", "[]"),
        *_parameters("Storage Desc Params:", serde.get("Parameters") or {}),
    ]


def _thrift(found: Table, partition: Table | None) -> str:
    """Thrift's text of the table or partition."""
    shown = partition or found
    descriptor = shown.get("StorageDescriptor") or {}
    serde = descriptor.get("SerdeInfo") or {}
    columns = ", ".join(map(_schema, descriptor.get("Columns") or []))
    stored = (
        f"StorageDescriptor(cols:[{columns}], location:{descriptor.get('Location', '')},"
        f" inputFormat:{descriptor.get('InputFormat', '')},"
        f" outputFormat:{descriptor.get('OutputFormat', '')},"
        f" compressed:{str(bool(descriptor.get('Compressed'))).lower()},"
        f" numBuckets:{descriptor.get('NumberOfBuckets', -1)},"
        f" serdeInfo:SerDeInfo(name:null,"
        f" serializationLib:{serde.get('SerializationLibrary', '')},"
        f" parameters:{_map(serde.get('Parameters') or {})}),"
        f" bucketCols:[{', '.join(descriptor.get('BucketColumns') or [])}], sortCols:[],"
        " parameters:{})"
    )
    name, database = found["Name"], found.get("DatabaseName", "")
    parameters = _map(shown.get("Parameters") or {})
    if partition:
        return (
            f"Partition(values:[{', '.join(partition['Values'])}], dbName:{database},"
            f" tableName:{name}, sd:{stored}, parameters:{parameters})"
        )
    keys = ", ".join(map(_schema, found.get("PartitionKeys") or []))
    return (
        f"Table(tableName:{name}, dbName:{database}, owner:{_owner(found)},"
        f" retention:{found.get('Retention', 0)}, sd:{stored}, partitionKeys:[{keys}],"
        f" parameters:{parameters}, viewOriginalText:{found.get('ViewOriginalText') or 'null'},"
        f" viewExpandedText:{found.get('ViewExpandedText') or 'null'},"
        f" tableType:{found.get('TableType', '')})"
    )


def _schema(column: Table) -> str:
    return (
        f"FieldSchema(name:{column['Name']}, type:{column.get('Type', 'string')},"
        f" comment:{column.get('Comment') or 'null'})"
    )


def _map(found: dict[str, str]) -> str:
    return "{" + ", ".join(f"{key}={value}" for key, value in sorted(found.items())) + "}"


# --- one column


def column(found: Table, path: list[str], form: str) -> list[str]:
    """The lines of DESCRIBE for a column, or for what is inside of it."""
    columns = (found.get("StorageDescriptor") or {}).get("Columns") or []
    named = [*columns, *(found.get("PartitionKeys") or [])]
    first = next((c for c in named if c["Name"] == path[0]), None)
    if first is None:
        raise semantic(f"[Error 10002]: Invalid column reference {path[0]}")
    kind = t.parse_type(first.get("Type") or "string")
    for part in path[1:]:
        kind = _inside(kind, part)
    # A struct is described by its fields.
    if kind.name == "row" and len(path) > 1:
        rows = [(t.field_name(kind, i), t.hive_type(k)) for i, k in enumerate(kind.of)]
    else:
        rows = [(path[-1], t.hive_type(kind))]
    lines = [_line(name, of, "from deserializer") for name, of in rows]
    return [_line(*_HEADER), _BLANK, *lines] if form == "formatted" else lines


def _inside(kind: t.Type, part: str) -> t.Type:
    places = {("array", "$elem$"): 0, ("map", "$key$"): 0, ("map", "$value$"): 1}
    if (kind.name, part) in places:
        return kind.of[places[kind.name, part]]
    names = [t.field_name(kind, i).lower() for i in range(len(kind.of))] if kind.fields else []
    if part not in names:
        raise semantic(f"[Error 10002]: Invalid column reference {part}")
    return kind.of[names.index(part)]


# --- SHOW CREATE TABLE

_DELIMITERS = (
    ("field.delim", "FIELDS TERMINATED BY"),
    ("escape.delim", "ESCAPED BY"),
    ("collection.delim", "COLLECTION ITEMS TERMINATED BY"),
    ("mapkey.delim", "MAP KEYS TERMINATED BY"),
    ("line.delim", "LINES TERMINATED BY"),
    ("serialization.null.format", "NULL DEFINED AS"),
)


def create_statement(found: Table) -> list[str]:
    """The lines of a statement that makes the table again."""
    descriptor = found["StorageDescriptor"]
    lines = [f"CREATE EXTERNAL TABLE `{found['Name']}`("]
    lines += _listed([_declared(c) for c in descriptor.get("Columns") or []]) or [")"]
    parameters = dict(found.get("Parameters") or {})
    comment = parameters.pop("comment", None) or found.get("Description")
    if comment:
        lines.append(f"COMMENT {_quoted(comment)}")
    if found.get("PartitionKeys"):
        keys = [_declared(c) for c in found["PartitionKeys"]]
        lines += ["PARTITIONED BY ( ", *_listed(keys)]
    if descriptor.get("BucketColumns"):
        names = [f"  {name}" for name in descriptor["BucketColumns"]]
        lines += ["CLUSTERED BY ( ", *_listed(names)]
        lines.append(f"INTO {descriptor.get('NumberOfBuckets')} BUCKETS")
    return [*lines, *_row_format(descriptor), *_storage(descriptor), *_properties(parameters)]


def _declared(column: Table) -> str:
    comment = f" COMMENT {_quoted(column['Comment'])}" if column.get("Comment") else ""
    return f"  `{column['Name']}` {column.get('Type', 'string')}{comment}"


_ESCAPED = {"\\": "\\\\", "'": "\\'", "\t": "\\t", "\n": "\\n", "\r": "\\r"}


def _quoted(text: str) -> str:
    def one(char: str) -> str:
        if char in _ESCAPED:
            return _ESCAPED[char]
        return char if char >= " " and char != "\x7f" else f"\\u{ord(char):04X}"

    return "'" + "".join(map(one, text)) + "'"


def _listed(items: list[str]) -> list[str]:
    return [f"{item}, " for item in items[:-1]] + [f"{item})" for item in items[-1:]]


def _row_format(descriptor: Table) -> list[str]:
    serde = descriptor.get("SerdeInfo") or {}
    library, properties = serde.get("SerializationLibrary", ""), serde.get("Parameters") or {}
    shown = {k: v for k, v in properties.items() if k != "serialization.format"}
    if library == _LAZY and shown and set(shown) <= {key for key, _ in _DELIMITERS}:
        clauses = [f"  {words} {_quoted(shown[k])} " for k, words in _DELIMITERS if k in shown]
        return ["ROW FORMAT DELIMITED ", *clauses]
    lines = ["ROW FORMAT SERDE ", f"  {_quoted(library)} "]
    if shown:
        pairs = [f"  {_quoted(k)}={_quoted(v)}" for k, v in sorted(properties.items())]
        lines += ["WITH SERDEPROPERTIES ( ", *_listed(pairs)[:-1], _listed(pairs)[-1] + " "]
    return lines


def _storage(descriptor: Table) -> list[str]:
    lines = ["STORED AS INPUTFORMAT ", f"  {_quoted(descriptor.get('InputFormat', ''))} "]
    lines += ["OUTPUTFORMAT ", f"  {_quoted(descriptor.get('OutputFormat', ''))}"]
    return [*lines, "LOCATION", f"  {_quoted(descriptor.get('Location', ''))}"]


def _properties(parameters: dict[str, str]) -> list[str]:
    shown = {k: v for k, v in parameters.items() if k != "EXTERNAL"}
    pairs = [f"  {_quoted(k)}={_quoted(v)}" for k, v in sorted(shown.items())]
    return ["TBLPROPERTIES (", *_listed(pairs)] if pairs else []
