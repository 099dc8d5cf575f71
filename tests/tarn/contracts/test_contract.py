"""Contracts are read whole; a bad one says everything that is wrong: file, line and remedy."""

import copy
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from tarn.contracts.contract import Column, Contract, ContractError
from tarn.contracts.load import load_contract, load_contracts
from tarn.errors import Terminal
from tarn.settings import Settings

GOOD = """\
apiVersion: v3.1.0
kind: DataContract
id: tarn.trips
name: trips
version: 1.0.0
status: active
description:
  purpose: Trips.
team:
  name: people
slaProperties:
  - property: frequency
    scheduler: cron
    schedule: "0 0 1 * *"
schema:
  - name: trips
    customProperties:
      - property: sortBy
        value: [id]
    quality:
      - name: long_enough
        type: custom
        engine: tarn
        implementation:
          expression: miles > 0
          action: quarantine
    properties:
      - name: year
        logicalType: integer
        physicalType: int
        partitioned: true
        partitionKeyPosition: 1
      - name: id
        logicalType: integer
        physicalType: bigint
        required: true
        primaryKey: true
      - name: miles
        logicalType: number
        physicalType: decimal(10,2)
        classification: internal
      - name: kind
        logicalType: string
        physicalType: string
        quality:
          - metric: invalidValues
            arguments:
              validValues: [taxi, "it's"]
            mustBe: 0
      - name: day
        logicalType: date
        physicalType: date
        customProperties:
          - property: derived
            value: true
customProperties:
  - property: drift
    value: evolve
  - property: source
    value:
      kind: files
      location: inbox
      pattern: "{dataset}-{label}.csv"
"""

Write = Callable[[str], Settings]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    def written(text: str) -> Settings:
        (tmp_path / "datasets").mkdir(exist_ok=True)
        (tmp_path / "datasets" / "trips.yaml").write_text(text)
        return Settings(home=str(tmp_path))

    return written


def test_read(write: Write) -> None:
    contract = load_contract("trips", write(GOOD))
    assert contract.version == "1.0.0"
    assert contract.drift == "evolve"
    assert contract.source_columns == ("year", "id", "miles", "kind")
    assert [c.name for c in contract.columns] == ["id", "miles", "kind", "day"]
    assert contract.columns[1].classification == "internal"
    assert contract.columns[2] == Column("kind", "string", values=("taxi", "it's"))
    assert contract.partition_keys == ("year",)
    assert contract.keys == ("id",)
    assert contract.owner == "people"
    assert [(r.name, r.expression, r.action) for r in contract.rules] == [
        ("enum:kind", "kind IN ('taxi', 'it\\'s')", "quarantine"),
        ("long_enough", "miles > 0", "quarantine"),
    ]


def test_what_is_deployed(write: Write) -> None:
    deployed = load_contract("trips", write(GOOD)).to_job_json()
    assert deployed["version"] == "1.0.0"
    assert deployed["columns"][0] == {
        "name": "id",
        "type": "bigint",
        "required": True,
        "classification": "",
        "values": [],
    }
    assert [c["name"] for c in deployed["partition_columns"]] == ["year"]
    assert deployed["keys"] == deployed["sort_by"] == ["id"]
    assert [r["name"] for r in deployed["rules"]] == ["enum:kind", "long_enough"]
    assert deployed["drift"] == "evolve"
    assert deployed["layout"] == {
        "file_megabytes": 128,
        "row_group_megabytes": 128,
        "zstd_level": 3,
    }


