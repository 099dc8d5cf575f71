"""Declarations that contradict each other are refused before a deploy touches anything."""

from pathlib import Path

import pytest

from tarn.aws import Aws
from tarn.contracts.contract import ContractErrors
from tarn.contracts.load import load_contracts
from tarn.deploy.check import refuse_unsound
from tests.tarn.conftest import change, declare_policy

RULE = """\
    quality:
      - name: long
        type: custom
        engine: tarn
        implementation:
          expression: {}
          action: fail
    properties:
"""


@pytest.fixture
def aws_of_home(home: Path) -> Aws:
    return Aws()


def refused(aws: Aws) -> str:
    with pytest.raises(ContractErrors) as caught:
        refuse_unsound(aws)
    return str(caught.value)


def test_what_is_declared_here_is_sound() -> None:
    refuse_unsound(Aws())


@pytest.mark.parametrize(
    ("expression", "says"),
    [
        ("length(carier) > 1", "Rule long names carier, which is no published column."),
        ("length(carrier > 1", "Rule long is no SQL: "),
        ("carrier IN (", "Rule long is no SQL: "),
    ],
)
def test_a_rule_that_no_job_could_run(
    home: Path, aws_of_home: Aws, expression: str, says: str
) -> None:
    path = home / "datasets" / "airlines.yaml"
    change(path, "    properties:\n", RULE.format(expression))
    line = path.read_text().splitlines().index("      - name: long") + 1
    assert f"datasets/airlines.yaml:{line}: {says}" in refused(aws_of_home)


def test_a_rule_that_a_job_can_run(home: Path, aws_of_home: Aws) -> None:
    sound = "length(Carrier) > 1 AND name NOT RLIKE '^x' AND `name` <> 'y'"
    change(home / "datasets" / "airlines.yaml", "    properties:\n", RULE.format(sound))
    refuse_unsound(aws_of_home)


def test_an_evolving_contract_whose_ruleset_counts_columns(home: Path, aws_of_home: Aws) -> None:
    declare_policy(home, "evolve")
    assert "the rule 'there are 2 columns', which stops" in refused(aws_of_home)
    change(home / "recipes" / "airlines.rules.json", "COLUMNS_COUNT) ==", "COLUMNS_COUNT) >=")
    refuse_unsound(aws_of_home)


def test_all_bad_contracts_are_told(home: Path, aws_of_home: Aws) -> None:
    text = (home / "datasets" / "airlines.yaml").read_text()
    for name in ("one", "two"):
        (home / "datasets" / f"{name}.yaml").write_text(text)
    with pytest.raises(ContractErrors) as caught:
        load_contracts(aws_of_home.settings)
    assert [error.file for error in caught.value.errors] == [
        "datasets/one.yaml",
        "datasets/two.yaml",
    ]
