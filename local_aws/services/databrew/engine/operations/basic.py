"""Basic column steps: types, names, order.

https://docs.aws.amazon.com/databrew/latest/dg/recipe-actions.basic.html
"""

from local_aws.services.databrew.engine.errors import InvalidStep
from local_aws.services.databrew.engine.frame import Frame
from local_aws.services.databrew.engine.operations.registry import operation, update
from local_aws.services.databrew.engine.sql import SQL_TYPES, convert, identifier, literal, text
from local_aws.services.databrew.engine.steps import Step


@operation("CHANGE_DATA_TYPE")
def change_data_type(frame: Frame, step: Step) -> Frame:
    """A value that cannot be converted becomes NULL."""
    return _convert(frame, step, step.text("columnDataType").lower())


@operation("TO_STRING_COLUMN")
def to_string_column(frame: Frame, step: Step) -> Frame:
    return _convert(frame, step, "string")


@operation("TO_BOOLEAN_COLUMN")
def to_boolean_column(frame: Frame, step: Step) -> Frame:
    return _convert(frame, step, "boolean")


@operation("TO_NUMBER_COLUMN", "TO_DOUBLE_COLUMN")
def to_double_column(frame: Frame, step: Step) -> Frame:
    return _convert(frame, step, "double")


def _convert(frame: Frame, step: Step, target: str) -> Frame:
    if target not in SQL_TYPES:
        raise InvalidStep(f"{step.operation}: the data type {target} is unknown")
    for name in step.sources():
        column, sql_type = frame.column(name)
        frame = update(frame, step, name, convert(column, sql_type, target))
    return frame


@operation("DELETE")
def delete(frame: Frame, step: Step) -> Frame:
    gone = {frame.resolve(name) for name in step.sources()}
    return frame.select({n: e for n, e in frame.same().items() if n not in gone})


@operation("DUPLICATE")
def duplicate(frame: Frame, step: Step) -> Frame:
    """The copy stands right after its source, as the console shows it."""
    name = frame.resolve(step.text("sourceColumn"))
    copy = step.text("targetColumn", f"{name}_copy")
    columns: dict[str, str] = {}
    for column, expression in frame.same().items():
        columns[column] = expression
        if column == name:
            columns[copy] = expression
    return frame.select(columns)


@operation("RENAME")
def rename(frame: Frame, step: Step) -> Frame:
    old = frame.resolve(step.text("sourceColumn"))
    new = step.text("targetColumn")
    if new != old and new.lower() in {n.lower() for n in frame.names if n != old}:
        raise InvalidStep(f"RENAME: there is a column `{new}` already")
    return frame.select({(new if n == old else n): e for n, e in frame.same().items()})


@operation("MOVE_AFTER")
def move_after(frame: Frame, step: Step) -> Frame:
    return _move(frame, step, _others(frame, step).index(_target(frame, step)) + 1)


@operation("MOVE_BEFORE")
def move_before(frame: Frame, step: Step) -> Frame:
    return _move(frame, step, _others(frame, step).index(_target(frame, step)))


@operation("MOVE_TO_START")
def move_to_start(frame: Frame, step: Step) -> Frame:
    return _move(frame, step, 0)


@operation("MOVE_TO_END")
def move_to_end(frame: Frame, step: Step) -> Frame:
    return _move(frame, step, len(frame.names))


@operation("MOVE_TO_INDEX")
def move_to_index(frame: Frame, step: Step) -> Frame:
    """Counted from 0; console exports hold ``NaN`` when nothing was chosen: the end."""
    if step.text("targetIndex").lower() == "nan":
        return _move(frame, step, len(frame.names))
    return _move(frame, step, max(0, step.integer("targetIndex")))


def _target(frame: Frame, step: Step) -> str:
    target = frame.resolve(step.text("targetColumn"))
    if target == frame.resolve(step.text("sourceColumn")):
        raise InvalidStep(f"{step.operation}: `{target}` cannot be moved beside itself")
    return target


def _others(frame: Frame, step: Step) -> list[str]:
    moved = frame.resolve(step.text("sourceColumn"))
    return [name for name in frame.names if name != moved]


def _move(frame: Frame, step: Step, index: int) -> Frame:
    names = _others(frame, step)
    names.insert(index, frame.resolve(step.text("sourceColumn")))
    return frame.select({name: identifier(name) for name in names})


@operation("SORT")
def sort(frame: Frame, step: Step) -> Frame:
    orders = ", ".join(_order(frame, item) for item in step.json("expressions"))
    return frame.tail(f"ORDER BY {orders}")


def _order(frame: Frame, item: dict[str, object]) -> str:
    column, sql_type = frame.column(str(item["sourceColumn"]))
    ordering = "DESC" if item.get("ordering") == "DESCENDING" else "ASC"
    nulls = "FIRST" if item.get("nullsOrdering") == "NULLS_TOP" else "LAST"
    custom = item.get("customOrder")
    if isinstance(custom, list) and custom:
        listed = ", ".join(literal(str(value)) for value in custom)
        column = f"list_position([{listed}], {text(column, sql_type)})"
    return f"{column} {ordering} NULLS {nulls}"
