"""A dashboard's Definition: read, checked, and what of it is not shown.

AWS: https://docs.aws.amazon.com/quicksight/latest/APIReference/API_DashboardVersionDefinition.html
Here: `check` refuses what is wrong for everyone (what makes a version fail is `problems`'), and a
visual with something that would change its figures and is not done here is refused by itself.
Looks (fonts, chart colours) are taken and left to the page.
"""

from local_aws.services.quicksight.definition.actions import actions
from local_aws.services.quicksight.definition.checks import check
from local_aws.services.quicksight.definition.document import Definition
from local_aws.services.quicksight.definition.hierarchies import drills
from local_aws.services.quicksight.definition.text import label_text, plain, saying
from local_aws.services.quicksight.definition.visual import Computation, Visual

__all__ = ["Computation", "Definition", "Visual", "actions", "check", "drills", "label_text",
           "plain", "saying"]  # fmt: skip
