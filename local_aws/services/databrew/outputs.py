"""What a job may write and how, checked when it is created and updated.

https://docs.aws.amazon.com/databrew/latest/dg/API_CreateRecipeJob.html
"""

from local_aws.context import Platform, Request
from local_aws.services.databrew import catalog
from local_aws.services.databrew.engine import formats
from local_aws.services.databrew.engine.errors import UnsupportedOption
from local_aws.services.databrew.errors import ValidationException

UNSUPPORTED = (
    *formats.UNSUPPORTED,
    "DataCatalogOutputs.DatabaseOptions",
    "DataCatalogOutputs to a table with partition keys",
    "DatabaseOutputs",
    "ProjectName",
)


def check_outputs(platform: Platform, request: Request) -> None:
    """Raises ValidationException, naming the option that no run could write."""
    if request.get("DatabaseOutputs"):
        raise ValidationException("DatabaseOutputs are not supported by local_aws")
    outputs, tables = request.get("Outputs") or (), request.get("DataCatalogOutputs") or ()
    if not outputs and not tables:
        raise ValidationException("A recipe job needs Outputs or DataCatalogOutputs")
    try:
        for output in outputs:
            check_owner(platform, output["Location"])
            formats.check(output.get("Format") or "CSV", output.get("CompressionFormat"))
    except UnsupportedOption as error:
        raise ValidationException(str(error)) from error
    for table in tables:
        if table.get("DatabaseOptions"):
            raise ValidationException(
                "DataCatalogOutputs.DatabaseOptions is not supported by local_aws"
            )
        check_owner(platform, catalog.target_of(platform, table)["Location"])


def check_owner(platform: Platform, location: Request) -> None:
    """All buckets here are of one account: another's is not there to be written."""
    owner = location.get("BucketOwner")
    if owner not in (None, platform.account_id):
        raise ValidationException(f"BucketOwner {owner}: the bucket is of {platform.account_id}")


def check_encryption(request: Request) -> None:
    """A key is for SSE-KMS: it would protect nothing else."""
    if request.get("EncryptionKeyArn") and request.get("EncryptionMode") != "SSE-KMS":
        raise ValidationException("EncryptionKeyArn needs the EncryptionMode SSE-KMS")
