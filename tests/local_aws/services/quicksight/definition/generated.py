"""Definitions made by chance from AWS's model: whatever it takes, within its bounds."""

import datetime as dt
import random
from typing import Any

import botocore.session
from botocore.model import ListShape, MapShape, Shape, StructureShape

from local_aws.services.quicksight.definition.unions import UNIONS
from tests.local_aws.services.quicksight.fakes import COLUMNS

MODEL = botocore.session.get_session().get_service_model("quicksight")
FUNCTIONS = ("AggregationFunction", "NumericalAggregationFunction")
# What is always given, for there to be something to show.
WANTED = frozenset((
    "Sheets", "Visuals", "ChartConfiguration", "InsightConfiguration", "Computations", "FieldWells",
    "Category", "Values", "GroupBy", "Rows", "XAxis", "YAxis", "Source", "Destination", "Groups",
    "FilterGroups", "CalculatedFields", "ParameterDeclarations", "FilterControls",
    "ParameterControls",
))  # fmt: skip
TEXTS = ("north", "", "a", "' OR 1=1 --", "]]>", "<b>x</b>", "{units}", "${p1}", "9", "2024-02-29")
EXPRESSIONS = ("sum({units})", "{units} * 2", "now()", "nonsense(", "truncDate('DD', now())",
               "addDateTime(-1, 'MM', now())", "${p1}", "{self}")  # fmt: skip


class Maker:
    """One chance's choices: the same seed makes the same definition."""

    def __init__(self, seed: int) -> None:
        self.random, self.number = random.Random(seed), 0

    def definition(self) -> dict[str, Any]:
        """A definition over the data set ``sales``."""
        made = self.make(MODEL.shape_for("DashboardVersionDefinition"), 0)
        return dict(made)

    def make(self, shape: Shape, depth: int, name: str = "") -> Any:
        """A value of a shape."""
        if isinstance(shape, StructureShape):
            return self.structure(shape, depth)
        if isinstance(shape, ListShape):
            return self.several(shape, depth, name)
        if isinstance(shape, MapShape):
            return {}
        return self.scalar(shape, name)

    def structure(self, shape: StructureShape, depth: int) -> dict[str, Any]:
        members = dict(shape.members)
        if shape.name == "ColumnIdentifier":
            return {"DataSetIdentifier": "sales", "ColumnName": self.column()}
        if shape.name == "DataSetIdentifierDeclaration":
            return {"Identifier": "sales", "DataSetArn": "arn"}
        forms = [m for m in members if m.endswith("FieldWells")]
        if forms and len(forms) == len(members):
            names = [self.random.choice(forms)]
        elif shape.name in UNIONS or shape.name in FUNCTIONS:
            names = [self.random.choice(list(members))]
        else:
            required = set(shape.required_members)
            chance = max(0.05, 0.75 - depth * 0.09)
            names = [
                m for m in members if m in required or m in WANTED or self.random.random() < chance
            ]
        return {m: self.make(members[m], depth + 1, m) for m in names if m != "TopicIdentifier"}

    def several(self, shape: ListShape, depth: int, name: str) -> list[Any]:
        least = int(shape.metadata.get("min", 0))
        most = min(int(shape.metadata.get("max", 3)), 1 if depth > 5 else 3)
        if shape.member.name in ("DimensionField", "MeasureField", "UnaggregatedField"):
            most = self.random.choice((1, 1, 1, 2))
        if name == "Visuals":
            most = 12
        count = max(least, self.random.randint(min(1, most), most))
        return [self.make(shape.member, depth + 1, name) for _ in range(count)]

    def scalar(self, shape: Shape, name: str) -> Any:
        if getattr(shape, "enum", None):
            return self.random.choice(shape.enum)
        kinds = {
            "boolean": self.random.random() < 0.5,
            "integer": self.whole(shape),
            "long": self.whole(shape),
            "double": self.random.choice((0.0, 1.5, 30.0, 100.0)),
            "timestamp": dt.datetime(2024, self.random.randint(1, 12), 29, tzinfo=dt.UTC),
        }
        return kinds.get(shape.type_name) if shape.type_name in kinds else self.text(name)

    def whole(self, shape: Shape) -> int:
        low = int(shape.metadata.get("min", 0))
        return self.random.randint(low, min(int(shape.metadata.get("max", 9)), low + 9))

    def text(self, name: str) -> str:
        """Ids are fresh, so that none is given twice; what names another thing often finds it."""
        self.number += 1
        if name == "DataSetIdentifier":
            return "sales"
        if name in (
            "SourceParameterName",
            "ParameterName",
            "Parameter",
            "DestinationParameterName",
        ):
            return f"p{self.random.randint(1, 40)}"
        if name == "Name":
            return f"p{self.number % 40}"
        if name in ("SourceFilterId", "FilterId", "FieldId", "HierarchyId"):
            return f"{name}-{self.random.randint(1, 9)}"
        if name.endswith("Id"):
            return f"{name}-{self.number}"
        if name == "Expression":
            return self.random.choice(EXPRESSIONS)
        if name in ("ColumnName", "ElementId"):
            return self.column()
        return self.random.choice(TEXTS)

    def column(self) -> str:
        return str(self.random.choice([*(c["Name"] for c in COLUMNS), "p1", "missing"]))
