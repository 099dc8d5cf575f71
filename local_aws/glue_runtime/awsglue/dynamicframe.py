"""DynamicFrame: https://docs.aws.amazon.com/glue/latest/dg/aws-glue-api-crawler-pyspark-extensions-dynamic-frame.html"""

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from . import choice, frames, functions, gluetypes, joins, mapping, relationalize, resolve, unbox
from .records import decoder, infer, to_frame
from .unsupported import refuse


class DynamicFrame:
    """Records whose schema may leave a choice between types; see docs/adr/0020-choice-types.md."""

    def __init__(self, df: Any, glue_ctx: Any, name: str = "", settled: bool = False) -> None:
        self._df = df
        self._settled = df if settled or not choice.has_choice(df.schema) else None
        self.glue_ctx = glue_ctx
        self.name = name
        self._errors: list[Any] = []  # RDDs of error records, this stage's own last
        self._stage_errors: Any = None
        self._thresholds = (0, 0)

    @classmethod
    def fromDF(cls, dataframe: Any, glue_ctx: Any, name: str = "") -> "DynamicFrame":
        """The DataFrame as a DynamicFrame."""
        return cls(dataframe, glue_ctx, name)

    def toDF(self, options: Any = None) -> Any:
        """The Spark DataFrame; a choice that is left is a struct with a field for each type."""
        df = self._settle()
        for option in options or []:
            df = resolve.resolve_specs(df, [option.spec()])
        return choice.to_structs(df)

    # Information

    def count(self) -> int:
        """How many records there are, errors not counted."""
        return int(self._df.count())

    def schema(self) -> gluetypes.StructType:
        """Glue's schema; with choices it takes a pass over the records."""
        return choice.glue_type(self._settle().schema)  # type: ignore[return-value]

    def printSchema(self) -> None:
        print(self.schema().treeString())  # noqa: T201 # what a script asks for

    def show(self, num_rows: int = 20) -> None:
        """Print records as JSON, one a line."""
        decode = decoder(self._df.schema) or (lambda row: row)
        for row in self._df.take(num_rows):
            print(json.dumps(decode(row), default=str, ensure_ascii=False))  # noqa: T201

    def getNumPartitions(self) -> int:
        return int(self._df.rdd.getNumPartitions())

    def repartition(self, num_partitions: int, *_: Any, **__: Any) -> "DynamicFrame":
        return self._with(self._df.repartition(num_partitions))

    def coalesce(
        self, num_partitions: int, shuffle: bool = False, *_: Any, **__: Any
    ) -> "DynamicFrame":
        change = self._df.repartition if shuffle else self._df.coalesce
        return self._with(change(num_partitions))

    # Transforms of fields

    def apply_mapping(
        self, mappings: Sequence[Any], case_sensitive: bool = False, *_: Any, **__: Any
    ) -> "DynamicFrame":
        """Select, rename, nest and cast: (source, its type, target, its type)."""
        return self._with(mapping.apply_mapping(self._df, mappings, case_sensitive is True))

    def select_fields(self, paths: Any, *_: Any, **__: Any) -> "DynamicFrame":
        return self._with(frames.select(self._df, _listed(paths)))

    def drop_fields(self, paths: Any, *_: Any, **__: Any) -> "DynamicFrame":
        return self._with(frames.drop(self._df, _listed(paths)))

    def rename_field(self, oldName: str, newName: str, *_: Any, **__: Any) -> "DynamicFrame":
        return self._with(frames.rename(self._df, oldName, newName))

    def drop_null_fields(self) -> "DynamicFrame":
        """Without the fields of type null."""
        return self._with(frames.drop_nulls(self._df))

    def resolveChoice(
        self,
        specs: Sequence[tuple[str, str]] | None = None,
        choice: str = "",
        database: str | None = None,
        table_name: str | None = None,
        *_: Any,
        option: str = "",
        **__: Any,
    ) -> "DynamicFrame":
        """Decide choices, each by its own action or all by the same."""
        action = choice or option
        if bool(specs) == bool(action):
            raise ValueError("ResolveChoice: give either specs or choice")
        if specs:
            return self._with(resolve.resolve_specs(self._df, specs))
        if action != "match_catalog":
            return self._with(resolve.resolve_all(self._settle(), action), settled=True)
        if not (database and table_name):
            raise ValueError("ResolveChoice: match_catalog needs database and table_name")
        types = self.glue_ctx.catalog.types(database, table_name)
        return self._with(resolve.match_catalog(self._df, types))

    def unnest(self, *_: Any, **__: Any) -> "DynamicFrame":
        """Structs' fields as top-level fields named by their paths."""
        return self._with(relationalize.unnest(self._df))

    def unbox(
        self, path: str, format: str, *_: Any, transformation_ctx: str = "", info: str = "",
        stageThreshold: int = 0, totalThreshold: int = 0, **options: Any,
    ) -> "DynamicFrame":  # fmt: skip
        """A field's text read as JSON or CSV."""
        given = {**options.pop("options", {}), **options}
        return self._with(unbox.unbox(self._df, path, format, given))

    # Transforms of records

    def filter(
        self, f: Callable[[Any], Any], transformation_ctx: str = "", info: str = "",
        stageThreshold: int = 0, totalThreshold: int = 0, **_: Any,
    ) -> "DynamicFrame":  # fmt: skip
        """The records for which the function is true."""
        df, errors = functions.filter_records(self._df, f)
        return self._judged(df, errors, stageThreshold, totalThreshold)

    def map(
        self, f: Callable[[Any], Any], preservesPartitioning: bool = False,
        transformation_ctx: str = "", info: str = "",
        stageThreshold: int = 0, totalThreshold: int = 0, **_: Any,
    ) -> "DynamicFrame":  # fmt: skip
        """The records that the function makes of these."""
        df, errors = functions.map_records(self._df, f)
        return self._judged(df, errors, stageThreshold, totalThreshold, settled=True)

    def join(
        self, paths1: Any, paths2: Any, frame2: "DynamicFrame", *_: Any, **__: Any
    ) -> "DynamicFrame":
        """Records of both whose keys are equal."""
        df = joins.join(self._df, frame2._df, paths1, paths2)
        return self._with(df, also=frame2)

    def union(self, other_frame: "DynamicFrame", *_: Any, **__: Any) -> "DynamicFrame":
        """All records of both."""
        return self._with(frames.union(self._df, other_frame._df), also=other_frame)

    def mergeDynamicFrame(
        self, stage_dynamic_frame: "DynamicFrame", primary_keys: Any, *_: Any, **__: Any
    ) -> "DynamicFrame":
        """The staged records over these, by key."""
        keys = _listed(primary_keys)
        merged = frames.merge(self._df, stage_dynamic_frame._df, keys)
        return self._with(merged, also=stage_dynamic_frame)

    def relationalize(
        self, root_table_name: str, staging_path: str | None = None, *_: Any, **__: Any
    ) -> "DynamicFrameCollection":
        """Flat tables, the root and one for each array."""
        tables = relationalize.relationalize(self._settle(), root_table_name)
        return self._collection(tables)

    def split_fields(
        self, paths: Any, name1: str, name2: str, *_: Any, **__: Any
    ) -> "DynamicFrameCollection":
        """These fields apart from the others."""
        wanted = _listed(paths)
        return self._collection(
            {name1: frames.select(self._df, wanted), name2: frames.drop(self._df, wanted)}
        )

    def split_rows(
        self, comparison_dict: dict[str, dict[str, Any]], name1: str, name2: str,
        *_: Any, **__: Any,
    ) -> "DynamicFrameCollection":  # fmt: skip
        """The records that satisfy every comparison apart from the others."""
        condition = frames.comparison(self._df, comparison_dict)
        return self._collection(
            {name1: self._df.filter(condition), name2: self._df.filter(~condition)}
        )

    def spigot(
        self, path: str, options: dict[str, Any] | None = None, *_: Any, **__: Any
    ) -> "DynamicFrame":
        """Write sample records as JSON, and go on."""
        given = options or {}
        df = self._df
        if "prob" in given:
            df = df.sample(fraction=float(given["prob"]))
        if "topk" in given:
            df = df.limit(int(given["topk"]))
        sample = self._with(df)
        self.glue_ctx.write_dynamic_frame_from_options(sample, "s3", {"path": path}, "json")
        return self

    def write(
        self, connection_type: str, connection_options: dict[str, Any] | None = None,
        format: str | None = None, format_options: dict[str, Any] | None = None, *_: Any,
    ) -> "DynamicFrame":  # fmt: skip
        """Write the records; see `GlueContext.write_dynamic_frame_from_options`."""
        return self.glue_ctx.write_dynamic_frame_from_options(  # type: ignore[no-any-return]
            self, connection_type, connection_options, format, format_options
        )

    # Errors

    def errorsCount(self) -> int:
        """Error records of this frame and of those that it comes from."""
        return sum(int(errors.count()) for errors in self._errors)

    def stageErrorsCount(self) -> int:
        """Error records of the transform that made this frame."""
        return int(self._stage_errors.count()) if self._stage_errors is not None else 0

    def errorsAsDynamicFrame(self) -> "DynamicFrame":
        """The error records: what was raised, and the record."""
        spark = self._df.sparkSession
        errors = spark.sparkContext.union(self._errors) if self._errors else None
        if errors is None:
            return DynamicFrame(spark.createDataFrame([], "error struct<>"), self.glue_ctx)
        return DynamicFrame(to_frame(spark, errors, infer(errors)), self.glue_ctx, settled=True)

    def assertErrorThreshold(self) -> None:
        """Raise where the errors have reached a threshold of the transform; zero is none."""
        stage, total = self._thresholds
        for count, most, which in (
            (self.stageErrorsCount, stage, "stageThreshold"),
            (self.errorsCount, total, "totalThreshold"),
        ):
            found = count() if most else 0
            if most and found >= most:
                raise RuntimeError(f"{found} error records; {which} is {most}")

    def _judged(
        self, df: Any, errors: Any, stage: int, total: int, settled: bool = False
    ) -> "DynamicFrame":
        frame = self._with(df, settled=settled)
        if errors is not None:
            frame._errors = [*self._errors, errors]
            frame._stage_errors = errors
        frame._thresholds = (int(stage), int(total))
        frame.assertErrorThreshold()
        return frame

    def _settle(self) -> Any:
        """The DataFrame without choices that no record needs."""
        if self._settled is None:
            self._settled = choice.settle(self._df)
        return self._settled

    def _with(
        self, df: Any, settled: bool = False, also: "DynamicFrame | None" = None
    ) -> "DynamicFrame":
        frame = DynamicFrame(df, self.glue_ctx, self.name, settled)
        frame._errors = [*self._errors, *(also._errors if also else [])]
        return frame

    def _collection(self, tables: Mapping[str, Any]) -> "DynamicFrameCollection":
        made = {name: self._with(df) for name, df in tables.items()}
        for name, frame in made.items():
            frame.name = name
        return DynamicFrameCollection(made, self.glue_ctx)

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(name)
        return refuse(f"DynamicFrame.{name}")


