"""Controls: what a reader may choose on a sheet, and the values that a control offers.

AWS: https://docs.aws.amazon.com/quicksight/latest/APIReference/API_FilterControl.html,
https://docs.aws.amazon.com/quicksight/latest/APIReference/API_ParameterControl.html
Here: every type but the hierarchy ones, which are shown as refused.
"""

from local_aws.services.quicksight.controls.offers import offered
from local_aws.services.quicksight.controls.sheet import Control, outline, sheet_controls

__all__ = ["Control", "offered", "outline", "sheet_controls"]
