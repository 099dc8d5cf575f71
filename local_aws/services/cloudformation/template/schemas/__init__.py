"""What types of resources there are and what they take: AWS's own schemas, as cfn-lint has them."""

from local_aws.services.cloudformation.template.schemas.changes import PropertyChange, changes
from local_aws.services.cloudformation.template.schemas.coercion import coerced
from local_aws.services.cloudformation.template.schemas.problems import problems, refusal
from local_aws.services.cloudformation.template.schemas.schema import (
    Schema,
    has_attribute,
    is_custom,
    is_known,
    schema_of,
)

__all__ = [
    "PropertyChange",
    "Schema",
    "changes",
    "coerced",
    "has_attribute",
    "is_custom",
    "is_known",
    "problems",
    "refusal",
    "schema_of",
]
