"""Transforms: https://docs.aws.amazon.com/glue/latest/dg/aws-glue-programming-python-transforms.html"""

from typing import Any

from .dynamicframe import DynamicFrame


class _Transform:
    @classmethod
    def apply(cls, *args: Any, **kwargs: Any) -> Any:
        """Transforms are classes that are called through `apply`."""
        return cls()(*args, **kwargs)

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        raise NotImplementedError(type(self).__name__)


class ApplyMapping(_Transform):
    """Select, rename and cast fields."""

    def __call__(self, frame: DynamicFrame, mappings: Any, **_: Any) -> DynamicFrame:
        return frame.apply_mapping(mappings)


class SelectFields(_Transform):
    """Keep fields."""

    def __call__(self, frame: DynamicFrame, paths: Any, **_: Any) -> DynamicFrame:
        return frame.select_fields(paths)


class DropFields(_Transform):
    """Drop fields."""

    def __call__(self, frame: DynamicFrame, paths: Any, **_: Any) -> DynamicFrame:
        return frame.drop_fields(paths)


class RenameField(_Transform):
    """Rename a field."""

    def __call__(self, frame: DynamicFrame, old_name: str, new_name: str, **_: Any) -> DynamicFrame:
        return frame.rename_field(old_name, new_name)


class DropNullFields(_Transform):
    """Drop the fields that are null throughout."""

    def __call__(self, frame: DynamicFrame, **_: Any) -> DynamicFrame:
        return frame.drop_null_fields()


class Filter(_Transform):
    """Keep the records for which a function is true."""

    def __call__(self, frame: DynamicFrame, f: Any, **_: Any) -> DynamicFrame:
        return frame.filter(f)


class ResolveChoice(_Transform):
    """Cast fields."""

    def __call__(
        self, frame: DynamicFrame, specs: Any = None, choice: str = "", **_: Any
    ) -> DynamicFrame:
        return frame.resolveChoice(specs, choice)


class Join(_Transform):
    """Join two frames on equality."""

    def __call__(
        self, frame1: DynamicFrame, frame2: DynamicFrame, keys1: Any, keys2: Any, **_: Any
    ) -> DynamicFrame:
        left, right = frame1.toDF(), frame2.toDF()
        one, two = ([keys] if isinstance(keys, str) else keys for keys in (keys1, keys2))
        same = [left[a] == right[b] for a, b in zip(one, two, strict=True)]
        return DynamicFrame(left.join(right, same), frame1.glue_ctx)
