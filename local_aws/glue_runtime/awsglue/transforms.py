"""Transforms: https://docs.aws.amazon.com/glue/latest/dg/aws-glue-programming-python-transforms.html"""

from typing import Any

from .dynamicframe import DynamicFrame, DynamicFrameCollection
from .unsupported import TRANSFORMS, refuse


class GlueTransform:
    """A transform, called through `apply`."""

    @classmethod
    def apply(cls, *args: Any, **kwargs: Any) -> Any:
        """Do it."""
        return cls()(*args, **kwargs)

    @classmethod
    def name(cls) -> str:
        return cls.__name__

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        raise NotImplementedError(type(self).__name__)


class _OfFrame(GlueTransform):
    """A transform that is a method of its frame."""

    method = ""

    def __call__(self, frame: DynamicFrame, *args: Any, **kwargs: Any) -> Any:
        if not isinstance(frame, DynamicFrame):
            raise TypeError(f"{self.name()}: frame is a {type(frame).__name__}, not a DynamicFrame")
        return getattr(frame, self.method)(*args, **kwargs)


class ApplyMapping(_OfFrame):
    """Select, rename, nest and cast fields."""

    method = "apply_mapping"


class DropFields(_OfFrame):
    """Drop fields."""

    method = "drop_fields"


class DropNullFields(GlueTransform):
    """Drop the fields of type null."""

    def __call__(self, frame: DynamicFrame, *_: Any, **__: Any) -> DynamicFrame:
        return frame.drop_null_fields()


class ErrorsAsDynamicFrame(GlueTransform):
    """The frame's error records."""

    def __call__(self, frame: DynamicFrame) -> DynamicFrame:
        return frame.errorsAsDynamicFrame()


class Filter(_OfFrame):
    """Keep the records for which a function is true."""

    method = "filter"


class FlatMap(GlueTransform):
    """A transform applied to each frame of a collection, its results side by side."""

    def __call__(
        self, dfc: DynamicFrameCollection, BaseTransform: Any, frame_name: str,
        transformation_ctx: str = "", **base_kwargs: Any,
    ) -> DynamicFrameCollection:  # fmt: skip
        return dfc.flatmap(_each(BaseTransform, frame_name, base_kwargs), transformation_ctx)


class Join(GlueTransform):
    """Join two frames where keys are equal."""

    def __call__(
        self, frame1: DynamicFrame, frame2: DynamicFrame, keys1: Any, keys2: Any,
        *_: Any, **__: Any,
    ) -> DynamicFrame:  # fmt: skip
        return frame1.join(keys1, keys2, frame2)


class Map(_OfFrame):
    """Put every record through a function."""

    method = "map"


class MapToCollection(GlueTransform):
    """A function of a frame and a transformation context, applied to each frame of a collection.

    The developer guide's heading shows FlatMap's arguments; those it explains are these, and the
    library that AWS publishes takes no others
    (https://docs.aws.amazon.com/glue/latest/dg/aws-glue-api-crawler-pyspark-transforms-MapToCollection.html).
    """

    def __call__(
        self, dfc: DynamicFrameCollection, callable: Any, transformation_ctx: str = ""
    ) -> DynamicFrameCollection:
        return dfc.map(callable, transformation_ctx)


class Relationalize(GlueTransform):
    """Flat tables, the root and one for each array."""

    def __call__(
        self, frame: DynamicFrame, staging_path: str | None = None, name: str = "roottable",
        *_: Any, **__: Any,
    ) -> DynamicFrameCollection:  # fmt: skip
        return frame.relationalize(name, staging_path)


class RenameField(GlueTransform):
    """Rename a field."""

    def __call__(
        self, frame: DynamicFrame, old_name: str, new_name: str, *_: Any, **__: Any
    ) -> DynamicFrame:
        return frame.rename_field(old_name, new_name)


class ResolveChoice(_OfFrame):
    """Decide between the types of a choice."""

    method = "resolveChoice"


class SelectFields(_OfFrame):
    """Keep fields."""

    method = "select_fields"


class SelectFromCollection(GlueTransform):
    """One frame of a collection."""

    def __call__(
        self, dfc: DynamicFrameCollection, key: str, transformation_ctx: str = "", **_: Any
    ) -> DynamicFrame:
        return dfc.select(key, transformation_ctx)


class Spigot(_OfFrame):
    """Write sample records, and go on."""

    method = "spigot"


class SplitFields(GlueTransform):
    """Some fields apart from the others."""

    def __call__(
        self, frame: DynamicFrame, paths: Any, name1: str | None = None, name2: str | None = None,
        *_: Any, **__: Any,
    ) -> DynamicFrameCollection:  # fmt: skip
        return frame.split_fields(paths, name1 or f"{frame.name}1", name2 or f"{frame.name}2")


class SplitRows(GlueTransform):
    """Some records apart from the others."""

    def __call__(
        self, frame: DynamicFrame, comparison_dict: Any, name1: str = "frame1",
        name2: str = "frame2", *_: Any, **__: Any,
    ) -> DynamicFrameCollection:  # fmt: skip
        return frame.split_rows(comparison_dict, name1, name2)


class Unbox(_OfFrame):
    """Read a field's text as JSON or CSV."""

    method = "unbox"


class UnnestFrame(_OfFrame):
    """Structs' fields as top-level fields."""

    method = "unnest"


class Union(GlueTransform):
    """All records of two frames."""

    def __call__(
        self, frame1: DynamicFrame, frame2: DynamicFrame, *_: Any, **__: Any
    ) -> DynamicFrame:
        return frame1.union(frame2)


class _Refused(GlueTransform):
    def __call__(self, *_: Any, **__: Any) -> Any:
        refuse(self.name())


def _each(transform: Any, frame_name: str, options: dict[str, Any]) -> Any:
    return lambda frame, _ctx: transform.apply(**{frame_name: frame}, **options)


for _name in TRANSFORMS:
    globals()[_name] = type(_name, (_Refused,), {})

__all__ = [
    *TRANSFORMS,
    *(name for name, found in list(globals().items())
      if isinstance(found, type) and issubclass(found, GlueTransform) and name[0] != "_"),
]  # fmt: skip