@pytest.mark.parametrize(
    ("old", "new", "where", "says"),
    [
        ("apiVersion: v3.1.0", "apiVersion: v2.2.2", 1, "Use one of v3.1.0"),
        ("name: trips\nversion", "name: trip\nversion", 4, "Give both the same name"),
        ("physicalType: bigint", "physicalType: varchar", 35, "Column id: a integer cannot"),
        ("logicalType: date", "logicalType: day", 51, "Use one of boolean, date"),
        ("action: quarantine", "action: ignore", 26, "Use one of quarantine, fail"),
        ("value: [id]", "value: [ids]", 19, "'ids', which is no published column"),
        ("name: miles", "name: id", 38, "Column id is there twice"),
        ("name: miles", "name: Miles run", 38, "is no column name"),
        ("kind: files", "kind: ftp", 61, "Use one of python-package, files"),
        ("location: inbox", "folder: inbox", 62, "A files source has no `folder`"),
        ("        primaryKey: true\n", "", 28, "No column is a primary key"),
        ("name: year", "name: region", 28, "Partition by year, month"),
        ("  name: people\n", "", 9, "`team` is missing"),
        ("kind: DataContract", "kind: [Data", 3, "This is not YAML"),
        ("status: active", "status: active\nstatus: draft", 7, "the key status is there twice"),
        ("status: active", "status: 2013-02-30", 6, "this is no timestamp"),
        ("version: 1.0.0", "version: 1.0", 5, "Use major.minor.patch"),
        ("primaryKey: true", "primaryKey: yup", 37, "Use true or false"),
        ("primaryKey: true", "primarykey: true", 37, "Did you mean `primaryKey`?"),
        ("partitionKeyPosition: 1", "partitionKeyPositon: 1", 32, "mean `partitionKeyPosition`?"),
        ("partitionKeyPosition: 1", "primaryKey: true", 28, "cannot be a primary key"),
        ("value: evolve", "value: ignore", 58, "Use one of fail, quarantine, evolve"),
        ("property: drift", "property: drfit", 57, "Did you mean `drift`?"),
        ("property: sortBy", "property: sortby", 18, "Did you mean `sortBy`?"),
        ("classification: internal", "classification: secret", 41, "Use one of public, internal"),
        ('[taxi, "it\'s"]', "[taxi, NO]", 48, "holds False, no string"),
        ('[taxi, "it\'s"]', "[taxi, taxi]", 48, "no list of different values"),
        ("mustBe: 0", "mustBeLessThan: 5", 46, "Tarn does not run this"),
        ("metric: invalidValues", "metric: nullValues", 46, "Tarn does not run this"),
        ("        type: custom", "        metric: rowCount", 21, "Use `type: custom`"),
        ("required: true", "unique: true", 36, "Tarn does not hold `unique`"),
        ("value: true", "value: 1", 55, "Use true or false"),
        ('schedule: "0 0 1 * *"', "schedule: monthly", 14, "Use cron's five fields"),
        ("{dataset}-{label}", "{dataset}-{day}", 63, "use only dataset, label, year"),
        ("{dataset}-{label}", "{dataset-{label}", 63, "In braces use only"),
    ],
)
def test_a_bad_contract_says_where(write: Write, old: str, new: str, where: int, says: str) -> None:
    assert old in GOOD
    settings = write(GOOD.replace(old, new, 1))
    with pytest.raises(ContractError) as caught:
        load_contract("trips", settings)
    message = str(caught.value)
    assert says in message
    assert message.startswith(f"datasets/trips.yaml:{where}: "), message


def test_everything_wrong_is_said_at_once(write: Write) -> None:
    bad = GOOD.replace("1.0.0", "one", 1).replace("bigint", "text").replace("day", "Day")
    with pytest.raises(ContractError) as caught:
        load_contract("trips", write(bad))
    assert [problem.line for problem in caught.value.problems] == [5, 35, 50]
    assert len(str(caught.value).splitlines()) == 3


def test_no_table_does_not_hide_the_rest(write: Write) -> None:
    bad = GOOD.replace("1.0.0", "one", 1).replace("schema:", "schema: []\nsupport:")
    with pytest.raises(ContractError) as caught:
        load_contract("trips", write(bad))
    assert [problem.what for problem in caught.value.problems] == [
        "`version` is 'one'.",
        "`schema` has 0 objects.",
    ]


def test_names_that_look_like_none_of_ours_are_other_tools(write: Write) -> None:
    other = "customProperties:\n  - property: costCentre\n    value: 7\n  - property: drift"
    settings = write(GOOD.replace("customProperties:\n  - property: drift", other))
    assert load_contract("trips", settings).drift == "evolve"


@pytest.mark.parametrize("raw", [b"", b"name: \xff\n", b"a: \x00\n", b"[" * 500, b"- 1\n"])
def test_what_is_no_contract_at_all(write: Write, raw: bytes) -> None:
    settings = write("")
    (settings.root / "datasets" / "trips.yaml").write_bytes(raw)
    with pytest.raises(ContractError, match=r"datasets/trips.yaml:1: "):
        load_contract("trips", settings)


ODD = ("", "[]", "{}", "null", "true", "-1", "0.5", "2013-02-30", "'", "[a, [b]]", "{a: {b: c}}")
ODD += ("&a [*a]", "!!int x", "!!set {a}", "? [a]", "%", "\t", "{{}}", "\x00", "0o9", "~", "é" * 50)


@st.composite
def spoilt_texts(draw: st.DrawFn) -> str:
    """The contract with a few lines spoilt: dropped, doubled, moved, or with another value."""
    lines = GOOD.splitlines()
    for _ in range(draw(st.integers(1, 2))):
        at = draw(st.integers(0, len(lines) - 1))
        key, _, value = lines[at].partition(": ")
        odd = draw(st.sampled_from(ODD) | st.text(max_size=8))
        kinds = [[], [lines[at]] * 2, [f"  {lines[at]}"], [lines[at][2:]], [f"{key}: {odd}"]]
        kinds += [[lines[at][:-1]], [f"{key}{odd}: {value}"], [lines[at], f"{key}: {odd}"], [odd]]
        lines[at : at + 1] = draw(st.sampled_from(kinds))
    return "\n".join(lines)


WRONG = st.sampled_from(
    [
        None,
        True,
        False,
        -1,
        0,
        0.5,
        10**30,
        "",
        "x",
        "year",
        "id",
        "Ä b",
        "{",
        [],
        {},
        [1],
        ["x", "x"],
    ]
) | st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5) | st.dates(),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=4,
)


