"""What a service describes of a resource, as far as a template can say it."""

from typing import Any

from local_aws.wire.models import Shape, operation_model


def writable(service: str, operation: str, member: str, described: Any) -> Any:
    """What a member of an operation's request takes of it: ``CreateTable``'s ``TableInput``."""
    model = operation_model(service, operation)
    assert model is not None
    shape: Shape = model.input_shape
    return _within(shape.members[member], described)


def _within(shape: Shape, value: Any) -> Any:
    if shape.type_name == "structure":
        members = shape.members
        return {k: _within(members[k], v) for k, v in value.items() if k in members}
    if shape.type_name == "list":
        return [_within(shape.member, v) for v in value]
    if shape.type_name == "map":
        return {k: _within(shape.value, v) for k, v in value.items()}
    return value
