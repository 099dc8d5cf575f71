"""What a data set may be made of, checked when it is created and updated.

https://docs.aws.amazon.com/databrew/latest/dg/API_CreateDataset.html
"""

from datetime import UTC, datetime

from local_aws.context import Platform, Request
from local_aws.services.databrew import catalog, selection
from local_aws.services.databrew.errors import ValidationException

UNSUPPORTED = (
    "Input.DatabaseInputDefinition",
    "Format EXCEL",
    "Format ORC",
    "FormatOptions.Excel",
)
_S3, _CATALOG = "S3InputDefinition", "DataCatalogInputDefinition"
_FORMATS = ("CSV", "JSON", "PARQUET")


def check_dataset(platform: Platform, request: Request) -> None:
    """Raises ValidationException, saying by name what is wrong or not there."""
    given, options = request["Input"], request.get("FormatOptions") or {}
    if "DatabaseInputDefinition" in given:
        raise ValidationException("DatabaseInputDefinition is not supported by local_aws")
    if (_S3 in given) == (_CATALOG in given):
        raise ValidationException(f"Input must have one of {_S3} and {_CATALOG}")
    if request.get("Format") not in (None, *_FORMATS):
        raise ValidationException(f"The format {request['Format']} is not supported by local_aws")
    if "Excel" in options:
        raise ValidationException("FormatOptions.Excel is not supported by local_aws")
    if _CATALOG in given:
        _check_table(platform, request)
    else:
        selection.read(given[_S3].get("Key", ""), request.get("PathOptions"), datetime.now(UTC))


def _check_table(platform: Platform, request: Request) -> None:
    """The table has to be there, of a form that can be read."""
    for member in ("Format", "FormatOptions", "PathOptions"):
        if request.get(member):
            raise ValidationException(f"{member} is not for a data set of the Data Catalog")
    catalog.table_of(platform, request["Input"][_CATALOG])


def source_kind(document: Request) -> str:
    """``Source`` of DescribeDataset."""
    return "DATA-CATALOG" if _CATALOG in document["Input"] else "S3"
