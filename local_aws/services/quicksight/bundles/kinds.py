"""The kinds of resources that a bundle holds, each after those that it needs."""

from dataclasses import dataclass
from typing import Any

from local_aws.services.quicksight.model import ANALYSIS, DASHBOARD, DATA_SET, DATA_SOURCE, THEME
from local_aws.wire.models import Shape, operation_model


@dataclass(frozen=True)
class Kind:
    """name: in ARNs, and its folder in a bundle; noun: in operations; plural: in overrides."""

    name: str
    noun: str
    plural: str

    @property
    def id(self) -> str:
        """The member that holds its id."""
        return f"{self.noun}Id"

    def input_of(self, verb: str) -> Shape:
        """What `CreateDashboard` and the like take."""
        found: Any = operation_model("quicksight", f"{verb}{self.noun}")
        return found.input_shape


KINDS = (
    Kind(DATA_SOURCE, "DataSource", "DataSources"),
    Kind(DATA_SET, "DataSet", "DataSets"),
    Kind(THEME, "Theme", "Themes"),
    Kind(ANALYSIS, "Analysis", "Analyses"),
    Kind(DASHBOARD, "Dashboard", "Dashboards"),
)
BY_NAME = {kind.name: kind for kind in KINDS}
