"""The formats and compressions of a recipe job's files, and how their names end.

The pairs are those that Spark's writers know, Zstandard's too, of which the guide's table has none;
the table's Avro in GZIP, LZ4 and Brotli and text in Brotli are not written. A name ends in its
format and then its compression, `job_part00000.parquet.snappy`, as DataBrew's do.
https://docs.aws.amazon.com/databrew/latest/dg/product-and-service-integrations.html
"""

from local_aws.formats.endings import ENDINGS
from local_aws.services.databrew.engine.errors import UnsupportedOption

UNSUPPORTED = ("Format XML", "Format TABLEAUHYPER", "CompressionFormat LZO")
_TEXT = ("GZIP", "BZIP2", "DEFLATE", "SNAPPY", "LZ4", "ZSTD")
COMPRESSIONS = {
    "CSV": _TEXT,
    "JSON": _TEXT,
    "GLUEPARQUET": ("SNAPPY",),
    "PARQUET": ("SNAPPY", "GZIP", "LZ4", "BROTLI", "ZSTD"),
    "ORC": ("SNAPPY", "ZLIB", "LZ4", "ZSTD"),
    "AVRO": ("SNAPPY", "DEFLATE", "BZIP2", "ZSTD"),
}
TEXTS = ("CSV", "JSON")


def kind_of(format_: str) -> str:
    """The files' own format: Glue's Parquet is Parquet."""
    return "PARQUET" if format_ == "GLUEPARQUET" else format_


def check(format_: str, codec: str | None) -> None:
    """Raises UnsupportedOption, naming what is not there."""
    compressions = COMPRESSIONS.get(format_)
    if compressions is None:
        raise UnsupportedOption(f"The output format {format_}")
    if codec is not None and codec not in compressions:
        raise UnsupportedOption(f"The compression {codec} for {format_}")


def codec_of(format_: str, codec: str | None) -> str:
    """What the bytes are packed with: where the job says nothing, what Spark does by itself."""
    return codec or ("NONE" if format_ in TEXTS else "SNAPPY")


def ending(format_: str, codec: str | None) -> str:
    """``parquet.snappy``; but for Glue's the compression stands there only if the job names it."""
    if format_ == "GLUEPARQUET":
        return "glue.parquet.snappy"
    base = kind_of(format_).lower()
    return f"{base}.{ENDINGS[codec]}" if codec else base
