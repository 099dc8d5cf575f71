"""Glue's types of a DynamicFrame's schema.

https://docs.aws.amazon.com/glue/latest/dg/aws-glue-api-crawler-pyspark-extensions-types.html
"""

from collections.abc import Iterable, Iterator
from typing import Any


class DataType:
    """A type, by the name that Glue prints."""

    name = "unknown"

    def __init__(self, properties: dict[str, Any] | None = None) -> None:
        self.properties = properties or {}

    def typeName(self) -> str:
        return self.name

    def jsonValue(self) -> dict[str, Any]:
        """Name and parts as JSON."""
        return {"dataType": self.name, **self._parts(), "properties": self.properties}

    def lines(self, indent: str) -> Iterator[str]:
        """What `printSchema` shows below this type's own line."""
        return iter(())

    def _parts(self) -> dict[str, Any]:
        return {}

    def __eq__(self, other: object) -> bool:
        return isinstance(other, DataType) and self.jsonValue() == other.jsonValue()

    def __hash__(self) -> int:
        return hash(repr(self.jsonValue()))

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self._parts() or ''})"


class AtomicType(DataType):
    """A type without parts."""


class BinaryType(AtomicType):
    name = "binary"


class BooleanType(AtomicType):
    name = "boolean"


class ByteType(AtomicType):
    name = "byte"


class DateType(AtomicType):
    name = "date"


class DoubleType(AtomicType):
    name = "double"


class FloatType(AtomicType):
    name = "float"


class IntegerType(AtomicType):
    name = "int"


class LongType(AtomicType):
    name = "long"


class NullType(AtomicType):
    name = "null"


class ShortType(AtomicType):
    name = "short"


class StringType(AtomicType):
    name = "string"


class TimestampType(AtomicType):
    name = "timestamp"


class UnknownType(AtomicType):
    name = "unknown"


class DecimalType(AtomicType):
    name = "decimal"

    def __init__(
        self, precision: int = 10, scale: int = 2, properties: dict[str, Any] | None = None
    ) -> None:
        super().__init__(properties)
        self.precision = precision
        self.scale = scale

    def _parts(self) -> dict[str, Any]:
        return {"precision": self.precision, "scale": self.scale}


class ArrayType(DataType):
    name = "array"

    def __init__(
        self,
        elementType: DataType | None = None,
        properties: dict[str, Any] | None = None,
    ) -> None:
        super().__init__(properties)
        self.elementType = elementType or UnknownType()

    def lines(self, indent: str) -> Iterator[str]:
        return Field("element", self.elementType).lines(indent)

    def _parts(self) -> dict[str, Any]:
        return {"elementType": self.elementType.jsonValue()}


class MapType(DataType):
    name = "map"

    def __init__(
        self,
        valueType: DataType | None = None,
        properties: dict[str, Any] | None = None,
    ) -> None:
        super().__init__(properties)
        self.valueType = valueType or UnknownType()

    def lines(self, indent: str) -> Iterator[str]:
        return Field("value", self.valueType).lines(indent)

    def _parts(self) -> dict[str, Any]:
        return {"valueType": self.valueType.jsonValue()}


class ChoiceType(DataType):
    """One of several types, another in each record."""

    name = "choice"

    def __init__(
        self, choices: Iterable[DataType] = (), properties: dict[str, Any] | None = None
    ) -> None:
        super().__init__(properties)
        self.choices = {choice.typeName(): choice for choice in choices}

    def lines(self, indent: str) -> Iterator[str]:
        for name in sorted(self.choices):
            yield f"{indent}|-- {name}"
            yield from self.choices[name].lines(f"{indent}|    ")

    def _parts(self) -> dict[str, Any]:
        return {"choices": [self.choices[name].jsonValue() for name in sorted(self.choices)]}


class Field:
    """A named type within a struct."""

    def __init__(
        self,
        name: str,
        dataType: DataType,
        properties: dict[str, Any] | None = None,
    ) -> None:
        self.name = name
        self.dataType = dataType
        self.properties = properties or {}

    def lines(self, indent: str) -> Iterator[str]:
        yield f"{indent}|-- {self.name}: {self.dataType.typeName()}"
        yield from self.dataType.lines(f"{indent}|    ")

    def jsonValue(self) -> dict[str, Any]:
        return {
            "name": self.name,
            "container": self.dataType.jsonValue(),
            "properties": self.properties,
        }

    def __repr__(self) -> str:
        return f"Field({self.name}, {self.dataType!r})"


class StructType(DataType):
    name = "struct"

    def __init__(
        self, fields: Iterable[Field] = (), properties: dict[str, Any] | None = None
    ) -> None:
        super().__init__(properties)
        self.fields = list(fields)

    @property
    def field_map(self) -> dict[str, Field]:
        return {field.name: field for field in self.fields}

    def getField(self, name: str) -> Field:
        return self.field_map[name]

    def hasField(self, name: str) -> bool:
        return name in self.field_map

    def lines(self, indent: str) -> Iterator[str]:
        for field in self.fields:
            yield from field.lines(indent)

    def treeString(self) -> str:
        """The text that `printSchema` prints."""
        return "\n".join(["root", *self.lines("")])

    def __iter__(self) -> Iterator[Field]:
        return iter(self.fields)

    def _parts(self) -> dict[str, Any]:
        return {"fields": [field.jsonValue() for field in self.fields]}
