"""AWS Glue's script library over PySpark, written from its public documentation.

https://docs.aws.amazon.com/glue/latest/dg/aws-glue-programming-python.html
A DynamicFrame is a Spark DataFrame whose schema carries choice types (`choice`). Records meet
Python where a script's own function asks for them, or values of one field differ in type. What is
not here raises NotImplementedError and says its name (`unsupported`).
"""

from typing import Any


def __getattr__(name: str) -> Any:
    """``from awsglue import DynamicFrame``, without importing Spark for those who do not."""
    if name not in ("DynamicFrame", "DynamicFrameCollection"):
        raise AttributeError(name)
    from . import dynamicframe

    return getattr(dynamicframe, name)
