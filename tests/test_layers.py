"""The rules of the layout, held by imports."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
FORBIDDEN = {
    "tarn": {"local_aws", "laptop"},
    "dags": {"local_aws", "laptop"},
    "plugins": {"local_aws", "laptop"},
    "glue_jobs": {"local_aws", "laptop", "tarn"},
    "local_aws": {"tarn", "laptop", "airflow"},
    "laptop": {"local_aws"},
    "profile_page": {"local_aws", "laptop", "tarn", "airflow"},
}


def imported(file: Path) -> set[str]:
    """The top-level packages that a file imports, at any depth of its code."""
    found = set()
    for node in ast.walk(ast.parse(file.read_text())):
        if isinstance(node, ast.Import):
            found |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            found.add(node.module.split(".")[0])
    return found


@pytest.mark.parametrize("package", sorted(FORBIDDEN))
def test_a_package_keeps_to_its_side(package: str) -> None:
    files = list((ROOT / package).rglob("*.py"))
    assert files, f"there is no {package}/"
    for file in files:
        crossed = imported(file) & FORBIDDEN[package]
        assert not crossed, f"{file.relative_to(ROOT)} imports {crossed}: {package} must not"


def test_only_one_module_of_tarn_knows_airflow() -> None:
    for file in (ROOT / "tarn").rglob("*.py"):
        if "airflow" not in file.relative_to(ROOT).parts[1]:
            assert "airflow" not in imported(file), f"{file.relative_to(ROOT)} imports airflow"
