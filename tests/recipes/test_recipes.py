"""Every recipe against the rows of recipes/tests/<name>/."""

from pathlib import Path

import pytest

from local_aws.services.databrew.engine.recipe import read
from local_aws.services.databrew.trial import trial

RECIPES = Path(__file__).parents[2] / "recipes"
NAMES = sorted(file.stem for file in RECIPES.glob("*.json") if not file.stem.endswith(".rules"))


@pytest.mark.parametrize("name", NAMES)
def test_recipe(name: str) -> None:
    found = trial(read(RECIPES / f"{name}.json"), RECIPES / "tests" / name)
    assert not found, "\n".join(found)


def test_every_folder_has_its_recipe() -> None:
    assert {folder.name for folder in (RECIPES / "tests").iterdir()} == set(NAMES)
