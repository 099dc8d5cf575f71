"""What a caller may not, in Athena's words.

https://repost.aws/knowledge-center/access-denied-athena has those of S3. Words of the catalog begin
with "Insufficient permissions" where Trino plans a query, and have its code where Hive runs a DDL.
"""

from local_aws.acting.errors import Denied, S3Denied
from local_aws.services.athena.errors import QueryFailed, from_glue


def refused(error: Denied, output: str, *, hive: bool) -> QueryFailed:
    """The query's failure. output: the address of its result, hive: whether it is a DDL."""
    if isinstance(error, S3Denied):
        return QueryFailed("", _of_s3(error, output))
    if hive:
        return QueryFailed("", from_glue(error.message, "AccessDeniedException"))
    return QueryFailed("", f"Insufficient permissions to execute the query. {error.message}")


def _of_s3(error: S3Denied, output: str) -> str:
    if error.uri.startswith(output):
        return (
            f"Access denied when writing output to url: {error.uri} . Please ensure you are allowed"
            " to access the S3 bucket. If you are encrypting query results with KMS key, please"
            " ensure you are allowed to access your KMS key"
        )
    return f"Permission denied on S3 path: {error.uri}"
