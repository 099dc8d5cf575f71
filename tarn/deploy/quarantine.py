"""The table of quarantined rows."""

from __future__ import annotations

from collections.abc import Iterator

from tarn.aws import Aws
from tarn.deploy.compare import Change
from tarn.deploy.glue import declared_table
from tarn.rows import quarantine


def table(aws: Aws) -> Iterator[Change]:
    """Its partitions are publish's business: one a run that has quarantined rows."""
    wanted = quarantine.table_input(aws)
    yield from declared_table(aws.settings.ops_database, wanted, aws)
