"""Bundles as CloudFormation templates, which a stack makes anew."""

import json
import urllib.request
from typing import Any

import pytest

from local_aws.services.quicksight.bundles.template import template
from tests.conftest import LocalServer
from tests.local_aws.services.cloudformation.stacks.support import create, delete, reasons
from tests.local_aws.services.quicksight.clients import Client, board, make_data_set, refused
from tests.local_aws.services.quicksight.fakes import ACCOUNT, QuickSight

USER = f"arn:aws:quicksight:us-east-1:{ACCOUNT}:user/default/ann"
READ = {"Principal": USER, "Actions": ["quicksight:DescribeDashboard"]}
TAGS = [{"Key": "team", "Value": "lake"}]
FOLDERS = {"Places": {"description": "where", "columns": ["region"]}}


@pytest.fixture
def dashboard(client: Client, name: str) -> str:
    """A dashboard with a theme, over a data set, over a data source; all of one id."""
    data_set = make_data_set(client, name, ImportMode="DIRECT_QUERY", FieldFolders=FOLDERS)["Arn"]
    colours = {"DataColorPalette": {"Colors": ["#112233"]}}
    of = {"BaseThemeId": "CLASSIC", "Configuration": colours}
    theme = client.create_theme(ThemeId=name, Name="Sea", **of)["Arn"]
    day = {"TimeGranularity": "DAY", "DefaultValues": {"StaticValues": ["2026-01-02T00:00:00Z"]}}
    since = {"DateTimeParameterDeclaration": {"Name": "since", **day}}
    definition = board(data_set) | {"ParameterDeclarations": [since]}
    made = client.create_dashboard(
        DashboardId=name, Name="Board", Definition=definition, ThemeArn=theme, Tags=TAGS,
        Permissions=[READ],
    )  # fmt: skip
    return str(made["Arn"])


def exported(client: Client, name: str, *arns: str, **more: Any) -> dict[str, Any]:
    client.start_asset_bundle_export_job(
        AssetBundleExportJobId=name,
        ResourceArns=list(arns),
        ExportFormat="CLOUDFORMATION_JSON",
        **more,
    )
    job = client.describe_asset_bundle_export_job(AssetBundleExportJobId=name)
    assert job["JobStatus"] == "SUCCESSFUL", job
    with urllib.request.urlopen(job["DownloadUrl"]) as answer:
        return dict(json.load(answer))


def test_a_stack_makes_anew_what_was_exported(
    aws: LocalServer, client: Client, name: str, dashboard: str
) -> None:
    whole = {"IncludeAllDependencies": True, "IncludePermissions": True, "IncludeTags": True}
    body = exported(client, name, dashboard, **whole)
    before = client.describe_dashboard_definition(DashboardId=name)
    for kind in ("dashboard", "theme", "data_set", "data_source"):
        member = f"{kind.title().replace('_', '')}Id"
        getattr(client, f"delete_{kind}")(**{member: name})

    cf = aws.client("cloudformation")
    assert create(cf, name, json.dumps(body)) == "CREATE_COMPLETE", reasons(cf, name)
    after = client.describe_dashboard_definition(DashboardId=name)
    for told in (before, after):
        del told["RequestId"], told["ResponseMetadata"]
    assert after == before
    assert client.client.list_tags_for_resource(ResourceArn=dashboard)["Tags"] == TAGS
    held = client.describe_dashboard_permissions(DashboardId=name)["Permissions"]
    assert held == [READ]
    data_set = client.describe_data_set(DataSetId=name)["DataSet"]
    assert data_set["FieldFolders"] == FOLDERS
    assert delete(cf, name) == "DELETE_COMPLETE", reasons(cf, name)


def test_a_template_moves_to_another_account(client: Client, name: str, dashboard: str) -> None:
    body = exported(client, name, dashboard)
    (made,) = body["Resources"].values()
    assert made["Type"] == "AWS::QuickSight::Dashboard"
    assert made["Properties"]["AwsAccountId"] == {"Ref": "AWS::AccountId"}
    place = "arn:${AWS::Partition}:quicksight:${AWS::Region}:${AWS::AccountId}"
    assert made["Properties"]["ThemeArn"] == {"Fn::Sub": f"{place}:theme/{name}"}
    assert ACCOUNT not in json.dumps(body)


def test_ids_of_the_same_letters_are_two_resources(quicksight: QuickSight) -> None:
    quicksight.source("a-b")
    quicksight.source("ab")
    arns = [quicksight.arn("datasource", name) for name in ("a-b", "ab")]
    body = json.loads(template(quicksight.api.store, arns, False, False))
    ids = {k: one["Properties"]["DataSourceId"] for k, one in body["Resources"].items()}
    assert ids == {"DataSourceab": "a-b", "DataSourceab2": "ab"}


def test_overrides_are_refused(client: Client, name: str, dashboard: str) -> None:
    prefix = {"ResourceIdOverrideConfiguration": {"PrefixForAllResources": True}}
    _, _, message = refused(
        client.start_asset_bundle_export_job,
        AssetBundleExportJobId=name,
        ResourceArns=[dashboard],
        ExportFormat="CLOUDFORMATION_JSON",
        CloudFormationOverridePropertyConfiguration=prefix,
    )
    assert "CloudFormationOverridePropertyConfiguration" in message
