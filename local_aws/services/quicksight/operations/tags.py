"""Tags of every resource that is kept under an ARN."""

from local_aws.context import Request, Response
from local_aws.services.quicksight.errors import ResourceNotFound
from local_aws.services.quicksight.model import RESOURCE_TYPES
from local_aws.services.quicksight.operations.common import Operations, operation


class Tags(Operations):
    """TagResource and its like."""

    @operation()
    def tag_resource(self, request: Request) -> Response:
        """Add or replace tags."""
        self.store.tag(self._known(request["ResourceArn"]), request["Tags"])
        return {}

    @operation()
    def untag_resource(self, request: Request) -> Response:
        """Remove tags by key."""
        self.store.untag(self._known(request["ResourceArn"]), request["TagKeys"])
        return {}

    @operation()
    def list_tags_for_resource(self, request: Request) -> Response:
        """The tags of one resource."""
        return {"Tags": self.store.tags(self._known(request["ResourceArn"]))}

    def _known(self, arn: str) -> str:
        for kind in RESOURCE_TYPES:
            prefix = self.store.arn(kind, "")
            if arn.startswith(prefix) and self.store.find(kind, arn.removeprefix(prefix)):
                return arn
        raise ResourceNotFound("RESOURCE", arn)
