"""Personal data: hashes, masks, chance and shuffling, in the columns themselves.

ENCRYPT, DECRYPT and the deterministic pair are refused: AWS says which cipher they use and not how
a cell is framed, so what they wrote here no DataBrew could read.
https://docs.aws.amazon.com/databrew/latest/dg/recipe-actions.pii.html
"""

from collections.abc import Sequence
from dataclasses import replace

from local_aws.services.databrew.engine import hashing
from local_aws.services.databrew.engine.errors import InvalidStep, UnsupportedOption
from local_aws.services.databrew.engine.frame import Frame
from local_aws.services.databrew.engine.operations.math import between
from local_aws.services.databrew.engine.operations.registry import operation, update
from local_aws.services.databrew.engine.sql import literal, select, text, timestamp
from local_aws.services.databrew.engine.steps import Step

# MASK_*'s alphabet: the sets of characters that stay.
ALPHABET = {"SYMBOLS": r"\pP\pS", "WHITESPACE": r"\s"}
PARTS = ("YEAR", "MONTH", "DAY", "HOUR", "MINUTE", "SECOND", "MILLISECOND")
# The shapes in which a text is a date: pieces that are a part to mask, or a pattern that stays.
DAY = (("YEAR", r"\d{4}"), "-", ("MONTH", r"\d\d"), "-", ("DAY", r"\d\d"))
MINUTE = (*DAY, "[ T]", ("HOUR", r"\d\d"), ":", ("MINUTE", r"\d\d"))
ZONE = r"(?:Z|[+-]\d\d:?\d\d)?"
SHAPES = (
    DAY,
    (*MINUTE, ZONE),
    (*MINUTE, ":", ("SECOND", r"\d\d"), ZONE),
    (*MINUTE, ":", ("SECOND", r"\d\d"), r"\.", ("MILLISECOND", r"\d+"), ZONE),
    (("MONTH", r"\d{1,2}"), "[/-]", ("DAY", r"\d{1,2}"), "[/-]", ("YEAR", r"\d{4}")),
)


def _change(frame: Frame, step: Step, name: str, expression: str) -> Frame:
    if step.json("entityTypeFilter"):
        raise UnsupportedOption(f"{step.operation} with entityTypeFilter")
    return update(frame, step, name, expression)


def _text(frame: Frame, name: str) -> str:
    return text(*frame.column(name))


@operation("CRYPTOGRAPHIC_HASH")
def cryptographic_hash(frame: Frame, step: Step) -> Frame:
    """Base64, as Glue's transform of the same name shows it. HMAC_* take the secret's key."""
    named = step.text("algorithm", "HMAC_SHA256").upper()
    algorithm = named.removeprefix("HMAC_")
    if algorithm not in hashing.ALGORITHMS:
        raise InvalidStep(f"{step.operation}: there is no algorithm {named}")
    for name in step.sources():
        value = _text(frame, name)
        if named == algorithm:
            hashed = hashing.digest(frame.connection, algorithm, value)
        else:
            secret = hashing.secret_of(step)
            hashed = hashing.keyed(frame.connection, algorithm, secret, value)
        frame = _change(frame, step, name, hashed)
    return frame


def _symbol(step: Step, times: str) -> str:
    """The mask symbol so many times."""
    return f"repeat({literal(step.text('maskSymbol'))}, {times})"


def _masked(step: Step, value: str) -> str:
    """Every character masked but those of the alphabet's sets."""
    sets = step.json("alphabet") or ()
    unknown = [name for name in sets if name not in ALPHABET]
    if unknown:
        raise InvalidStep(f"{step.operation}: alphabet {unknown[0]} is none of {tuple(ALPHABET)}")
    pattern = f"[^{''.join(ALPHABET[name] for name in sets)}]" if sets else "(?s)."
    symbol = literal(step.text("maskSymbol").replace("\\", "\\\\"))
    return f"regexp_replace({value}, {literal(pattern)}, {symbol}, 'g')"


def _each_match(value: str, pattern: str, template: str) -> str:
    """The text with every match of the pattern, ``{}``, put through the template."""
    between_them = f"string_split_regex({value}, {literal(pattern)})"
    found = f"regexp_extract_all({value}, {literal(pattern)})"
    piece = f"p || coalesce({template.replace('{}', f'{found}[i]')}, '')"
    return f"array_to_string(list_transform({between_them}, lambda p, i: {piece}), '')"


