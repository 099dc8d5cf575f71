"""Which files of an S3 source a job reads.

https://docs.aws.amazon.com/glue/latest/dg/aws-glue-programming-etl-connect-s3-home.html
Files are listed only where something chooses among them (a bookmark, exclusions, bounds); otherwise
Spark lists them itself. Spark packs small files into tasks on its own, so `groupFiles` and
`groupSize` change no result and are accepted.
"""

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from .bookmarks import SourceBookmark
from .unsupported import refuse, refuse_unknown

IGNORED = (
    "groupFiles", "groupSize", "useS3ListImplementation", "s3ListBufferSize", "compressionType",
    "maxFilesInBand", "maxBand", "isFailFast", "partitionKeys", "attachFilename", "attachTimestamp",
    "excludeStorageClasses", "catalogPartitionPredicate", "mergeSchema", "transformation_ctx",
)  # fmt: skip
CHOOSING = ("exclusions", "boundedFiles", "boundedSize")
KNOWN = ("paths", "path", "recurse", *CHOOSING, *IGNORED)
REFUSED = ("attachFilename", "attachTimestamp")
COMPRESSION = ("gzip", "bzip2", "none", "")


@dataclass(frozen=True)
class File:
    """One file: its URI, its time of modification in milliseconds, its bytes."""

    path: str
    modified: int
    size: int


@dataclass(frozen=True)
class Selection:
    """What Spark is to load; `chosen` when these are single files.

    Below `base`, folders named <key>=<value> give the partition columns; `keys` are those that the
    catalog knows, whose values stay strings.
    """

    paths: list[str]
    recurse: bool = False
    chosen: bool = False
    base: str | None = None
    keys: tuple[str, ...] = ()

    def options(self) -> dict[str, str]:
        """Spark's options for them."""
        options = {"recursiveFileLookup": "true"} if self.recurse and not self.chosen else {}
        if self.chosen:
            options["__globPaths__"] = "false"
        if self.base:
            options["basePath"] = self.base
        return options


def select(
    spark: Any, paths: Sequence[str], options: dict[str, Any], bookmark: SourceBookmark | None
) -> Selection:
    """The files that the source's options and its bookmark leave."""
    each = select_each(spark, paths, options, bookmark)
    found = [path for selection in each for path in selection.paths]
    return Selection(found, each[0].recurse, each[0].chosen) if each else Selection([])


def select_each(
    spark: Any, paths: Sequence[str], options: dict[str, Any], bookmark: SourceBookmark | None
) -> list[Selection]:
    """The same, for each of the source's paths apart."""
    recurse = str(options.get("recurse", False)).lower() == "true"
    if bookmark is None and not any(options.get(name) for name in CHOOSING):
        return [Selection([path], recurse) for path in paths]
    listed = {path: list_files(spark.sparkContext, path) for path in paths}
    chosen = _without_excluded([f for found in listed.values() for f in found], options)
    if bookmark is not None:
        chosen = bookmark.new(chosen)
    chosen = _bounded(chosen, options)
    if bookmark is not None:
        bookmark.read(chosen)
    left = {file.path for file in chosen}
    return [
        Selection([file.path for file in found if file.path in left], chosen=True)
        for found in listed.values()
    ]


def check_options(what: str, options: dict[str, Any]) -> None:
    """Refuse what nothing here reads."""
    refuse_unknown(what, options, KNOWN)
    for name in REFUSED:
        if options.get(name):
            refuse(f"{what}: {name}")
    if options.get("compressionType", "none") not in COMPRESSION:
        refuse(f"{what}: compressionType {options['compressionType']}")


def list_files(context: Any, root: str) -> list[File]:
    """All files below a path or a glob, in order of their names; Spark's hidden ones left out."""
    jvm: Any = context._jvm
    path = jvm.org.apache.hadoop.fs.Path(root)
    system = path.getFileSystem(context._jsc.hadoopConfiguration())
    found = system.globStatus(path)
    if not found:
        return []
    return sorted(
        (file for status in found for file in _walk(system, status)), key=lambda f: f.path
    )


def glob_pattern(glob: str) -> re.Pattern[str]:
    """A glob of Java's (``*`` within a folder, ``**`` across, ``?``, ``[a-z]``, ``{a,b}``)."""
    out, at, depth = [], 0, 0
    while at < len(glob):
        char = glob[at]
        if glob.startswith("**", at):
            out.append(".*")
            at += 1
        elif char in "*?":
            out.append("[^/]*" if char == "*" else "[^/]")
        elif char == "[" and "]" in glob[at + 2 :]:
            end = glob.index("]", at + 2)
            inside = glob[at + 1 : end].replace("\\", "\\\\")
            out.append(f"[^{inside[1:]}]" if inside[0] == "!" else f"[{inside}]")
            at = end
        elif char == "{":
            out.append("(?:")
            depth += 1
        elif char == "}" and depth:
            out.append(")")
            depth -= 1
        elif char == "," and depth:
            out.append("|")
        elif char == "\\" and at + 1 < len(glob):
            at += 1
            out.append(re.escape(glob[at]))
        else:
            out.append(re.escape(char))
        at += 1
    if depth:
        raise ValueError(f"exclusions: a brace is not closed in {glob!r}")
    return re.compile("".join(out), re.DOTALL)


def _walk(system: Any, status: Any) -> Iterator[File]:
    path = status.getPath()
    if path.getName().startswith(("_", ".")):
        return
    if status.isFile():
        yield File(path.toString(), status.getModificationTime(), status.getLen())
        return
    for below in system.listStatus(path):
        yield from _walk(system, below)


def _without_excluded(files: list[File], options: dict[str, Any]) -> list[File]:
    exclusions = options.get("exclusions")
    if not exclusions:
        return files
    globs = json.loads(exclusions) if isinstance(exclusions, str) else list(exclusions)
    patterns = [glob_pattern(glob) for glob in globs]
    return [file for file in files if not any(p.fullmatch(file.path) for p in patterns)]


def _bounded(files: list[File], options: dict[str, Any]) -> list[File]:
    """https://docs.aws.amazon.com/glue/latest/dg/bounded-execution.html"""
    most = int(options.get("boundedFiles") or len(files))
    left = int(options["boundedSize"]) if options.get("boundedSize") else None
    chosen = []
    for file in files[:most]:
        if left is not None:
            if file.size > left:
                break
            left -= file.size
        chosen.append(file)
    return chosen
