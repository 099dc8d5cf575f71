"""DynamicFrame: https://docs.aws.amazon.com/glue/latest/dg/aws-glue-api-crawler-pyspark-extensions-dynamic-frame.html"""

from collections.abc import Callable, Sequence
from typing import Any

from pyspark.sql import functions as F  # noqa: N812

Mapping = tuple[str, str, str, str]

SPARK_TYPES = {"long": "bigint", "short": "smallint", "byte": "tinyint"}


class DynamicFrame:
    """Records with a schema, on top of a Spark DataFrame."""

    def __init__(self, df: Any, glue_ctx: Any, name: str = "") -> None:
        self._df = df
        self.glue_ctx = glue_ctx
        self.name = name

    @classmethod
    def fromDF(cls, dataframe: Any, glue_ctx: Any, name: str = "") -> "DynamicFrame":  # noqa: N802
        """The DataFrame as a DynamicFrame."""
        return cls(dataframe, glue_ctx, name)

    def toDF(self, options: Any = None) -> Any:  # noqa: N802
        """The Spark DataFrame."""
        if options:
            raise NotImplementedError("DynamicFrame.toDF(options)")
        return self._df

    def count(self) -> int:
        return int(self._df.count())

    def schema(self) -> Any:
        """Spark's StructType, which prints and compares as Glue's own does."""
        return self._df.schema

    def printSchema(self) -> None:  # noqa: N802
        self._df.printSchema()

    def show(self, num_rows: int = 20) -> None:
        self._df.show(num_rows)

    def repartition(self, num_partitions: int) -> "DynamicFrame":
        return self._with(self._df.repartition(num_partitions))

    def coalesce(self, num_partitions: int) -> "DynamicFrame":
        return self._with(self._df.coalesce(num_partitions))

    def getNumPartitions(self) -> int:  # noqa: N802
        return int(self._df.rdd.getNumPartitions())

    def select_fields(self, paths: Sequence[str], **_: Any) -> "DynamicFrame":
        """Only these fields; names that are not there are left out, as Glue does."""
        wanted = [paths] if isinstance(paths, str) else paths
        return self._with(self._df.select([name for name in wanted if name in self._df.columns]))

    def drop_fields(self, paths: Sequence[str], **_: Any) -> "DynamicFrame":
        return self._with(self._df.drop(*([paths] if isinstance(paths, str) else paths)))

    def rename_field(self, oldName: str, newName: str, **_: Any) -> "DynamicFrame":  # noqa: N803
        return self._with(self._df.withColumnRenamed(oldName, newName))

    def apply_mapping(self, mappings: Sequence[Mapping], **_: Any) -> "DynamicFrame":
        """Select, rename and cast: (source, its type, target, its type)."""
        columns = [
            F.col(source).cast(spark_type(target_type)).alias(target)
            for source, _source_type, target, target_type in mappings
        ]
        return self._with(self._df.select(columns))

    def filter(self, f: Callable[[Any], bool], **_: Any) -> "DynamicFrame":
        """The records for which the Python function is true."""
        return self._with(self._df.rdd.filter(f).toDF(self._df.schema))

    def resolveChoice(  # noqa: N802
        self, specs: Sequence[tuple[str, str]] | None = None, choice: str = "", **_: Any
    ) -> "DynamicFrame":
        """Casts. There are no choice types, so nothing else can be meant."""
        if choice:
            raise NotImplementedError(f"resolveChoice(choice='{choice}')")
        df = self._df
        for name, action in specs or []:
            kind, _colon, target = action.partition(":")
            if kind != "cast":
                raise NotImplementedError(f"resolveChoice(specs=[('{name}', '{action}')])")
            df = df.withColumn(name, F.col(name).cast(spark_type(target)))
        return self._with(df)

    def drop_null_fields(self) -> "DynamicFrame":
        """Without the fields that are null in every record."""
        counts = self._df.select([F.count(F.col(name)).alias(name) for name in self._df.columns])
        found = counts.first().asDict()
        return self._with(self._df.drop(*[name for name, n in found.items() if n == 0]))

    def _with(self, df: Any) -> "DynamicFrame":
        return DynamicFrame(df, self.glue_ctx, self.name)

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(name)
        raise NotImplementedError(f"DynamicFrame.{name} is not supported by local_aws")


def spark_type(name: str) -> str:
    """Glue's name of a type as Spark's SQL knows it."""
    return SPARK_TYPES.get(name, name)
