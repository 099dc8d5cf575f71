"""How the names of compressed files end."""

ENDINGS = {
    "GZIP": "gz", "ZSTD": "zst", "BZIP2": "bz2", "DEFLATE": "deflate", "SNAPPY": "snappy",
    "LZ4": "lz4", "BROTLI": "br", "ZLIB": "zlib",
}  # fmt: skip
