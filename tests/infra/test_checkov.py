"""checkov over the templates, in an environment of its own: it holds boto3 at an older version.

The lock is of checkov and check-jsonschema, which has GitHub's and GitLab's schemas with it:
``uv pip compile FILE --python-version 3.11 --generate-hashes --no-emit-index-url --no-header -o
tests/infra/checkov.lock``.
"""

import hashlib
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.infra.resolved import INFRA, NAMES, ROOT, raw

pytestmark = pytest.mark.restart  # ten seconds of CPU

LOCK = Path(__file__).parent / "checkov.lock"
HOME = ROOT / ".lake" / "checkov"


@pytest.fixture(scope="module")
def linters() -> Path:
    """Where the programs are, installed once for each lock: seconds, and 200 MB."""
    digest = hashlib.sha256(LOCK.read_bytes()).hexdigest()
    stamp, uv = HOME / "lock.sha256", [sys.executable, "-m", "uv"]
    if not stamp.is_file() or stamp.read_text() != digest:
        subprocess.run(
            [*uv, "venv", "--quiet", "--clear", "--python", sys.executable, str(HOME)], check=True
        )
        _install(uv, HOME / "bin" / "python")
        stamp.write_text(digest)
    return HOME / "bin"


def _install(uv: list[str], python: Path) -> None:
    """As ./lake installs: by uv with the system's certificates, else by pip."""
    what = ["install", "--quiet", "--require-hashes", "-r", str(LOCK)]
    environment = {"UV_SYSTEM_CERTS": "1"} | os.environ
    command = [*uv, "pip", *what, "--python", str(python)]
    if subprocess.run(command, env=environment, check=False).returncode:
        pip = [sys.executable, "-m", "pip", "--python", str(python)]
        subprocess.run([*pip, *what, "--disable-pip-version-check"], check=True)


@pytest.fixture(scope="module")
def report(linters: Path) -> dict[str, Any]:
    command = [str(linters / "checkov"), "--directory", str(INFRA), "--framework", "cloudformation"]
    command += ["--output", "json", "--skip-download"]  # it asks nobody for anything
    environment = {k: v for k, v in os.environ.items() if not k.startswith("AWS_")}
    found = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert found.stdout, found.stderr[-2000:]
    answer: dict[str, Any] = json.loads(found.stdout)
    return answer


def test_checkov_finds_nothing(report: dict[str, Any]) -> None:
    failed = [
        f"{one['check_id']} {one['file_path']} {one['resource']}: {one['check_name']}"
        for one in report["results"]["failed_checks"]
    ]
    assert failed == []
    assert report["results"]["parsing_errors"] == []
    assert report["summary"]["passed"] > 100


def test_every_exception_is_needed_and_says_why(report: dict[str, Any]) -> None:
    skipped = {
        (Path(one["file_path"]).stem, one["resource"].rpartition(".")[2], one["check_id"])
        for one in report["results"]["skipped_checks"]
    }
    declared = set()
    for name in NAMES:
        for logical_id, resource in raw(name)["Resources"].items():
            for one in resource.get("Metadata", {}).get("checkov", {}).get("skip", []):
                assert len(one["comment"]) > 20
                declared.add((name, logical_id, one["id"]))
    assert skipped == declared


@pytest.mark.parametrize(
    ("schema", "files"),
    [
        ("vendor.github-workflows", ["github/check.yml", "github/deploy.yml"]),
        ("vendor.gitlab-ci", ["gitlab/.gitlab-ci.yml"]),
    ],
)
def test_ci_is_as_its_host_reads_it(linters: Path, schema: str, files: list[str]) -> None:
    command = [str(linters / "check-jsonschema"), "--builtin-schema", schema]
    if "gitlab" in schema:
        command += ["--data-transform", "gitlab-ci"]  # its tag !reference
    paths = [str(INFRA / "ci" / file) for file in files]
    found = subprocess.run([*command, *paths], capture_output=True, text=True, check=False)
    assert found.returncode == 0, found.stdout + found.stderr