def places(tree: Any) -> Iterator[tuple[Any, Any]]:
    """Each mapping or list below, with each of its keys or indices."""
    for key in list(tree) if isinstance(tree, dict) else range(len(tree)):
        yield tree, key
        if isinstance(tree[key], dict | list):
            yield from places(tree[key])


@st.composite
def changed_trees(draw: st.DrawFn) -> str:
    """The contract with another value, without one, or with another key, at one or two places."""
    tree = yaml.safe_load(GOOD)
    for _ in range(draw(st.integers(1, 2))):
        holder, key = draw(st.sampled_from(list(places(tree))))
        how = draw(st.sampled_from(["replace", "replace", "remove", "rename", "double"]))
        if how == "replace":
            holder[key] = draw(WRONG)
        elif how == "double" and isinstance(holder, list):
            holder.append(copy.deepcopy(holder[key]))
        elif how == "rename" and isinstance(holder, dict):
            holder[f"{key}{draw(st.text(max_size=2))}"] = holder.pop(key)
        else:
            del holder[key]
    return yaml.safe_dump(tree, sort_keys=False, allow_unicode=True)


@pytest.mark.parametrize("texts", [spoilt_texts(), changed_trees()], ids=["text", "tree"])
def test_whatever_is_written_is_a_contract_or_says_where_it_is_wrong(
    write: Write, texts: st.SearchStrategy[str]
) -> None:
    where = write("")

    @settings(max_examples=100)
    @given(text=texts)
    def holds(text: str) -> None:
        raw = text.encode(errors="surrogatepass")
        (where.root / "datasets" / "trips.yaml").write_bytes(raw)
        outcome = read(where)
        if isinstance(outcome, ContractError):
            lines = max(1, len(raw.splitlines()))
            assert outcome.problems
            assert all(1 <= p.line <= lines and p.what and p.remedy for p in outcome.problems)
        else:
            names = {column.name for column in outcome.columns}
            assert outcome.keys
            assert set(outcome.keys) | set(outcome.sort_by) <= names

    holds()


def read(where: Settings) -> Contract | ContractError:
    try:
        return load_contract("trips", where)
    except ContractError as error:
        return error


NO_NUMBER = "no whole number from 1 to"
BUDGET = "  - property: monthlyBudgetUsd\n    value: "


def test_a_budget(write: Write) -> None:
    assert load_contract("trips", write(GOOD)).monthly_budget_usd is None
    contract = load_contract("trips", write(f"{GOOD}{BUDGET}12"))
    assert contract.monthly_budget_usd == 12.0


@pytest.mark.parametrize("value", ["0", "-1", "true", "much", ".nan", ".inf", "[1]"])
def test_a_budget_that_is_none(write: Write, value: str) -> None:
    with pytest.raises(ContractError, match="Give US dollars, more than 0"):
        load_contract("trips", write(f"{GOOD}{BUDGET}{value}"))


def test_every_property_of_tarns_own_wrong_at_once(write: Write) -> None:
    """Each with its line; one that would be passed over counts as wrong."""
    sort_by = "      - property: sortBy\n"
    wrong = {"fileMegabytes": 0, "rowGroupMegabytes": "x", "zstdLevel": 99, "drift": "fail"}
    wrong |= {"maxDroppedPercent": 101, "maxDroppedRows": 0.5}
    table = "".join(f"      - {{property: {n}, value: {v}}}\n" for n, v in wrong.items())
    own = "  - {property: drift, value: fail}\n  - {property: zstdLevel, value: 3}\n"
    text = GOOD.replace(sort_by, table + sort_by).replace("value: evolve", "value: evolv")
    text = f"{text}{own}{BUDGET}-5\n"
    with pytest.raises(ContractError) as caught:
        load_contract("trips", write(text))
    lines = text.splitlines()
    assert [(lines[p.line - 1].strip(" -{}"), p.what) for p in caught.value.problems] == [
        ("property: fileMegabytes, value: 0", f"`fileMegabytes` is 0, {NO_NUMBER} 5120."),
        ("property: rowGroupMegabytes, value: x", f"`rowGroupMegabytes` is 'x', {NO_NUMBER} 1024."),
        ("property: zstdLevel, value: 99", f"`zstdLevel` is 99, {NO_NUMBER} 22."),
        ("property: drift, value: fail", "`drift` is no custom property of a table."),
        (
            "property: maxDroppedPercent, value: 101",
            "`maxDroppedPercent` is 101, no number from 0 to 100.",
        ),
        (
            "property: maxDroppedRows, value: 0.5",
            "`maxDroppedRows` is 0.5, no whole number from 0.",
        ),
        ("value: evolv", "`value` is 'evolv'."),
        ("property: drift, value: fail", "Custom property `drift` is there twice."),
        ("property: zstdLevel, value: 3", "`zstdLevel` is no custom property of a contract."),
        ("value: -5", "`monthlyBudgetUsd` is -5."),
    ]


def test_no_such_dataset(write: Write) -> None:
    with pytest.raises(Terminal, match=r"no dataset 'cars'.*Declared: trips"):
        load_contract("cars", write(GOOD))


def test_all(write: Write) -> None:
    assert list(load_contracts(write(GOOD))) == ["trips"]
