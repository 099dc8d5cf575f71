"""QuickSight over an Athena that is a DuckDB with one small table: no HTTP, no catalog."""

import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb

from local_aws.context import Credentials, Platform
from local_aws.errors import ServiceError
from local_aws.services.athena.errors import QueryCancelled
from local_aws.services.athena.model import Watch
from local_aws.services.quicksight.api import QuickSightApi

ACCOUNT = "123456789012"
SALES = """
CREATE SCHEMA lake;
CREATE TABLE lake.sales AS SELECT * FROM (VALUES
    ('north', 'tea', DATE '2024-01-05', 10, 2.5),
    ('north', 'coffee', DATE '2024-01-20', 30, 4.0),
    ('south', 'tea', DATE '2024-02-02', 20, 2.0),
    ('south', 'milk', DATE '2024-02-11', 5, 1.0),
    ('east', 'tea', DATE '2024-03-01', 1, NULL),
    (NULL, 'coffee', DATE '2024-03-09', 4, 4.5)
) AS t(region, product, sold, units, price);
"""
COLUMNS = [
    {"Name": "region", "Type": "STRING"},
    {"Name": "product", "Type": "STRING"},
    {"Name": "sold", "Type": "DATETIME"},
    {"Name": "units", "Type": "INTEGER"},
    {"Name": "price", "Type": "DECIMAL"},
]


class QueryFailed(ServiceError):
    """Athena's message, as the engine raises it."""


class FakeAthena:
    """Answers with DuckDB; `gate` holds a query back until it is set."""

    def __init__(self) -> None:
        self.database = duckdb.connect()
        self.database.execute(SALES)
        self.gate = threading.Event()
        self.gate.set()
        self.asked: list[tuple[str, str]] = []
        self.interrupted = False

    def query(self, sql: str, database: str) -> Any:
        return self._run(sql, database, lambda cursor: cursor.execute(sql).to_arrow_table())

    def export(self, sql: str, database: str, target: Path, watch: Watch) -> list[str]:
        watch(self._interrupt)
        table = self._run(sql, database, lambda cursor: cursor.execute(sql).to_arrow_table())
        if self.interrupted:
            self.interrupted = False
            raise QueryCancelled("Query was cancelled by user")
        names = [str(name) for name in table.column_names]
        renamed = table.rename_columns([f"q{n}" for n in range(len(names))])
        duckdb.connect().from_arrow(renamed).write_parquet(str(target))
        return names

    def _interrupt(self) -> None:
        """What ends a query: whatever it waits for, it goes on to say so."""
        self.interrupted = True
        self.gate.set()

    def _run(self, sql: str, database: str, work: Callable[[Any], Any]) -> Any:
        self.asked.append((sql, database))
        self.gate.wait(10)
        try:
            return work(self.database.cursor())
        except duckdb.CatalogException:
            raise QueryFailed("TABLE_NOT_FOUND: line 1:8: Table 'x' does not exist") from None
        except duckdb.BinderException:
            raise QueryFailed("COLUMN_NOT_FOUND: line 1:8: Column 'x' cannot be resolved") from None


