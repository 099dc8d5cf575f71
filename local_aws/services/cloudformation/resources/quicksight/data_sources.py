"""Data sources."""

from local_aws.services.cloudformation.resources.quicksight.assets import Asset

OTHERS = (
    "AmazonElasticsearchParameters",
    "AmazonOpenSearchParameters",
    "AuroraParameters",
    "AuroraPostgreSqlParameters",
    "DatabricksParameters",
    "MariaDbParameters",
    "MySqlParameters",
    "OracleParameters",
    "PostgreSqlParameters",
    "PrestoParameters",
    "RdsParameters",
    "RedshiftParameters",
    "S3TablesParameters",
    "SnowflakeParameters",
    "SparkParameters",
    "SqlServerParameters",
    "StarburstParameters",
    "TeradataParameters",
    "TrinoParameters",
)


class DataSources(Asset):
    """AWS::QuickSight::DataSource, of Athena and of files in S3."""

    noun = "DataSource"
    given = ("DataSourceParameters", "Name", "SslProperties")
    fixed = ("Type",)
    told = (*given, *fixed)
    facts = ("Arn", "CreatedTime", "LastUpdatedTime", "Status")
    takes = frozenset({"AwsAccountId", "DataSourceId", "Permissions", "Tags", *given, *fixed})
    refuses = frozenset(f"DataSourceParameters.{name}" for name in OTHERS)
