"""The table of quarantined rows."""

from __future__ import annotations

from collections.abc import Iterator

from tarn import catalog, quarantine
from tarn.aws import Aws
from tarn.deploy.compare import Change
from tarn.deploy.glue import put_table


def table(aws: Aws) -> Iterator[Change]:
    """Its partitions are publish's business: one a run that has quarantined rows."""
    database = aws.settings.ops_database
    found = catalog.get_table(database, quarantine.TABLE, aws)
    yield from put_table(database, found, quarantine.table_input(aws), aws)
