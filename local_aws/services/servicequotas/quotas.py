"""The quotas of the lake's services that bound how much may run at once, with AWS's defaults.

Values are those of a new account in us-east-1 (`glue` runs and `athena` queries differ by Region):
https://docs.aws.amazon.com/general/latest/gr/aws-service-information.html
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Quota:
    """One quota by AWS's code; `value` counts things, or minutes where the name says timeout."""

    service: str
    code: str
    name: str
    value: float
    adjustable: bool = True


SERVICES = {
    "athena": "Amazon Athena",
    "databrew": "AWS Glue DataBrew",
    "glue": "AWS Glue",
}
QUOTAS = (
    Quota("athena", "L-FC5F6546", "Active DML queries", 200),
    Quota("athena", "L-3CE0BBA0", "Active DDL queries", 20),
    Quota("athena", "L-E80DC288", "DML query timeout", 30),
    Quota("databrew", "L-935D4120", "Concurrent jobs per AWS account", 10),
    Quota("databrew", "L-940C8930", "Datasets per AWS account", 100),
    Quota("databrew", "L-0D2C4DFC", "Jobs per AWS account", 100),
    Quota("databrew", "L-EE2782A4", "Recipes per AWS account", 100),
    Quota("databrew", "L-955A1FA6", "Rulesets per AWS account", 100),
    Quota("databrew", "L-BF3E0A94", "Schedules per AWS account", 10),
    Quota("glue", "L-611FDDE4", "Max jobs per account", 1000),
    Quota("glue", "L-F574AED9", "Max concurrent job runs per job", 1000),
    Quota("glue", "L-5E4153CA", "Max concurrent job runs per account", 200),
    Quota("glue", "L-08F3B322", "Max task DPUs per account", 1000),
    Quota("glue", "L-11FA2C1A", "Number of crawlers per account", 1000),
    Quota("glue", "L-4071B0E3", "Number of crawlers running concurrently per account", 150),
)