@operation("MASK_CUSTOM")
def mask_custom(frame: Frame, step: Step) -> Frame:
    """Each character of each occurrence of ``customValue``; with ``regex`` of each match."""
    wanted = step.text("customValue")
    if step.flag("regex"):
        query = "SELECT regexp_matches('', ?)"
        empty = frame.connection.execute(query, [wanted]).fetchone()
        if empty and empty[0]:
            raise InvalidStep(f"{step.operation}: {wanted} matches nothing at all")
    if not wanted:
        raise InvalidStep(f"{step.operation}: customValue is empty")
    for name in step.sources():
        value = _text(frame, name)
        if step.flag("regex"):
            masked = _each_match(value, wanted, _symbol(step, "length({})"))
        else:
            masked = f"replace({value}, {literal(wanted)}, {_symbol(step, str(len(wanted)))})"
        frame = _change(frame, step, name, masked)
    return frame


@operation("MASK_DELIMITER")
def mask_delimiter(frame: Frame, step: Step) -> Frame:
    """Between every two delimiters; without a first from the start, without a last to the end.

    ``preserveDelimiters`` true masks the delimiters too, as the page has it, whatever its name.
    """
    start, end = (step.text(f"{edge}Delimiter", "") for edge in ("start", "end"))
    for name in step.sources():
        value = _text(frame, name)
        if start:
            masked = _each_match(value, *_between(step, start, end))
        elif end:
            masked = _up_to(step, value, end)
        else:
            masked = _masked(step, value)
        frame = _change(frame, step, name, masked)
    return frame


def _between(step: Step, start: str, end: str) -> tuple[str, str]:
    """The pattern from one delimiter to the next or to the end, and what becomes of a match."""
    pattern = f"(?s){_escaped(start)}.*{f'?{_escaped(end)}' if end else '$'}"
    if step.flag("preserveDelimiters"):
        return pattern, _masked(step, "{}")
    inner = f"substr({{}}, {len(start) + 1}, length({{}}) - {len(start) + len(end)})"
    return pattern, f"left({{}}, {len(start)}) || {_masked(step, inner)} || right({{}}, {len(end)})"


def _up_to(step: Step, value: str, end: str) -> str:
    """What comes before the first delimiter."""
    length = len(end) if step.flag("preserveDelimiters") else 0
    stop = f"strpos({value}, {literal(end)}) - 1 + {length}"
    cut = f"{_masked(step, f'left({value}, {stop})')} || substr({value}, {stop} + 1)"
    return f"CASE WHEN contains({value}, {literal(end)}) THEN {cut} ELSE {value} END"


def _escaped(delimiter: str) -> str:
    """As a regular expression of RE2, that matches the delimiter itself."""
    return "".join(rf"\x{{{ord(character):x}}}" for character in delimiter)


@operation("MASK_RANGE")
def mask_range(frame: Frame, step: Step) -> Frame:
    """From ``start`` to before ``stop``, from 0; negative from the end, as Python's slices."""
    for name in step.sources():
        value = _text(frame, name)
        start = _place(step, "start", value, "0")
        stop = _place(step, "stop", value, f"length({value})")
        inner = _masked(step, f"substr({value}, {start} + 1, greatest({stop} - {start}, 0))")
        after = f"substr({value}, greatest({stop}, {start}) + 1)"
        frame = _change(frame, step, name, f"(left({value}, {start}) || {inner} || {after})")
    return frame


def _place(step: Step, name: str, value: str, default: str) -> str:
    if not step.has(name):
        return default
    place = step.integer(name)
    if place < 0:
        return f"greatest(length({value}) - {-place}, 0)"
    return f"least({place}, length({value}))"


@operation("MASK_DATE")
def mask_date(frame: Frame, step: Step) -> Frame:
    """The parts in ``redact``, of ISO 8601 dates and of ``mm/dd/yyyy``.

    A text of another shape becomes NULL: what cannot be masked is not let through.
    """
    redacted = step.json("redact") or ()
    unknown = [part for part in redacted if part not in PARTS]
    if unknown or not redacted:
        raise InvalidStep(f"{step.operation}: redact needs parts of {', '.join(PARTS)}")
    if step.text("locale", "en").split("-")[0].lower() != "en":
        raise UnsupportedOption(f"{step.operation} with locale {step.text('locale')}")
    for name in step.sources():
        value = f"trim({_text(frame, name)})"
        cases = " ".join(_shape(step, shape, value, redacted) for shape in SHAPES)
        frame = _change(frame, step, name, f"CASE {cases} END")
    return frame