class DynamicFrameCollection:
    """DynamicFrames by name.

    https://docs.aws.amazon.com/glue/latest/dg/aws-glue-api-crawler-pyspark-extensions-dynamic-frame-collection.html
    """

    def __init__(self, dynamic_frames: Mapping[str, DynamicFrame], glue_ctx: Any) -> None:
        self._frames = dict(dynamic_frames)
        self._glue_ctx = glue_ctx

    def keys(self) -> Iterable[str]:
        return self._frames.keys()

    def values(self) -> Iterable[DynamicFrame]:
        return self._frames.values()

    def select(self, key: str, transformation_ctx: str = "") -> DynamicFrame:
        """The frame of this name."""
        if key not in self._frames:
            raise KeyError(f"no frame '{key}' among {', '.join(self._frames)}")
        return self._frames[key]

    def map(
        self, callable: Callable[..., Any], transformation_ctx: str = ""
    ) -> "DynamicFrameCollection":
        """A collection of what the function makes of each frame."""
        made = {k: callable(f, transformation_ctx) for k, f in self._frames.items()}
        return DynamicFrameCollection(made, self._glue_ctx)

    def flatmap(
        self, f: Callable[..., Any], transformation_ctx: str = ""
    ) -> "DynamicFrameCollection":
        """As `map`; the frames of collections that the function returns stand beside the others."""
        made: dict[str, DynamicFrame] = {}
        for key, frame in self._frames.items():
            result = f(frame, transformation_ctx)
            if isinstance(result, DynamicFrameCollection):
                made |= {f"{key}_{name}": result._frames[name] for name in result._frames}
            else:
                made[key] = result
        return DynamicFrameCollection(made, self._glue_ctx)

    def __getitem__(self, key: str) -> DynamicFrame:
        return self.select(key)

    def __len__(self) -> int:
        return len(self._frames)


class ResolveOption:
    """How `toDF` is to resolve a choice: KeepAsStruct, or Project or Cast to a type."""

    def __init__(self, path: str, action: str, target: Any = None) -> None:
        self.path = path
        self.action = action
        self.target = target

    def spec(self) -> tuple[str, str]:
        """As a spec of ResolveChoice."""
        if self.action == "KeepAsStruct":
            return self.path, "make_struct"
        if self.action not in ("Project", "Cast"):
            raise ValueError(f"toDF of '{self.path}': no action '{self.action}'")
        return self.path, f"{self.action.lower()}:{self.target.typeName()}"


def _listed(paths: Any) -> list[str]:
    return [paths] if isinstance(paths, str) else list(paths)
