"""docs/settings.md names every setting, its default and its meaning."""

import re
from dataclasses import fields
from pathlib import Path

import pytest

from tarn.airflow.settings import DagSettings

ROOT = Path(__file__).parent.parent
PAGE = (ROOT / "docs" / "settings.md").read_text()


@pytest.mark.parametrize("field", fields(DagSettings), ids=lambda field: field.name)
def test_a_setting_stands_on_the_page(field: object) -> None:
    default = str(field.default).replace(str(ROOT), "the checkout")  # type: ignore[attr-defined]
    variable, meaning = field.metadata["variable"], field.metadata["meaning"]  # type: ignore[attr-defined]
    assert f"| `{variable}` | `{default}` | {meaning} |" in PAGE


def test_no_setting_on_the_page_is_gone() -> None:
    on_page = set(re.findall(r"^\| `(TARN_\w+|LAKE_\w+|LOCAL_AWS_\w+)`", PAGE, re.MULTILINE))
    code = (
        "".join(
            file.read_text()
            for folder in ("tarn", "laptop", "local_aws")
            for file in (ROOT / folder).rglob("*.py")
        )
        + (ROOT / "lake").read_text()
    )
    assert on_page
    assert all(name in code for name in on_page), on_page
