"""pyiceberg's Glue catalog: a table is parameters that point at metadata, swapped by VersionId."""

import uuid
from typing import Any

import pytest

pyiceberg = pytest.importorskip("pyiceberg.catalog.glue")


def test_two_writers_and_one_of_them_late(
    aws: Any, bucket: str, caplog: pytest.LogCaptureFixture
) -> None:
    import pyarrow as pa
    from pyiceberg.exceptions import NoSuchTableError

    name = f"ice_{uuid.uuid4().hex[:8]}"
    options = {
        "glue.endpoint": aws.endpoint,
        "glue.region": "us-east-1",
        "glue.access-key-id": aws.env["AWS_ACCESS_KEY_ID"],
        "glue.secret-access-key": aws.env["AWS_SECRET_ACCESS_KEY"],
        "s3.endpoint": aws.endpoint,
        "s3.region": "us-east-1",
        "s3.access-key-id": aws.env["AWS_ACCESS_KEY_ID"],
        "s3.secret-access-key": aws.env["AWS_SECRET_ACCESS_KEY"],
        "warehouse": f"s3://{bucket}/ice",
    }
    catalog = pyiceberg.GlueCatalog("lake", **options)
    catalog.create_namespace(name)
    rows = pa.table({"day": pa.array([1, 2], pa.int64())})
    table = catalog.create_table(f"{name}.trips", rows.schema)
    late = catalog.load_table(f"{name}.trips")
    table.append(rows)
    late.append(rows)  # refused for its old VersionId, it reads the table anew and tries again
    assert "Commit failed due to a concurrent update" in caplog.text
    assert catalog.load_table(f"{name}.trips").scan().to_arrow().num_rows == 4
    stored = aws.client("glue").get_table(DatabaseName=name, Name="trips")["Table"]
    assert stored["Parameters"]["table_type"] == "ICEBERG"
    assert stored["Parameters"]["metadata_location"].startswith(f"s3://{bucket}/ice")
    catalog.rename_table(f"{name}.trips", f"{name}.rides")
    assert catalog.list_tables(name) == [(name, "rides")]
    with pytest.raises(NoSuchTableError):
        catalog.load_table(f"{name}.trips")
    catalog.drop_table(f"{name}.rides")
    catalog.drop_namespace(name)
    assert (name,) not in catalog.list_namespaces()
