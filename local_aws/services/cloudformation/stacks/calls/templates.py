"""What a template says of itself.

https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_GetTemplateSummary.html
"""

import json

from local_aws.context import Request, Response
from local_aws.services.cloudformation.errors import ValidationError, unsupported
from local_aws.services.cloudformation.stacks.calls.common import Calls
from local_aws.services.cloudformation.stacks.calls.stacks import plan
from local_aws.services.cloudformation.stacks.change_sets import find_change_set
from local_aws.services.cloudformation.template import document
from local_aws.services.cloudformation.template.summary import summary

STAGES = ["Original", "Processed"]


class TemplateCalls(Calls):
    """The operations on templates."""

    def get_template(self, request: Request) -> Response:
        body = self._of_stack(request)
        processed = request.get("TemplateStage") == "Processed" and "StackName" in request
        if processed and document.parse(body).transforms:
            stack = self.find(request["StackName"])
            body = json.dumps(plan(self, stack, stack.revision).template.tree)
        return {"TemplateBody": body, "StagesAvailable": STAGES}

    def _of_stack(self, request: Request) -> str:
        if "ChangeSetName" in request:
            return str(find_change_set(self.store, request)["revision"]["body"])
        if "StackName" not in request:
            raise ValidationError("Either StackName or ChangeSetName must be specified")
        return self.find(request["StackName"]).revision.body

    def get_template_summary(self, request: Request) -> Response:
        if "StackSetName" in request:
            raise unsupported("GetTemplateSummary of a stack set")
        stack = self.find(request["StackName"]) if "StackName" in request else None
        body = stack.revision.body if stack else self.body(request)
        return summary(document.parse(body))

    def validate_template(self, request: Request) -> Response:
        found = summary(document.parse(self.body(request)))
        parameters = [
            {name: one[name] for name in PARAMETER_MEMBERS if name in one}
            for one in found.get("Parameters", [])
        ]
        told = {name: found[name] for name in VALIDATED if name in found}
        return told | {"Parameters": parameters}


PARAMETER_MEMBERS = ("ParameterKey", "DefaultValue", "NoEcho", "Description")
VALIDATED = ("Description", "Capabilities", "CapabilitiesReason", "DeclaredTransforms")
