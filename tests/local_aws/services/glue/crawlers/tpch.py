"""TPC-H's eight tables, tiny: the columns and types of the specification, rows from a fixed seed.

https://www.tpc.org/tpc_documents_current_versions/pdf/tpc-h_v3.0.1.pdf, 1.4. Texts have neither
quotes nor delimiters, as dbgen's have not.
"""

import io
import json
import random
from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.csv
from pyarrow import orc, parquet

from local_aws.formats import avro
from local_aws.services.athena.serdes import avro_schema
from local_aws.services.athena.trino.types import parse_type

MONEY = pa.decimal128(15, 2)
_WORDS = ("carefully", "final", "deposits", "detect", "slyly", "furiously", "packages", "naïve")

Make = Callable[[random.Random, int], Any]


def _money(rand: random.Random, _: int) -> Decimal:
    return Decimal(rand.randint(-99999, 9999999)) / 100


def _text(rand: random.Random, _: int) -> str:
    return " ".join(rand.choices(_WORDS, k=rand.randint(1, 6)))


def _day(rand: random.Random, _: int) -> date:
    return date(1992, 1, 1) + timedelta(days=rand.randint(0, 2556))


def _row(_: random.Random, number: int) -> int:
    return number


def _upto(limit: int) -> Make:
    return lambda rand, _: rand.randint(0, limit)


def _of(*values: str) -> Make:
    return lambda rand, _: rand.choice(values)


def _named(form: str) -> Make:
    return lambda _, number: form.format(number)


_BIG, _INT, _STR, _DAY = pa.int64(), pa.int32(), pa.string(), pa.date32()
_ADDRESS = {"name": (_STR, _named("Name#{:09d}")), "address": (_STR, _text)}
_CONTACT = {
    "nationkey": (_INT, _upto(24)),
    "phone": (_STR, _named("25-989-741-{:04d}")),
    "acctbal": (MONEY, _money),
}
_COMMENT = {"comment": (_STR, _text)}

TABLES: dict[str, tuple[str, int, dict[str, tuple[pa.DataType, Make]]]] = {
    "region": ("r_", 5, {"regionkey": (_INT, _row), "name": (_STR, _text), **_COMMENT}),
    "nation": (
        "n_",
        25,
        {
            "nationkey": (_INT, _row),
            "name": (_STR, _named("NATION {}")),
            "regionkey": (_INT, _upto(4)),
            **_COMMENT,
        },
    ),
    "supplier": ("s_", 10, {"suppkey": (_BIG, _row), **_ADDRESS, **_CONTACT, **_COMMENT}),
    "customer": (
        "c_",
        30,
        {
            "custkey": (_BIG, _row),
            **_ADDRESS,
            **_CONTACT,
            "mktsegment": (_STR, _of("BUILDING", "MACHINERY")),
            **_COMMENT,
        },
    ),
    "part": (
        "p_",
        40,
        {
            "partkey": (_BIG, _row),
            "name": (_STR, _text),
            "mfgr": (_STR, _named("Manufacturer#{}")),
            "brand": (_STR, _of("Brand#13", "Brand#42")),
            "type": (_STR, _of("PROMO BURNISHED COPPER", "ECONOMY TIN")),
            "size": (_INT, _upto(50)),
            "container": (_STR, _of("JUMBO PKG", "LG CASE")),
            "retailprice": (MONEY, _money),
            **_COMMENT,
        },
    ),
    "partsupp": (
        "ps_",
        80,
        {
            "partkey": (_BIG, _upto(39)),
            "suppkey": (_BIG, _upto(9)),
            "availqty": (_INT, _upto(9999)),
            "supplycost": (MONEY, _money),
            **_COMMENT,
        },
    ),
    "orders": (
        "o_",
        100,
        {
            "orderkey": (_BIG, _row),
            "custkey": (_BIG, _upto(29)),
            "orderstatus": (_STR, _of("O", "F", "P")),
            "totalprice": (MONEY, _money),
            "orderdate": (_DAY, _day),
            "orderpriority": (_STR, _of("1-URGENT", "5-LOW")),
            "clerk": (_STR, _named("Clerk#{:09d}")),
            "shippriority": (_INT, _upto(0)),
            **_COMMENT,
        },
    ),
    "lineitem": (
        "l_",
        300,
        {
            "orderkey": (_BIG, _upto(99)),
            "partkey": (_BIG, _upto(39)),
            "suppkey": (_BIG, _upto(9)),
            "linenumber": (_INT, _row),
            "quantity": (MONEY, _money),
            "extendedprice": (MONEY, _money),
            "discount": (MONEY, _money),
            "tax": (MONEY, _money),
            "returnflag": (_STR, _of("A", "N", "R")),
            "linestatus": (_STR, _of("O", "F")),
            "shipdate": (_DAY, _day),
            "commitdate": (_DAY, _day),
            "receiptdate": (_DAY, _day),
            "shipinstruct": (_STR, _of("DELIVER IN PERSON", "NONE")),
            "shipmode": (_STR, _of("AIR", "RAIL")),
            **_COMMENT,
        },
    ),
}


def table(name: str) -> pa.Table:
    """The same rows each time."""
    prefix, rows, columns = TABLES[name]
    rand = random.Random(name)
    return pa.table(
        {
            prefix + column: pa.array([make(rand, i) for i in range(rows)], kind)
            for column, (kind, make) in columns.items()
        }
    )


def _csv(data: pa.Table) -> bytes:
    out = io.BytesIO()
    options = pa.csv.WriteOptions(delimiter="|", quoting_style="none")
    pa.csv.write_csv(_decimals_as_text(data), out, options)
    return out.getvalue()


def _decimals_as_text(data: pa.Table) -> pa.Table:
    for i, field in enumerate(data.schema):
        if pa.types.is_decimal(field.type):
            data = data.set_column(i, field.name, data.column(i).cast(pa.string()))
    return data


def _json(data: pa.Table) -> bytes:
    return b"".join(json.dumps(row, default=_plain).encode() + b"\n" for row in data.to_pylist())


def _plain(value: Any) -> Any:
    return float(value) if isinstance(value, Decimal) else value.isoformat()


def _parquet(data: pa.Table) -> bytes:
    out = io.BytesIO()
    parquet.write_table(data, out)
    return out.getvalue()


def _orc(data: pa.Table) -> bytes:
    out = io.BytesIO()
    orc.write_table(data, out)
    return out.getvalue()


def _avro(data: pa.Table, folder: Path) -> bytes:
    names = {_BIG: "bigint", _INT: "integer", _STR: "varchar", _DAY: "date", MONEY: "decimal(15,2)"}
    columns = [(field.name, parse_type(names[field.type])) for field in data.schema]
    schema = avro_schema.row_of(columns)
    avro.write(folder / "x.avro", schema, iter(data.to_batches()), "SNAPPY")
    return (folder / "x.avro").read_bytes()


FORMATS: dict[str, Callable[[pa.Table, Path], bytes]] = {
    "csv": lambda data, _: _csv(data),
    "json": lambda data, _: _json(data),
    "parquet": lambda data, _: _parquet(data),
    "orc": lambda data, _: _orc(data),
    "avro": _avro,
}
