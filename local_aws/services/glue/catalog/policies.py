"""The catalog's resource policy.

https://docs.aws.amazon.com/glue/latest/dg/aws-glue-api-jobs-security.html. It decides, with the
identities' policies, on what is done to the catalog's databases, tables, functions and connections
(local_aws/authorise.py).
"""

import base64
import hashlib
import re

from local_aws.access import document as policies
from local_aws.access.document import Policy, PolicyError
from local_aws.database import Database
from local_aws.services.glue.catalog.entries import document
from local_aws.services.glue.documents import Document, dump, now
from local_aws.services.glue.errors import (
    ConditionCheckFailureException,
    EntityNotFoundException,
    InvalidInputException,
)

IN_CATALOG = re.compile(r"^arn:aws:glue:[^:]*:[^:]*:(catalog|database|table|user|connection)")
"""What the catalog's resource policy is about."""


class ResourcePolicies:
    """Policies by the ARN of what they are about."""

    def __init__(self, db: Database) -> None:
        self.db = db

    def get(self, resource: str) -> Document:
        """Raises EntityNotFoundException."""
        found = self._find(resource)
        if found is None:
            raise EntityNotFoundException("Policy not found")
        return found

    def all(self) -> list[Document]:
        """Every policy, by resource."""
        rows = self.db.all("SELECT body FROM resource_policies ORDER BY resource")
        return [document(row) for row in rows]

    def of_part(self, resource: str, catalog: str) -> Policy | None:
        """The catalog's policy, where there is one and the resource is a part of the catalog."""
        found = self._find(catalog) if IN_CATALOG.search(resource) else None
        return policies.parse(found["PolicyInJson"], policies.BUCKET) if found else None

    def put(self, resource: str, policy: str, *, exists: str, last: str | None) -> str:
        """Set the policy and give its hash.

        `exists` is MUST_EXIST, NOT_EXIST or NONE, `last` the hash that the caller has seen.
        Raises ConditionCheckFailureException where they do not hold.
        """
        try:
            policies.parse(policy, policies.BUCKET)
        except PolicyError as error:
            raise InvalidInputException(f"Invalid policy: {error}") from error
        with self.db.transaction():
            old, moment = self._find(resource), now()
            if (exists == "MUST_EXIST" and not old) or (exists == "NOT_EXIST" and old):
                raise ConditionCheckFailureException(f"The policy does not satisfy {exists}.")
            _check(old, last)
            digest = hashlib.md5(policy.encode(), usedforsecurity=False).digest()
            body = {
                "PolicyInJson": policy,
                "PolicyHash": base64.b64encode(digest).decode(),
                "CreateTime": old["CreateTime"] if old else moment,
                "UpdateTime": moment,
            }
            sql = "INSERT OR REPLACE INTO resource_policies VALUES (?, ?)"
            self.db.execute(sql, (resource, dump(body)))
        return str(body["PolicyHash"])

    def delete(self, resource: str, *, last: str | None) -> None:
        """Raises EntityNotFoundException, ConditionCheckFailureException."""
        with self.db.transaction():
            _check(self.get(resource), last)
            self.db.execute("DELETE FROM resource_policies WHERE resource = ?", (resource,))

    def _find(self, resource: str) -> Document | None:
        sql = "SELECT body FROM resource_policies WHERE resource = ?"
        row = self.db.one(sql, (resource,))
        return document(row) if row else None


def _check(policy: Document | None, last: str | None) -> None:
    if last is not None and last != (policy or {}).get("PolicyHash"):
        raise ConditionCheckFailureException("The policy's hash is not PolicyHashCondition.")
