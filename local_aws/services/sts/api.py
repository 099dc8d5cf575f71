"""STS: AssumeRole, GetSessionToken and GetCallerIdentity.

What AWS does and we do not: federation by SAML, OpenID Connect or a custom broker (nobody here
could vouch for a foreign token), MFA, source identities and transitive tags. What we do and AWS
does not: the account's own key may assume a role whose trust policy names the account, since on
a laptop that key stands for the administrator's user.
"""

import re
from dataclasses import dataclass
from typing import Any

from local_aws.access import document, evaluate, facts
from local_aws.access.document import PolicyError
from local_aws.access.evaluate import Named, Query
from local_aws.access.patterns import Lookup, Values
from local_aws.access.principal import SESSION, Principal
from local_aws.access.record import Record
from local_aws.context import Request, Response
from local_aws.errors import ServiceError
from local_aws.identities import Identities
from local_aws.services.sts.sessions import Session, SessionStore

HOUR = 3600
UNSUPPORTED = (
    "SerialNumber",
    "TokenCode",
    "SourceIdentity",
    "TransitiveTagKeys",
    "ProvidedContexts",
)
SESSION_NAME = re.compile(r"[\w+=,.@-]{2,64}", re.ASCII)


class AccessDenied(ServiceError):
    code = "AccessDenied"
    status = 403


class ValidationError(ServiceError):
    code = "ValidationError"


class MalformedPolicyDocument(ServiceError):
    code = "MalformedPolicyDocument"


@dataclass(frozen=True)
class StsApi:
    """The operations as one caller may use them."""

    identities: Identities
    sessions: SessionStore
    record: Record
    caller: Principal
    lookup: Lookup

    def get_caller_identity(self, _request: Request) -> Response:
        who = self.caller
        return {"UserId": who.user_id, "Account": who.account_id, "Arn": who.arn}

    def get_session_token(self, request: Request) -> Response:
        _refuse_unsupported(request)
        if self.caller.temporary:
            raise AccessDenied("Cannot call GetSessionToken with session credentials")
        longest = HOUR if self.caller.is_root else 36 * HOUR
        seconds = min(request.get("DurationSeconds", 12 * HOUR), longest)
        user_id = "" if self.caller.is_root else self.caller.user_id
        session = self.sessions.create(
            self.caller.kind, seconds, name=self.caller.name, holder_id=user_id
        )
        return {"Credentials": _credentials(session)}

    def assume_role(self, request: Request) -> Response:
        _refuse_unsupported(request)
        arn, name = request["RoleArn"], request["RoleSessionName"]
        if not SESSION_NAME.fullmatch(name):
            raise ValidationError(f"'{name}' is not a RoleSessionName")
        role = self.identities.role(arn)
        if role is None or not self._may_assume(role, request):
            raise AccessDenied(
                f"User: {self.caller.arn} is not authorized to perform: sts:AssumeRole "
                f"on resource: {arn}"
            )
        session = self.sessions.create(
            SESSION,
            self._seconds(request, role),
            name=role.name,
            holder_id=role.id,
            session_name=name,
            policies=self._policies(request),
            tags={tag["Key"]: tag["Value"] for tag in request.get("Tags", [])},
        )
        user = {
            "AssumedRoleId": f"{role.id}:{name}",
            "Arn": f"arn:aws:sts::{role.account_id}:assumed-role/{role.name}/{name}",
        }
        return {"Credentials": _credentials(session), "AssumedRoleUser": user}

    def _may_assume(self, role: Any, request: Request) -> bool:
        """The role's trust must name the caller, or its account and the caller's own policy."""
        try:
            trust = document.parse(role.assume_role_policy_document, document.TRUST)
        except PolicyError:
            return False
        actions = ["sts:AssumeRole", *(["sts:TagSession"] if request.get("Tags") else [])]
        for action in actions:
            query = self.record.watch(Query(self.caller, action, role.arn, self._facts(request)))
            named = evaluate.granted(trust, query) is not Named.NOT
            allowed = named and evaluate.decide(query, trust).allowed
            self.record.note(query, allowed)
            if not allowed:
                return False
        return True

    def _facts(self, request: Request) -> Lookup:
        tags = request.get("Tags", [])
        own: dict[str, Values] = {
            f"aws:requesttag/{tag['Key'].lower()}": (tag["Value"],) for tag in tags
        }
        own["aws:tagkeys"] = tuple(tag["Key"] for tag in tags)
        own["sts:rolesessionname"] = (request["RoleSessionName"],)
        if "ExternalId" in request:
            own["sts:externalid"] = (request["ExternalId"],)
        return facts.beside(own, self.lookup)

    def _seconds(self, request: Request, role: Any) -> int:
        seconds = int(request.get("DurationSeconds", HOUR))
        longest = int(role.max_session_duration or HOUR)
        if self.caller.kind == SESSION and seconds > HOUR:
            raise ValidationError(
                "The requested DurationSeconds exceeds the 1 hour session limit for roles assumed "
                "by role chaining"
            )
        if seconds > longest:
            raise ValidationError(
                "The requested DurationSeconds exceeds the MaxSessionDuration set for this role."
            )
        return seconds

    def _policies(self, request: Request) -> list[str]:
        """The session's policies: the one sent, and the managed ones that are named."""
        found = [request["Policy"]] if "Policy" in request else []
        for named in request.get("PolicyArns", []):
            text = self.identities.managed_policy(named.get("arn", ""))
            if text is None:
                raise ValidationError(f"The policy {named.get('arn')} does not exist")
            found.append(text)
        for text in found:
            try:
                document.parse(text, document.IDENTITY)
            except PolicyError as error:
                raise MalformedPolicyDocument(str(error)) from None
        return found


def _refuse_unsupported(request: Request) -> None:
    for name in UNSUPPORTED:
        if name in request:
            raise ValidationError(f"{name} is not supported by local_aws")


def _credentials(session: Session) -> Response:
    return {
        "AccessKeyId": session.access_key,
        "SecretAccessKey": session.secret_key,
        "SessionToken": session.token,
        "Expiration": session.expires,
    }
