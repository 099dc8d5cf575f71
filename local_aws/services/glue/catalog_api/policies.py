"""The operations of the catalog's resource policy."""

from local_aws.access.document import Policy
from local_aws.context import Request, Response
from local_aws.services.glue.catalog.policies import ResourcePolicies
from local_aws.services.glue.catalog_api.requests import CatalogPart
from local_aws.services.glue.errors import unsupported


class PoliciesApi(CatalogPart):
    def put_resource_policy(self, request: Request) -> Response:
        given = ResourcePolicies(self.catalog.db).put(
            self._resource(request),
            request["PolicyInJson"],
            exists=request.get("PolicyExistsCondition", "NONE"),
            last=request.get("PolicyHashCondition"),
        )
        return {"PolicyHash": given}

    def get_resource_policy(self, request: Request) -> Response:
        return ResourcePolicies(self.catalog.db).get(self._resource(request))

    def get_resource_policies(self, _request: Request) -> Response:
        """The catalog's own: there are no grants by Resource Access Manager here."""
        return {"GetResourcePoliciesResponseList": ResourcePolicies(self.catalog.db).all()}

    def delete_resource_policy(self, request: Request) -> Response:
        last = request.get("PolicyHashCondition")
        ResourcePolicies(self.catalog.db).delete(self._resource(request), last=last)
        return {}

    def policy_of(self, resource: str) -> Policy | None:
        """What a call about a part of the catalog, by its ARN, is decided with."""
        return ResourcePolicies(self.catalog.db).of_part(resource, self._catalog_arn)

    @property
    def _catalog_arn(self) -> str:
        return self.platform.arn("glue", "catalog")

    def _resource(self, request: Request) -> str:
        """The catalog, the only resource whose policy callers can set on AWS as well."""
        resource: str = request.get("ResourceArn", self._catalog_arn)
        if resource != self._catalog_arn:
            raise unsupported(f"A resource policy of {resource}")
        return resource
