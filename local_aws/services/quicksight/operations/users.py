"""Users, groups and the one namespace, as far as security needs them.

https://docs.aws.amazon.com/quicksight/latest/APIReference/API_RegisterUser.html
Users of IAM and of QuickSight itself. Nobody signs in here: whom a page is read as is said by its
address.
"""

import re
import uuid
from typing import Any

from local_aws.context import Request, Response
from local_aws.database import Row
from local_aws.services.quicksight.directory import GROUP, NAMESPACE, USER
from local_aws.services.quicksight.errors import InvalidParameter, ResourceNotFound, Unsupported
from local_aws.services.quicksight.operations.common import (
    Operations,
    operation,
    page,
    present,
)

REFUSED = ("CustomPermissionsName", "UnapplyCustomPermissions", "ExternalLoginId",
           "ExternalLoginFederationProviderType", "CustomFederationProviderUrl")  # fmt: skip
IAM_ARN = re.compile(r"arn:aws:iam::(\d{12}):(user|role)/(?:[\w+=,.@/-]*/)?([\w+=,.@-]+)")


class Named(Operations):
    """What users and groups have in common: the namespace that must be there."""

    def check(self, request: Request) -> None:
        """Raises ResourceNotFound, Unsupported."""
        if request["Namespace"] != NAMESPACE:
            raise ResourceNotFound("NAMESPACE", request["Namespace"])
        for name in REFUSED:
            if request.get(name):
                raise Unsupported(f"{name} of a user")

    def groups_shown(self, request: Request, rows: list[Row]) -> Response:
        """A page of groups."""
        shown, token = page(request, rows, lambda row: str(row["name"]))
        return {"GroupList": [self.group_shown(row) for row in shown]} | token

    def group_shown(self, row: Row) -> dict[str, Any]:
        """A group in AWS's shape."""
        return present(
            Arn=self.store.directory.arn(GROUP, row["name"]),
            GroupName=row["name"],
            Description=row["description"],
            PrincipalId=row["principal"],
        )


class Users(Named):
    """RegisterUser and its like."""

    @operation(201)
    def register_user(self, request: Request) -> Response:
        """Know a user; one of IAM is called after itself."""
        self.check(request)
        name = self._name(request)
        kept = ("Email", "UserRole", "IdentityType", "IamArn", "SessionName")
        document = {member: request[member] for member in kept if member in request}
        federated = "federated/iam/" if request["IdentityType"] == "IAM" else "user/"
        with self.store.db.transaction():
            self.store.directory.add_user(
                name, document | {"PrincipalId": f"{federated}{uuid.uuid4().hex}"}
            )
            self.store.tag(self.store.directory.arn(USER, name), request.get("Tags", []))
        return {"User": self._shown(name)}

    def _name(self, request: Request) -> str:
        kind = request["IdentityType"]
        if kind == "QUICKSIGHT":
            if not request.get("UserName"):
                raise InvalidParameter("A user of QuickSight needs a UserName")
            return str(request["UserName"])
        if kind != "IAM":
            raise Unsupported(f"The identity type {kind}", "Use IAM or QUICKSIGHT.")
        found = IAM_ARN.fullmatch(request.get("IamArn", ""))
        if found is None or found[1] != self.platform.account_id:
            raise InvalidParameter(f"IamArn {request.get('IamArn')} is no user or role of here")
        if found[2] == "user":
            return found[3]
        if not request.get("SessionName"):
            raise InvalidParameter("A role needs a SessionName")
        return f"{found[3]}/{request['SessionName']}"

    @operation()
    def describe_user(self, request: Request) -> Response:
        """One user."""
        self.check(request)
        return {"User": self._shown(request["UserName"])}

    @operation()
    def list_users(self, request: Request) -> Response:
        """All of them, by name."""
        self.check(request)
        names = [name for name, _ in self.store.directory.users()]
        shown, token = page(request, names, str)
        return {"UserList": [self._shown(name) for name in shown]} | token

    @operation()
    def update_user(self, request: Request) -> Response:
        """Another address or role."""
        self.check(request)
        changes = {"Email": request["Email"], "UserRole": request["Role"]}
        self.store.directory.update_user(request["UserName"], changes)
        return {"User": self._shown(request["UserName"])}

    @operation()
    def delete_user(self, request: Request) -> Response:
        """Forget a user, and its memberships."""
        self.check(request)
        self.store.directory.delete_user(request["UserName"])
        return {}

    @operation()
    def delete_user_by_principal_id(self, request: Request) -> Response:
        """Forget a user by another name of it."""
        self.check(request)
        for name, document in self.store.directory.users():
            if document["PrincipalId"] == request["PrincipalId"]:
                self.store.directory.delete_user(name)
                return {}
        raise ResourceNotFound(USER, request["PrincipalId"])

    @operation()
    def list_user_groups(self, request: Request) -> Response:
        """The groups that a user is in."""
        self.check(request)
        self.store.directory.user(request["UserName"])
        return self.groups_shown(request, self.store.directory.groups_of(request["UserName"]))

    def _shown(self, name: str) -> dict[str, Any]:
        document = self.store.directory.user(name)
        return {
            "Arn": self.store.directory.arn(USER, name),
            "UserName": name,
            "Email": document["Email"],
            "Role": document["UserRole"],
            "IdentityType": document["IdentityType"],
            "Active": document["IdentityType"] == "IAM",
            "PrincipalId": document["PrincipalId"],
        }


