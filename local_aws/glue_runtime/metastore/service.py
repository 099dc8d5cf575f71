"""Hive's metastore service out of Glue: every call that Spark makes."""

from pathlib import Path
from typing import Any

from .databases import Databases
from .documents import Documents
from .functions import Functions
from .partitions import Partitions
from .storage import Storage
from .tables import Tables


class Metastore(Databases, Tables, Partitions, Functions):
    """The calls, under the names of hive.thrift; each is a few requests to Glue."""

    def __init__(self, glue: Any, s3: Any, buckets: Path, warehouse: Path) -> None:
        self.glue = glue
        self.storage = Storage(s3, buckets, warehouse)
        self.documents = Documents(self.storage)

    def set_ugi(self, user_name: str, group_names: list[str]) -> list[str]:
        """Who asks: Glue goes by the job's credentials instead."""
        return [user_name]

    def shutdown(self) -> None:
        """A client says goodbye so."""
