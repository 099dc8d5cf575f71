"""The registry of visuals against AWS's own model of them."""

import botocore.session
import pytest
from botocore.model import ListShape, Shape, StructureShape

from local_aws.services.quicksight.definition.visuals import VISUALS

MODEL = botocore.session.get_session().get_service_model("quicksight")


def members(shape: Shape) -> dict[str, Shape]:
    assert isinstance(shape, StructureShape)
    return dict(shape.members)


def wells_of(kind: str) -> dict[str | None, dict[str, int]]:
    """The forms of field wells that the model has, with the most that it takes."""
    configuration = members(MODEL.shape_for(kind)).get(VISUALS[kind].config)
    drawn = configuration if kind != "PluginVisual" else None  # a plugin's wells are its own
    fields = members(drawn).get("FieldWells") if drawn else None
    forms: dict[str | None, dict[str, int]] = {}
    for name, shape in members(fields).items() if fields else ():
        if isinstance(shape, StructureShape):
            forms[name] = {well: most(inner) for well, inner in shape.members.items()}
        else:
            forms.setdefault(None, {})[name] = most(shape)
    return forms


def most(shape: Shape) -> int:
    assert isinstance(shape, ListShape)
    return int(shape.metadata["max"])


def test_every_kind_of_visual_is_known() -> None:
    assert set(VISUALS) == set(members(MODEL.shape_for("Visual")))


@pytest.mark.parametrize("kind", VISUALS)
def test_its_wells_are_the_model_s(kind: str) -> None:
    known = {form.holder: form.maxima for form in VISUALS[kind].wells}
    model = wells_of(kind)
    assert {form: set(wells) for form, wells in known.items()} == {
        form: set(wells) for form, wells in model.items()
    }
    for form, wells in known.items():
        assert all(most <= model[form][well] for well, most in wells.items())
