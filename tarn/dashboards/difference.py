"""How a declared definition differs from the deployed one, in the words of a dashboard's author.

Parts are matched by their ids, so that a visual that moved in its list has not changed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from tarn.dashboards.uses import title, words
from tarn.deploy.compare import differences

ADDED, REMOVED, CHANGED = "added", "removed", "changed"
Options = Mapping[str, Any]
Key = tuple[str, ...]


@dataclass(frozen=True)
class Difference:
    """One part that differs: `On time: the bar chart visual 'Who arrives late' (late)`, changed.

    detail: paths inside the part, with what AWS has and what is declared.
    """

    what: str
    kind: str
    detail: tuple[str, ...] = ()


@dataclass(frozen=True)
class Part:
    """A part of a definition that has an id of its own, and what people call it."""

    key: Key
    what: str
    options: Any


def difference(deployed: Options, declared: Options, sent: Options) -> list[Difference]:
    """What a deploy would change of a definition.

    deployed: as AWS gives it back, with defaults of its own, which do not count; sent: what the
    last deploy gave to AWS, which tells an option that is no longer declared from such a default.
    """
    old, new, given = ({p.key: p for p in _parts(each)} for each in (deployed, declared, sent))
    found = []
    for key in {**new, **old}:
        if key not in old:
            found.append(Difference(new[key].what, ADDED))
        elif key not in new:
            found.append(Difference(old[key].what, REMOVED))
        else:
            before = given.get(key, new[key]).options
            detail = tuple(_changes(old[key].options, new[key].options, before))
            found += [Difference(new[key].what, CHANGED, detail)] if detail else []
    return found


def _changes(deployed: Options, declared: Options, sent: Options) -> Iterator[str]:
    gone = [path for path in differences(declared, sent) if _at(declared, path) is None]
    for path in dict.fromkeys([*differences(deployed, declared), *gone]):
        old, new = (_short(_at(options, path)) for options in (deployed, declared))
        yield f"{path}: {old} → {new}"


def _parts(definition: Options) -> Iterator[Part]:
    for item in definition.get("DataSetIdentifierDeclarations", []):
        yield Part(("data set", item["Identifier"]), f"the data set {item['Identifier']}", item)
    for item in definition.get("CalculatedFields", []):
        key = (item["DataSetIdentifier"], item["Name"])
        yield Part(("field", *key), f"the calculated field {'.'.join(key)}", item)
    for item in definition.get("ParameterDeclarations", []):
        name = next(iter(item.values()))["Name"]
        yield Part(("parameter", name), f"the parameter {name}", item)
    for item in definition.get("FilterGroups", []):
        name = item["FilterGroupId"]
        yield Part(("filter", name), f"the filter {name}", item)
    for sheet in definition.get("Sheets", []):
        yield from _parts_of_sheet(sheet)
    for name in ("AnalysisDefaults", "ColumnConfigurations", "Options", "StaticFiles"):
        if definition.get(name):
            yield Part((name,), f"the {words(name)}", definition[name])


def _parts_of_sheet(sheet: Options) -> Iterator[Part]:
    at, name = sheet["SheetId"], sheet.get("Name") or sheet["SheetId"]
    own = {k: v for k, v in sheet.items() if k not in (*IDS, "Visuals", "Layouts")}
    yield Part(("sheet", at), f"the sheet {name}", own)
    for visual in sheet.get("Visuals", []):
        kind, options = next(iter(visual.items()))
        what = f"{name}: the {words(kind)} {title(options)}"
        yield Part((at, "visual", options["VisualId"]), what, options)
    for part, id_of in IDS.items():
        for item in sheet.get(part, []):
            what = f"{name}: the {words(part).removesuffix('s')} {id_of(item)}"
            yield Part((at, part, id_of(item)), what, item)
    if sheet.get("Layouts"):
        yield Part((at, "layout"), f"{name}: the layout", sheet["Layouts"])


IDS: dict[str, Callable[[Options], str]] = {
    "FilterControls": lambda item: str(next(iter(item.values()))["FilterControlId"]),
    "ParameterControls": lambda item: str(next(iter(item.values()))["ParameterControlId"]),
    "TextBoxes": lambda item: str(item["SheetTextBoxId"]),
    "Images": lambda item: str(item["SheetImageId"]),
}


def _at(options: Any, path: str) -> Any:
    """The value at a path as `differences` writes it: `Values[0].Column`."""
    for step in path.replace("[", ".[").split("."):
        try:
            options = options[int(step[1:-1])] if step.startswith("[") else options[step]
        except (KeyError, IndexError, TypeError):
            return None
    return options


def _short(value: Any) -> str:
    if value is None:
        return "nothing"
    text = str(value)
    return text if len(text) <= 60 else text[:57] + "…"