class Groups(Named):
    """CreateGroup and its like."""

    @operation(201)
    def create_group(self, request: Request) -> Response:
        """A group without members."""
        self.check(request)
        name = request["GroupName"]
        self.store.directory.add_group(name, request.get("Description"))
        return {"Group": self.group_shown(self.store.directory.group(name))}

    @operation()
    def describe_group(self, request: Request) -> Response:
        """One group."""
        self.check(request)
        return {"Group": self.group_shown(self.store.directory.group(request["GroupName"]))}

    @operation()
    def update_group(self, request: Request) -> Response:
        """Another description."""
        self.check(request)
        name = request["GroupName"]
        self.store.directory.describe_group(name, request.get("Description"))
        return {"Group": self.group_shown(self.store.directory.group(name))}

    @operation()
    def list_groups(self, request: Request) -> Response:
        """All of them, by name."""
        self.check(request)
        return self.groups_shown(request, self.store.directory.groups())

    @operation()
    def search_groups(self, request: Request) -> Response:
        """Those whose name begins so."""
        self.check(request)
        (wanted,) = request["Filters"]
        rows = self.store.directory.groups()
        return self.groups_shown(
            request, [r for r in rows if r["name"].startswith(wanted["Value"])]
        )

    @operation()
    def delete_group(self, request: Request) -> Response:
        """Remove it; its members stay users."""
        self.check(request)
        self.store.directory.delete_group(request["GroupName"])
        return {}

    @operation()
    def create_group_membership(self, request: Request) -> Response:
        """Put a user into a group."""
        self.check(request)
        self.store.directory.add_member(request["GroupName"], request["MemberName"])
        return {"GroupMember": self._member(request["MemberName"])}

    @operation()
    def describe_group_membership(self, request: Request) -> Response:
        """Whether a user is in a group."""
        self.check(request)
        group, name = request["GroupName"], request["MemberName"]
        if name not in self.store.directory.members(group):
            raise ResourceNotFound("GROUP_MEMBERSHIP", f"{group}/{name}")
        return {"GroupMember": self._member(name)}

    @operation()
    def list_group_memberships(self, request: Request) -> Response:
        """A group's users, by name."""
        self.check(request)
        members = self.store.directory.members(request["GroupName"])
        shown, token = page(request, members, str)
        return {"GroupMemberList": [self._member(name) for name in shown]} | token

    @operation()
    def delete_group_membership(self, request: Request) -> Response:
        """Take a user out of a group."""
        self.check(request)
        self.store.directory.remove_member(request["GroupName"], request["MemberName"])
        return {}

    def _member(self, name: str) -> dict[str, str]:
        return {"Arn": self.store.directory.arn(USER, name), "MemberName": name}


class Namespaces(Named):
    """DescribeNamespace and ListNamespaces: there is one."""

    @operation()
    def describe_namespace(self, request: Request) -> Response:
        """The default one."""
        self.check(request)
        return {"Namespace": self._shown()}

    @operation()
    def list_namespaces(self, request: Request) -> Response:
        """The default one alone."""
        shown, token = page(request, [self._shown()], lambda one: str(one["Name"]))
        return {"Namespaces": shown} | token

    def _shown(self) -> dict[str, str]:
        return {
            "Name": NAMESPACE,
            "Arn": self.platform.arn("quicksight", f"namespace/{NAMESPACE}"),
            "CapacityRegion": self.platform.region,
            "CreationStatus": "CREATED",
            "IdentityStore": "QUICKSIGHT",
        }