class QuickSight:
    """The API without HTTP, with short ways to make things."""

    def __init__(self, folder: Path) -> None:
        self.athena = FakeAthena()
        self.platform = Platform(folder, 0, Credentials("key", "secret"))
        self.platform.athena = self.athena  # type: ignore[assignment]
        self.api = QuickSightApi(self.platform)

    def __getattr__(self, name: str) -> Any:
        method = getattr(self.api, name)
        return lambda **request: method({"AwsAccountId": ACCOUNT, **request})

    def arn(self, kind: str, name: str) -> str:
        return self.platform.arn("quicksight", f"{kind}/{name}")

    def source(self, name: str = "athena") -> str:
        made = self.create_data_source(DataSourceId=name, Name=name, Type="ATHENA")
        return str(made["Arn"])

    def data_set(self, name: str = "sales", wait: bool = True, **changes: Any) -> str:
        request = data_set_request(self.arn("datasource", "athena"), name) | changes
        made = self.create_data_set(**request)
        if wait and "IngestionId" in made:
            self.wait(name, made["IngestionId"])
        return str(made["Arn"])

    def wait(self, data_set: str, ingestion: str) -> dict[str, Any]:
        for _ in range(500):
            found = self.describe_ingestion(DataSetId=data_set, IngestionId=ingestion)["Ingestion"]
            if found["IngestionStatus"] in ("COMPLETED", "FAILED", "CANCELLED"):
                return dict(found)
            time.sleep(0.01)
        raise AssertionError(f"{data_set}: the ingestion did not end")

    def dashboard(self, *visuals: dict[str, Any], name: str = "board", **more: Any) -> None:
        self.create_dashboard(
            DashboardId=name, Name="Board", Definition=definition(self, *visuals, **more)
        )


def data_set_request(source: str, name: str) -> dict[str, Any]:
    table = {"DataSourceArn": source, "Schema": "lake", "Name": "sales", "InputColumns": COLUMNS}
    return {
        "DataSetId": name,
        "Name": name.title(),
        "ImportMode": "SPICE",
        "PhysicalTableMap": {"table": {"RelationalTable": table}},
    }


def definition(quicksight: QuickSight, *visuals: dict[str, Any], **more: Any) -> dict[str, Any]:
    declared = [{"Identifier": "sales", "DataSetArn": quicksight.arn("dataset", "sales")}]
    sheet = {"SheetId": "one", "Name": "One", "Visuals": list(visuals)}
    return {
        "DataSetIdentifierDeclarations": declared,
        "Sheets": [sheet | more.pop("sheet", {})],
    } | more


def dimension(name: str, kind: str = "Categorical", **more: Any) -> dict[str, Any]:
    column = {"DataSetIdentifier": "sales", "ColumnName": name}
    return {f"{kind}DimensionField": {"FieldId": name, "Column": column} | more}


def measure(name: str, function: str | None = "SUM", **more: Any) -> dict[str, Any]:
    column = {"DataSetIdentifier": "sales", "ColumnName": name}
    chosen = {"AggregationFunction": {"SimpleNumericalAggregation": function}} if function else {}
    return {"NumericalMeasureField": {"FieldId": f"{name}-m", "Column": column} | chosen | more}


def visual(kind: str, name: str, wells: dict[str, Any], **config: Any) -> dict[str, Any]:
    title = {"FormatText": {"PlainText": f"The {name}"}}
    return {kind: {"VisualId": name, "Title": title,
                   "ChartConfiguration": {"FieldWells": wells} | config}}  # fmt: skip


def bars(name: str, *values: dict[str, Any], by: str = "region", **config: Any) -> dict[str, Any]:
    wells = {"Category": [dimension(by)], "Values": list(values)}
    return visual("BarChartVisual", name, {"BarChartAggregatedFieldWells": wells}, **config)


def column(name: str) -> dict[str, Any]:
    return {"DataSetIdentifier": "sales", "ColumnName": name}


def filter_group(kind: str, name: str, filter_id: str = "f", **options: Any) -> dict[str, Any]:
    item = {kind: {"FilterId": filter_id, "Column": column(name)} | options}
    return {"FilterGroupId": f"g-{filter_id}", "Filters": [item],
            "ScopeConfiguration": {"AllSheets": {}}, "CrossDataset": "SINGLE_DATASET"}  # fmt: skip


def parameter(kind: str, name: str, *values: Any, **more: Any) -> dict[str, Any]:
    given = {"DefaultValues": {"StaticValues": list(values)}} if values else {}
    single = {} if kind == "DateTime" else {"ParameterValueType": "SINGLE_VALUED"}
    return {f"{kind}ParameterDeclaration": {"Name": name} | single | given | more}
