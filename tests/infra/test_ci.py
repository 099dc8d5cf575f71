"""The CI templates: no keys, rights by job, nothing of a fork run with rights."""

import re
from typing import Any

import pytest
import yaml

from tests.infra.resolved import INFRA, plain_yaml

GITHUB = sorted((INFRA / "ci" / "github").glob("*.yml"))
SHA = re.compile(r"[\w./-]+@[0-9a-f]{40}")


class Gitlab(yaml.SafeLoader):
    """YAML with GitLab's own tag."""


Gitlab.add_constructor("!reference", lambda loader, node: loader.construct_sequence(node))


def workflow(path: Any) -> dict[str, Any]:
    loaded: dict[str, Any] = plain_yaml(path)
    return loaded


def gitlab() -> dict[str, Any]:
    text = (INFRA / "ci" / "gitlab" / ".gitlab-ci.yml").read_text(encoding="utf-8")
    loaded: dict[str, Any] = yaml.load(text, Gitlab)
    return loaded


@pytest.mark.parametrize("path", GITHUB, ids=lambda path: path.stem)
def test_actions_are_pinned_and_nothing_is_secret(path: Any) -> None:
    text = path.read_text(encoding="utf-8")
    assert "secrets." not in text
    assert "aws-access-key-id" not in text
    assert "pull_request_target" not in text, "a fork's code would run with the repository's rights"
    used = [
        step["uses"]
        for job in workflow(path)["jobs"].values()
        for step in job["steps"]
        if "uses" in step
    ]
    assert used
    assert all(SHA.fullmatch(one) for one in used), used


@pytest.mark.parametrize("path", GITHUB, ids=lambda path: path.stem)
def test_only_jobs_that_need_aws_may_ask_for_a_token(path: Any) -> None:
    found = workflow(path)
    assert found["permissions"] == {"contents": "read"}
    for name, job in found["jobs"].items():
        asks = job.get("permissions", {}).get("id-token") == "write"
        assert asks is (name in ("plan", "deploy")), name
        assert job["timeout-minutes"] <= 120
        # What a pull request calls itself must not become a part of a script.
        assert not any("${{" in step.get("run", "") for step in job["steps"]), name


def test_a_fork_is_not_planned_and_main_alone_is_deployed() -> None:
    check, deploy = (workflow(INFRA / "ci" / "github" / f"{n}.yml") for n in ("check", "deploy"))
    assert "head.repo.full_name == github.repository" in check["jobs"]["plan"]["if"]
    assert deploy[True] == {"push": {"branches": ["main"]}}  # YAML reads `on` so
    assert deploy["jobs"]["deploy"]["needs"] == "test"
    assert "environment" not in deploy["jobs"]["deploy"], "the token would have another subject"


def test_every_host_does_the_same() -> None:
    hosts = {path.stem: path.read_text(encoding="utf-8") for path in GITHUB}
    hosts["gitlab"] = (INFRA / "ci" / "gitlab" / ".gitlab-ci.yml").read_text(encoding="utf-8")
    github = hosts["check"] + hosts["deploy"]
    for command in ("./lake check", "./lake test", "./lake plan --env", "./lake deploy --env"):
        assert command in github
        assert command in hosts["gitlab"]


def test_gitlab_deploys_main_by_a_token() -> None:
    found = gitlab()
    assert found[".aws"]["id_tokens"]["AWS_TOKEN"]["aud"] == "https://gitlab.com"
    assert found["deploy"]["extends"] == [".main", ".aws"]
    assert "CI_DEFAULT_BRANCH" in found[".main"]["rules"][0]["if"]
    assert not {"AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"} & set(str(found).split("'"))