def _shape(
    step: Step, shape: tuple[str | tuple[str, str], ...], value: str, redacted: Sequence[str]
) -> str:
    pieces = [piece if isinstance(piece, tuple) else ("", piece) for piece in shape]
    whole = literal(f"^{''.join(pattern for _, pattern in pieces)}$")
    groups: list[str] = []
    for index, (part, _) in enumerate(pieces):
        pattern = "".join(
            f"({each})" if at == index else each for at, (_, each) in enumerate(pieces)
        )
        piece = f"regexp_extract({value}, {literal(f'^{pattern}$')}, 1)"
        groups.append(_symbol(step, f"length({piece})") if part in redacted and part else piece)
    return f"WHEN regexp_matches({value}, {whole}) THEN {' || '.join(groups)}"


@operation("REPLACE_WITH_RANDOM_BETWEEN")
def replace_with_random_between(frame: Frame, step: Step) -> Frame:
    """Another number in every row; a missing value stays missing."""
    for name in step.sources():
        column = frame.column(name)[0]
        frame = _change(
            frame, step, name, f"CASE WHEN {column} IS NOT NULL THEN {between(step)} END"
        )
    return frame


@operation("REPLACE_WITH_RANDOM_DATE_BETWEEN")
def replace_with_random_date_between(frame: Frame, step: Step) -> Frame:
    """A second from ``startDate`` to ``endDate``, in the column's own type; text in DataBrew's
    ``yyyy-mm-dd HH:MM:SS``. A missing value stays missing."""
    start, end = (
        timestamp(literal(step.text(name)), "VARCHAR") for name in ("startDate", "endDate")
    )
    query = select({"span": f"date_diff('second', {start}, {end})"}, "(SELECT 1) AS one")
    found = frame.connection.execute(query).fetchone()
    if found is None or found[0] is None or found[0] < 0:
        raise InvalidStep(f"{step.operation}: startDate to endDate is no span of time")
    drawn = f"({start} + to_seconds(CAST(floor(random() * {found[0] + 1}) AS BIGINT)))"
    for name in step.sources():
        column, sql_type = frame.column(name)
        wanted = sql_type if sql_type in ("DATE", "VARCHAR") else "TIMESTAMP"
        value = f"CASE WHEN {column} IS NOT NULL THEN CAST({drawn} AS {wanted}) END"
        frame = _change(frame, step, name, value)
    return frame


ROW, TURN = "__row", "__turn"


@operation("SHUFFLE_ROWS")
def shuffle_rows(frame: Frame, step: Step) -> Frame:
    """Each column's values in another order, each column for itself, within ``groupByColumns``."""
    if step.conditions:
        raise UnsupportedOption(f"{step.operation} with ConditionExpressions")
    kept = frame.same()
    groups = [frame.column(str(name))[0] for name in step.json("groupByColumns") or ()]
    frame = frame.select({**kept, ROW: "row_number() OVER ()"})
    for name in step.sources():
        frame = _shuffled(frame, frame.resolve(name), groups)
    return frame.tail(f"ORDER BY {ROW}").select(kept)


def _shuffled(frame: Frame, name: str, groups: list[str]) -> Frame:
    """Rows in their order meet the values in an order of chance, group by group."""
    column = frame.column(name)[0]
    part = f"PARTITION BY {', '.join(groups)} " if groups else ""
    ranked = frame.select({**frame.same(), TURN: f"row_number() OVER ({part}ORDER BY {ROW})"})
    keys = {f"__group_{i}": group for i, group in enumerate(groups)}
    drawn = ranked.select(
        {"__value": column, "__place": f"row_number() OVER ({part}ORDER BY random())", **keys}
    )
    same = " AND ".join(
        [
            f"{TURN} = __place",
            *(f"{group} IS NOT DISTINCT FROM {key}" for key, group in keys.items()),
        ]
    )
    columns = frame.same() | {name: "__value"}
    body = select(columns, ranked.current, f"JOIN {drawn.current} ON {same}")
    return replace(frame, steps=(*drawn.steps, body))
