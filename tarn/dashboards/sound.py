"""Whether what dashboards use is still there: a view's column, through a data set, to a visual."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tarn.dashboards.uses import missing

DATA_SET_ARN = "${data_set_arn:"


@dataclass(frozen=True)
class DataSet:
    """A declared data set: the view it reads, what that lacks, and the columns left for visuals."""

    id: str
    view: str
    lacks: tuple[str, ...]
    columns: frozenset[str]


def problems(root: Path) -> Iterator[tuple[str, str]]:
    """What is wrong, as (file, sentence).

    A view's columns are read from its SQL; a data set over another source is believed.
    """
    folder = root / "dashboards"
    data_sets = {}
    for path in sorted((folder / "data_sets").glob("*.json")):
        found = read_data_set(json.loads(path.read_text(encoding="utf-8")), root)
        data_sets[found.id] = found
        for column in found.lacks:
            yield f"dashboards/data_sets/{path.name}", f"{found.view} has no column {column}."
    for path in sorted(folder.glob("*.json")):
        definition = json.loads(path.read_text(encoding="utf-8"))["Definition"]
        for sentence in _unmet(definition, data_sets):
            yield f"dashboards/{path.name}", sentence


def _unmet(definition: Mapping[str, Any], data_sets: Mapping[str, DataSet]) -> Iterator[str]:
    known = {}
    for item in definition["DataSetIdentifierDeclarations"]:
        data_set = item["DataSetArn"].removeprefix(DATA_SET_ARN).removesuffix("}")
        if data_set in data_sets:
            known[item["Identifier"]] = data_sets[data_set]
        else:
            yield f"There is no data set {data_set} in dashboards/data_sets."
    for use in missing(definition, {name: found.columns for name, found in known.items()}):
        if use.data_set in known:
            view = known[use.data_set].view
            start = use.where[:1].upper() + use.where[1:]
            yield f"{start} uses {use.column}, which {view} does not give."


def read_data_set(request: Mapping[str, Any], root: Path) -> DataSet:
    """A data set's file, held against the view that it reads."""
    view, declared, given = "its source", set(), None
    for table in request["PhysicalTableMap"].values():
        kind, options = next(iter(table.items()))
        declared |= {c["Name"] for c in options.get("InputColumns") or options["Columns"]}
        if kind == "RelationalTable":
            view = f"sql/{options['Schema']}/{options['Name']}.sql"
            given = _selected(root / view)
    lacks = tuple(sorted(declared - given)) if given is not None else ()
    columns = declared - set(lacks)
    for table in request.get("LogicalTableMap", {}).values():
        for transform in table.get("DataTransforms", []):
            columns = _transformed(columns, transform)
    return DataSet(request["DataSetId"], view, lacks, frozenset(columns))


def _selected(view: Path) -> set[str] | None:
    import sqlglot

    if not view.is_file():
        return None
    return set(sqlglot.parse_one(view.read_text(encoding="utf-8"), read="athena").named_selects)


def _transformed(columns: set[str], transform: Mapping[str, Any]) -> set[str]:
    kind, options = next(iter(transform.items()))
    if kind == "CreateColumnsOperation":
        return columns | {made["ColumnName"] for made in options["Columns"]}
    if kind == "RenameColumnOperation":
        return columns - {options["ColumnName"]} | {options["NewColumnName"]}
    if kind == "ProjectOperation":
        return columns & set(options["ProjectedColumns"])
    return columns
