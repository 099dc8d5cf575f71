"""A proposed patch applies with git, and gives a sound contract."""

import subprocess
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tarn.contracts.contract import Contract
from tarn.contracts.drift import of_header, of_table
from tarn.contracts.load import dataset_names, load_contract
from tarn.contracts.patch import propose
from tarn.partition import Partition
from tarn.settings import Settings
from tests.tarn.conftest import change

REAL = Settings.from_environment()


def types(contract: Contract) -> dict[str, str]:
    return {column.name: column.type for column in contract.columns}


def applied(patch: str, home: Path, dataset: str) -> Contract:
    """The contract of a copy that `git apply` has patched."""
    name = f"datasets/{dataset}.yaml"
    (home / name).parent.mkdir(exist_ok=True)
    if not (home / name).exists():
        (home / name).write_bytes((REAL.root / name).read_bytes())
    call = ["git", "apply", "--whitespace=error", "-"]
    done = subprocess.run(call, cwd=home, input=patch.encode(), capture_output=True, check=False)
    assert done.returncode == 0, done.stderr.decode() + patch
    return load_contract(dataset, Settings(home=str(home)))


@pytest.mark.parametrize("name", dataset_names(REAL))
def test_columns_from_the_raw_file_come_in_their_place(name: str, tmp_path: Path) -> None:
    contract = load_contract(name, REAL)
    header = ["first", contract.source_columns[0], "second", "third", *contract.source_columns[1:]]
    drift = of_table(contract, types(contract), [*header, "last"])
    patched = applied(propose(Partition(name), contract, drift, REAL), tmp_path, name)
    assert patched.version == "1.1.0"
    assert set(patched.source_columns) == {*header, "last"}
    assert list(patched.source_columns)[:3] == [contract.source_columns[0], "second", "third"]
    assert types(patched)["second"] == "string"


@pytest.mark.parametrize("name", dataset_names(REAL))
def test_columns_of_the_job_are_derived(name: str, tmp_path: Path) -> None:
    contract = load_contract(name, REAL)
    drift = of_table(contract, {**types(contract), "a": "decimal(9,2)", "b": "timestamp"})
    patched = applied(propose(Partition(name), contract, drift, REAL), tmp_path, name)
    assert patched.source_columns == contract.source_columns
    assert [(c.name, c.type) for c in patched.columns[-2:]] == [
        ("a", "decimal(9,2)"),
        ("b", "timestamp"),
    ]


def test_another_type_is_a_new_major_version(tmp_path: Path) -> None:
    contract = load_contract("flights", REAL)
    drift = of_table(contract, {**types(contract), "distance": "double"})
    patched = applied(propose(Partition("flights"), contract, drift, REAL), tmp_path, "flights")
    assert patched.version == "2.0.0"
    assert types(patched)["distance"] == "double"


@pytest.mark.parametrize(
    "found",
    [
        {"items": "array<int>"},  # no type of a contract
        {"Bad Name": "string"},
        {"origin": "int"},  # which has values that are strings
    ],
)
def test_nothing_is_proposed_that_is_no_contract(found: dict[str, str]) -> None:
    contract = load_contract("flights", REAL)
    drift = of_table(contract, {**types(contract), **found})
    assert drift
    assert propose(Partition("flights"), contract, drift, REAL) == ""


def test_a_missing_column_is_left_to_people() -> None:
    contract = load_contract("airlines", REAL)
    drift = of_header(contract, ["carrier"])
    assert drift.missing == ("name",)
    assert propose(Partition("airlines"), contract, drift, REAL) == ""


def test_files_as_people_write_them(home: Path, tmp_path: Path) -> None:
    """Comments, folded texts, columns in braces, no newline at the end."""
    path = home / "datasets" / "airlines.yaml"
    change(
        path,
        "        description: Name.\n",
        "        # Of the company.\n        description: >\n          The\n          name.\n\n",
    )
    text = path.read_text()
    head, _, _ = text.partition("customProperties:\n  - property: source")
    rest = text[len(head) :]
    path.write_text(f"{rest}{head}".rstrip("\n"))
    mine = Settings(home=str(home))
    contract = load_contract("airlines", mine)
    drift = of_table(contract, types(contract), ["carrier", "name", "alliance"])
    patched = applied(propose(Partition("airlines"), contract, drift, mine), home, "airlines")
    assert patched.source_columns == ("carrier", "name", "alliance")


NAMES = st.from_regex(r"[a-z][a-z0-9_]{0,8}", fullmatch=True)
TYPES = st.sampled_from(["int", "bigint", "double", "string", "date", "timestamp", "boolean"])


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    name=st.sampled_from(dataset_names(REAL)),
    new=st.dictionaries(NAMES, TYPES, max_size=4),
    header=st.lists(NAMES, max_size=4, unique=True),
    seed=st.randoms(use_true_random=False),
)
def test_whatever_drifts(
    tmp_path_factory: pytest.TempPathFactory,
    name: str,
    new: dict[str, str],
    header: list[str],
    seed: object,
) -> None:
    contract = load_contract(name, REAL)
    found, raw = list((types(contract) | new).items()), [*contract.source_columns, *header]
    seed.shuffle(found)  # type: ignore[attr-defined]
    seed.shuffle(raw)  # type: ignore[attr-defined]
    drift = of_table(contract, dict(found), list(dict.fromkeys(raw)))
    patch = propose(Partition(name), contract, drift, REAL)
    if patch:
        patched = applied(patch, tmp_path_factory.mktemp("home"), name)
        assert {c.name for c in patched.columns} >= {c.name for c in contract.columns}
        assert len(patched.columns) > len(contract.columns) or drift.retyped
