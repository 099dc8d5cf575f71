"""Statements that are kept: named queries and prepared statements.

https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-athena-namedquery.html
"""

from typing import Any

from local_aws.services.cloudformation.resources.athena.answers import find, make
from local_aws.services.cloudformation.resources.calls import call, pages
from local_aws.services.cloudformation.resources.handler import Handler, Made, Properties, Work
from local_aws.services.cloudformation.resources.undone import undone

NAMED = ("Name", "Description", "Database", "QueryString", "WorkGroup")
STATEMENT = ("StatementName", "WorkGroup")
PRIMARY = "primary"


class NamedQueries(Handler):
    """AWS::Athena::NamedQuery: whatever changes, another query takes its place, as on AWS.

    ``Ref`` gives its id. Names are not unique in Athena, so that the token finds an earlier try's.
    """

    takes = frozenset(NAMED)

    def create(self, work: Work) -> Made:
        given = {k: work.properties[k] for k in NAMED if k in work.properties}
        request = {"Name": work.name, "ClientRequestToken": _token(work)} | given
        answer = call(work.client("athena"), "create_named_query", **request)
        return _query(answer["NamedQueryId"])

    def update(self, work: Work) -> Made:
        """Never asked for: every property is its own for ever."""
        return _query(work.physical_id)

    def delete(self, work: Work) -> None:
        find(work, "delete_named_query", NamedQueryId=work.physical_id)

    def read(self, work: Work) -> Properties | None:
        answer = find(work, "get_named_query", NamedQueryId=work.physical_id)
        return {k: v for k, v in answer["NamedQuery"].items() if k in NAMED} if answer else None

    def identify(self, work: Work) -> Made | None:
        """By its id, as an import gives it; or the only one that is all that the template says."""
        if known := work.physical_id or work.properties.get("NamedQueryId"):
            return _query(known) if find(work, "get_named_query", NamedQueryId=known) else None
        wanted = {"Name": work.name, "WorkGroup": PRIMARY} | dict(work.properties)
        same = [q for q in _queries(work, wanted["WorkGroup"]) if q.items() >= wanted.items()]
        return _query(same[0]["NamedQueryId"]) if len(same) == 1 else None


class PreparedStatements(Handler):
    """AWS::Athena::PreparedStatement: ``Ref`` gives its name."""

    takes = frozenset({*STATEMENT, "QueryStatement", "Description"})

    def create(self, work: Work) -> Made:
        make(work, "create_prepared_statement", **work.properties)
        return _statement(work.properties)

    def update(self, work: Work) -> Made:
        """Athena cannot be told to forget a description: then the statement is made anew."""
        athena = work.client("athena")
        if _prepared(work) and "Description" not in work.before.keys() - work.properties.keys():
            call(athena, "update_prepared_statement", **work.properties)
            return Made(work.physical_id)
        self.delete(work)
        with undone(lambda: call(athena, "create_prepared_statement", **work.before)):
            call(athena, "create_prepared_statement", **work.properties)
        return Made(work.physical_id)

    def delete(self, work: Work) -> None:
        """With its workgroup it is gone too."""
        find(work, "delete_prepared_statement", **_key(work.before))

    def read(self, work: Work) -> Properties | None:
        found = _prepared(work)
        if found is None:
            return None
        names = {"StatementName": found["StatementName"], "WorkGroup": found["WorkGroupName"]}
        described = {"Description": found["Description"]} if found.get("Description") else {}
        return names | {"QueryStatement": found["QueryStatement"]} | described

    def identify(self, work: Work) -> Made | None:
        return _statement(work.properties) if _prepared(work) else None


def _query(identity: str) -> Made:
    return Made(identity, {"NamedQueryId": identity})


def _token(work: Work) -> str:
    """Athena wants at least 32 characters."""
    return work.token.ljust(32, "0")


def _queries(work: Work, workgroup: str) -> list[dict[str, Any]]:
    athena = work.client("athena")
    ids = pages(athena, "list_named_queries", "NamedQueryIds", WorkGroup=workgroup)
    chunks = [ids[at : at + 50] for at in range(0, len(ids), 50)]
    answers = [call(athena, "batch_get_named_query", NamedQueryIds=chunk) for chunk in chunks]
    return [query for answer in answers for query in answer["NamedQueries"]]


def _key(properties: Properties) -> dict[str, Any]:
    return {k: properties[k] for k in STATEMENT}


def _prepared(work: Work) -> dict[str, Any] | None:
    answer = find(work, "get_prepared_statement", **_key(work.properties or work.before))
    return answer["PreparedStatement"] if answer else None


def _statement(properties: Properties) -> Made:
    return Made(properties["StatementName"])
