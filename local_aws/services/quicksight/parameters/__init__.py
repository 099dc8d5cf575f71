"""A definition's parameters: what is declared, and the values that they have for one reader.

AWS: https://docs.aws.amazon.com/quicksight/latest/APIReference/API_ParameterDeclaration.html
Here: the same four types. A value comes from the page's address, else from the reader's row of a
data set (DynamicValue), else from the declaration. An address with a value of the wrong type is
refused by name, where QuickSight falls back to the default without a word.
"""

from local_aws.services.quicksight.parameters.declarations import Parameter, read_parameters
from local_aws.services.quicksight.parameters.overrides import check_overrides, overridden
from local_aws.services.quicksight.parameters.values import Lookup, Value, Values

__all__ = ["Lookup", "Parameter", "Value", "Values", "check_overrides", "overridden",
           "read_parameters"]  # fmt: skip
