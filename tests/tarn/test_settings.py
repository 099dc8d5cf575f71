"""Names follow from the environment."""

import pytest

from tarn.errors import Terminal
from tarn.settings import Settings


def test_defaults() -> None:
    settings = Settings.from_environment({})
    assert settings.bucket("raw") == "tarn-dev-raw"
    assert settings.athena_results == "s3://tarn-dev-ops/athena/"
    assert settings.convert_job("flights") == "tarn-dev-convert-flights"
    assert (settings.root / "datasets").is_dir()


def test_from_environment() -> None:
    settings = Settings.from_environment({"TARN_ENV": "prod", "TARN_POLL_SECONDS": "0.5"})
    assert settings.role("glue") == "tarn-prod-glue"
    assert settings.poll_seconds == 0.5


def test_a_bad_value_names_its_variable() -> None:
    with pytest.raises(Terminal, match="TARN_GLUE_WORKERS is 'two', which is not a int"):
        Settings.from_environment({"TARN_GLUE_WORKERS": "two"})


def test_unknown_zone() -> None:
    with pytest.raises(Terminal, match="no zone 'gold'"):
        Settings().bucket("gold")
