"""infra/environments: read, and every mistake named with its line."""

from pathlib import Path

import pytest

from tarn.aws import Aws
from tarn.contracts.contract import ContractError
from tarn.deploy.environment import read_environment, refuse_odd_names
from tarn.deploy.stacks.template import INLINE, template_of
from tarn.errors import Terminal
from tarn.settings import Settings
from tests.tarn.conftest import ROOT

GOOD = """\
protected: true
tags: {project: tarn}
stacks:
  - name: lake
    parameters:
      LogDays: 30
      Zones: [a, b]
      Own: true
"""


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    folder = tmp_path / "infra" / "environments"
    folder.mkdir(parents=True)
    (tmp_path / "infra" / "lake.yaml").write_text("Parameters: {LogDays: {}}\nResources: {}\n")
    (folder / "dev.yaml").write_text(GOOD)
    return Settings(home=str(tmp_path))


def write(settings: Settings, text: str) -> None:
    (settings.root / "infra" / "environments" / "dev.yaml").write_text(text)


def test_an_environment(settings: Settings) -> None:
    found = read_environment(settings)
    assert found.protected
    assert found.tags == {"project": "tarn"}
    (stack,) = found.stacks
    assert stack.name == "tarn-dev-lake"
    assert stack.parameters == {"LogDays": "30", "Zones": "a,b", "Own": "true"}
    assert found.stack("lake") is stack
    assert found.stack("airflow") is None


@pytest.mark.parametrize(
    ("text", "line", "said"),
    [
        ("- a\n", 1, "no mapping"),
        ("", 1, "no mapping"),
        ("stacks: lake\n", 1, "stacks is no list"),
        ("stacks: []\n", 1, "stacks is no list"),
        ("stacks:\n  - lake\n", 1, "has no name"),
        ("stacks:\n  - name: [lake]\n", 2, "has no name"),
        ("stacks:\n  - name: lake\n  - name: moon\n", 3, "infra/moon.yaml is missing"),
        ("stacks:\n  - name: ../lake\n", 2, "'../lake' names no stack"),
        ("stacks:\n  - name: lake\n  - name: lake\n", 3, "there twice"),
        ("stacks:\n  - name: lake\n    params: {}\n", 3, "params is not known"),
        ("stack:\n  - name: lake\nstacks:\n  - name: lake\n", 1, "stack is not known"),
        ("protected: perhaps\nstacks:\n  - name: lake\n", 1, "no true or false"),
        ("tags: a\nstacks:\n  - name: lake\n", 1, "tags is no mapping"),
        ("tags:\n  a: {b: c}\nstacks:\n  - name: lake\n", 2, "a has no plain value"),
        ("tags:\n  a:\nstacks:\n  - name: lake\n", 2, "a has no plain value"),
        ("tags:\n  a: [[b]]\nstacks:\n  - name: lake\n", 2, "a has no plain value"),
        (
            "stacks:\n  - name: lake\n    parameters:\n      P: arn:aws:iam::123456789012:root\n",
            4,
            "P holds an account's number",
        ),
        (
            "stacks:\n  - name: lake\n    parameters:\n      P: AKIAIOSFODNN7EXAMPLE\n",
            4,
            "P holds an access key",
        ),
        ("stacks:\n  - name: lake\n    name: lake\n", 3, "the key name is there twice"),
        ("stacks: [\n", 1, ""),
    ],
)
def test_a_mistake_is_named_with_its_line(
    settings: Settings, text: str, line: int, said: str
) -> None:
    write(settings, text)
    with pytest.raises(ContractError) as caught:
        read_environment(settings)
    (problem,) = [p for p in caught.value.problems if said in p.what]
    assert problem.line == line
    assert caught.value.file == "infra/environments/dev.yaml"


def test_an_environment_that_is_not_there(settings: Settings) -> None:
    with pytest.raises(Terminal, match=r"no environment 'prod'.*Declared: dev"):
        read_environment(Settings(home=settings.home, env="prod"))


def test_a_parameter_that_the_template_does_not_declare(settings: Settings) -> None:
    (stack,) = read_environment(settings).stacks
    with pytest.raises(Terminal, match=r"gives lake\.yaml the parameter Own, which it does not"):
        template_of(stack, Aws(settings), {})


@pytest.mark.parametrize("env", ["dev", "prod"])
def test_what_is_declared_here_is_sound(env: str) -> None:
    settings = Settings(env=env)
    for stack in read_environment(settings).stacks:
        template = template_of(stack, Aws(settings), {})
        assert len(template.body.encode()) < INLINE
        assert template.parameters["Env"] == env


def test_the_account_is_filled_in(settings: Settings) -> None:
    write(settings, "stacks:\n  - name: lake\n    parameters: {LogDays: 'a:${account}:b'}\n")
    (stack,) = read_environment(settings).stacks
    aws = Aws(Settings(home=settings.home, account_id="123456789012"))
    assert template_of(stack, aws, {}).parameters["LogDays"] == "a:123456789012:b"


def test_names_are_sent_as_plain_text() -> None:
    settings = Settings()
    lake = read_environment(settings).stack("lake")
    assert lake is not None
    template = template_of(lake, Aws(settings), {})
    names = [
        r["Properties"]["BucketName"]
        for r in template.resources.values()
        if r["Type"] == "AWS::S3::Bucket"
    ]
    assert sorted(names) == sorted(
        f"tarn-dev-{zone}" for zone in ("raw", "clean", "curated", "quarantine", "ops", "logs")
    )


def test_every_environment_is_declared_with_its_stacks_in_order() -> None:
    folder = ROOT / "infra" / "environments"
    kinds = {
        path.stem: [s.template.stem for s in read_environment(Settings(env=path.stem)).stacks]
        for path in folder.glob("*.yaml")
    }
    assert kinds["dev"] == ["lake", "quicksight"]
    assert kinds["prod"] == ["lake", "security", "quicksight", "airflow"]


@pytest.mark.parametrize(
    "text",
    ["a: [", "", "text", "Resources: [1]", "Resources: {A: 3}", "Resources: {}\nParameters: 1"],
)
def test_a_file_that_is_no_template(settings: Settings, text: str) -> None:
    (stack,) = read_environment(settings).stacks
    stack.template.write_text(text)
    with pytest.raises(Terminal, match=r"infra/lake\.yaml is no (YAML|template)"):
        template_of(stack, Aws(settings), {})


def test_a_name_that_the_settings_say(settings: Settings) -> None:
    write(settings, "stacks:\n  - name: lake\n    parameters: {Database: pond}\n")
    declared = "Parameters: {Database: {}}\nResources: {}\n"
    (settings.root / "infra" / "lake.yaml").write_text(declared)
    (stack,) = read_environment(settings).stacks
    with pytest.raises(Terminal, match="TARN_DATABASE in the environment"):
        template_of(stack, Aws(settings), {})


@pytest.mark.parametrize("name", ["", "x", "Fjord", "a b", "é", "../x", "a_b", "a" * 17, "1a"])
def test_a_lake_of_an_odd_name_is_refused_before_aws_is_asked(name: str) -> None:
    with pytest.raises(Terminal, match=r"TARN_LAKE is .* Use 2 to 16 small letters"):
        refuse_odd_names(Settings(lake=name))
    refuse_odd_names(Settings(lake="fjord2", env="prod"))
    with pytest.raises(Terminal, match="TARN_ENV"):
        refuse_odd_names(Settings(env="../dev"))
