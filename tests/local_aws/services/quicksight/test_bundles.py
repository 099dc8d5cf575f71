"""Asset bundles through boto3, against the real server; and bundles that nobody should trust."""

import datetime as dt
import io
import json
import urllib.error
import urllib.request
import zipfile
from typing import Any

import pytest

from local_aws import downloads
from local_aws.context import Platform
from local_aws.services.quicksight.bundles.casing import from_bundle, to_bundle
from local_aws.services.quicksight.bundles.jobs import IMPORT, BundleJobs
from local_aws.services.quicksight.bundles.kinds import KINDS
from local_aws.wire.http import HttpRequest
from tests.conftest import LocalServer
from tests.local_aws.services.quicksight.clients import Client, board, make_data_set, refused
from tests.local_aws.services.quicksight.fakes import ACCOUNT, QuickSight

USER = f"arn:aws:quicksight:us-east-1:{ACCOUNT}:user/default/ann"
Files = dict[str, dict[str, Any]]


@pytest.fixture
def dashboard(client: Client, name: str) -> str:
    """A dashboard with a theme, over a data set, over a data source; all of one id."""
    data_set = make_data_set(client, name)["Arn"]
    theme = client.create_theme(
        ThemeId=name, Name="Sea", BaseThemeId="CLASSIC",
        Configuration={"DataColorPalette": {"Colors": ["#112233"]}},
    )["Arn"]  # fmt: skip
    made = client.create_dashboard(
        DashboardId=name, Name="Board", Definition=board(data_set), ThemeArn=theme,
        Tags=[{"Key": "team", "Value": "lake"}],
    )  # fmt: skip
    return str(made["Arn"])


def exported(client: Client, name: str, *arns: str, **more: Any) -> Files:
    client.start_asset_bundle_export_job(
        AssetBundleExportJobId=name, ResourceArns=list(arns), ExportFormat="QUICKSIGHT_JSON", **more
    )
    job = client.describe_asset_bundle_export_job(AssetBundleExportJobId=name)
    assert job["JobStatus"] == "SUCCESSFUL", job
    with urllib.request.urlopen(job["DownloadUrl"]) as answer:
        return unzipped(answer.read())


def unzipped(body: bytes) -> Files:
    with zipfile.ZipFile(io.BytesIO(body)) as archive:
        return {name: json.loads(archive.read(name)) for name in archive.namelist()}


def zipped(files: Files) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, json.dumps(content))
    return out.getvalue()


def imported(client: Client, name: str, body: bytes, **more: Any) -> dict[str, Any]:
    client.start_asset_bundle_import_job(
        AssetBundleImportJobId=name, AssetBundleImportSource={"Body": body}, **more
    )
    return dict(client.describe_asset_bundle_import_job(AssetBundleImportJobId=name))


def test_an_export_with_all_that_it_needs(client: Client, name: str, dashboard: str) -> None:
    files = exported(client, name, dashboard, IncludeAllDependencies=True, IncludeTags=True)
    kinds = ("datasource", "dataset", "theme", "dashboard")
    assert set(files) == {f"{kind}/{name}.json" for kind in kinds}
    file = files[f"dashboard/{name}.json"]
    assert (file["resourceType"], file["dashboardId"]) == ("dashboard", name)
    declared = file["definition"]["dataSetIdentifierDeclarations"]
    assert [item["identifier"] for item in declared] == ["sales"]
    assert file["tags"] == [{"key": "team", "value": "lake"}]
    assert "table" in files[f"dataset/{name}.json"]["physicalTableMap"]


def test_an_export_alone_warns_of_what_it_needs(client: Client, name: str, dashboard: str) -> None:
    assert list(exported(client, name, dashboard)) == [f"dashboard/{name}.json"]
    job = client.describe_asset_bundle_export_job(AssetBundleExportJobId=name)
    assert {warning["Arn"] for warning in job["Warnings"]} == {dashboard}
    assert f":dataset/{name}" in str(job["Warnings"])
    listed = client.list_asset_bundle_export_jobs()["AssetBundleExportJobSummaryList"]
    assert {item["AssetBundleExportJobId"]: item["JobStatus"] for item in listed}[name] == (
        "SUCCESSFUL"
    )


def test_there_and_back(client: Client, name: str, dashboard: str) -> None:
    body = zipped(exported(client, name, dashboard, IncludeAllDependencies=True))
    before = client.describe_dashboard_definition(DashboardId=name)["Definition"]
    client.delete_dashboard(DashboardId=name)
    client.delete_theme(ThemeId=name)
    client.delete_data_set(DataSetId=name)
    client.delete_data_source(DataSourceId=name)
    job = imported(client, name, body)
    assert job["JobStatus"] == "SUCCESSFUL", job
    assert client.describe_dashboard_definition(DashboardId=name)["Definition"] == before
    again = imported(client, name, body)
    assert again["JobStatus"] == "SUCCESSFUL", again
    found = client.describe_dashboard(DashboardId=name)["Dashboard"]["Version"]
    assert found["VersionNumber"] == 2


def test_a_bundle_of_another_account_with_overrides(
    client: Client, name: str, dashboard: str
) -> None:
    files = exported(client, name, dashboard, IncludeAllDependencies=True)
    text = json.dumps(files).replace(ACCOUNT, "999999999999").replace("us-east-1", "eu-west-1")
    work = {"AthenaParameters": {"WorkGroup": "other"}}
    job = imported(
        client, name, zipped(json.loads(text)),
        OverrideParameters={
            "ResourceIdOverrideConfiguration": {"PrefixForAllResources": "p-"},
            "DataSources": [{"DataSourceId": name, "DataSourceParameters": work}],
            "Dashboards": [{"DashboardId": name, "Name": "Renamed"}],
        },
        OverridePermissions={
            "Dashboards": [{"DashboardIds": ["*"], "Permissions": {
                "Principals": [USER], "Actions": ["quicksight:DescribeDashboard"]}}]
        },
        OverrideTags={"DataSets": [{"DataSetIds": [name],
                                    "Tags": [{"Key": "env", "Value": "test"}]}]},
    )  # fmt: skip
    assert job["JobStatus"] == "SUCCESSFUL", job
    made = client.describe_dashboard(DashboardId=f"p-{name}")["Dashboard"]
    arn = f"arn:aws:quicksight:us-east-1:{ACCOUNT}:dataset/p-{name}"
    assert (made["Name"], made["Version"]["DataSetArns"]) == ("Renamed", [arn])
    held = client.describe_dashboard_permissions(DashboardId=f"p-{name}")["Permissions"]
    assert [item["Principal"] for item in held] == [USER]
    source = client.describe_data_source(DataSourceId=f"p-{name}")["DataSource"]
    assert source["DataSourceParameters"] == work
    assert client.client.list_tags_for_resource(ResourceArn=arn)["Tags"] == [
        {"Key": "env", "Value": "test"}
    ]


def test_a_bundle_in_s3(client: Client, aws: LocalServer, name: str, dashboard: str) -> None:
    body = zipped(exported(client, name, dashboard, IncludeAllDependencies=True))
    s3 = aws.client("s3")
    s3.create_bucket(Bucket=name)
    s3.put_object(Bucket=name, Key="a/b.qs", Body=body)
    for key, status in (("a/b.qs", "SUCCESSFUL"), ("a/none.qs", "FAILED")):
        source = {"S3Uri": f"s3://{name}/{key}"}
        client.start_asset_bundle_import_job(
            AssetBundleImportJobId=name, AssetBundleImportSource=source
        )
        job = client.describe_asset_bundle_import_job(AssetBundleImportJobId=name)
        assert (job["JobStatus"], job["AssetBundleImportSource"]) == (status, source)


def broken(files: Files, name: str) -> bytes:
    """The last of the bundle cannot be made: its data set is not there."""
    text = json.dumps(files[f"dashboard/{name}.json"]).replace(f"dataset/{name}", "dataset/none")
    return zipped(files | {f"dashboard/{name}.json": json.loads(text)})


def test_a_failure_leaves_what_was_made(client: Client, name: str, dashboard: str) -> None:
    files = exported(client, name, dashboard, IncludeAllDependencies=True)
    prefix = {"ResourceIdOverrideConfiguration": {"PrefixForAllResources": "half-"}}
    job = imported(client, name, broken(files, name), OverrideParameters=prefix)
    assert (job["JobStatus"], job["Errors"][0]["Arn"][-5:]) == ("FAILED", name[-5:])
    assert client.describe_data_set(DataSetId=f"half-{name}")


def test_a_failure_is_rolled_back(client: Client, name: str, dashboard: str) -> None:
    files = exported(client, name, dashboard, IncludeAllDependencies=True)
    files[f"theme/{name}.json"]["name"] = "Changed"
    job = imported(client, name, broken(files, name), FailureAction="ROLLBACK")
    assert job["JobStatus"] == "FAILED_ROLLBACK_COMPLETED", job
    assert client.describe_theme(ThemeId=name)["Theme"]["Name"] == "Sea"
    assert client.describe_dashboard(DashboardId=name)["Dashboard"]["Version"]["Status"] == (
        "CREATION_SUCCESSFUL"
    )
    prefix = {"ResourceIdOverrideConfiguration": {"PrefixForAllResources": "gone-"}}
    job = imported(
        client, name, broken(files, name), OverrideParameters=prefix, FailureAction="ROLLBACK"
    )
    assert job["JobStatus"] == "FAILED_ROLLBACK_COMPLETED", job
    for call, what in ((client.describe_data_set, "DataSetId"), (client.describe_theme, "ThemeId")):
        assert refused(call, **{what: f"gone-{name}"})[0] == "ResourceNotFoundException"


SOURCE = {"resourceType": "datasource", "dataSourceId": "x", "name": "X", "type": "ATHENA"}
BAD: dict[str, tuple[bytes, str]] = {
    "no zip": (b"PK\x03\x04 nothing", "no zip file"),
    "empty": (zipped({}), "is empty"),
    "truncated": (zipped({"datasource/x.json": SOURCE})[:-30], "no zip file"),
    "no resource type": (zipped({"a.json": {"name": "x"}}), "a.json has no resourceType"),
    "a list": (zipped({"a.json": [1]}), "a.json has no resourceType"),  # type: ignore[dict-item]
    "another type": (zipped({"a.json": {"resourceType": "topic"}}), "a.json is not supported"),
    "no id": (zipped({"a.json": {"resourceType": "theme"}}), "a.json has no ThemeId"),
    "a wrong member": (zipped({"a.json": SOURCE | {"type": "NONE"}}), "NONE"),
    "a missing member": (zipped({"a.json": {"resourceType": "datasource", "dataSourceId": "x"}}),
                         "ame"),
}  # fmt: skip


@pytest.mark.parametrize("case", BAD)
def test_a_bundle_that_is_none(client: Client, name: str, case: str) -> None:
    body, says = BAD[case]
    job = imported(client, name, body)
    assert job["JobStatus"] == "FAILED"
    assert says in job["Errors"][0]["Message"]


def test_a_bundle_that_would_fill_the_memory(client: Client, name: str) -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("theme/a.json", b" " * (101 << 20))
    assert "100 MB" in imported(client, name, out.getvalue())["Errors"][0]["Message"]


def test_what_is_refused_by_name(client: Client, name: str) -> None:
    schedules = [{"DataSetId": name, "ScheduleId": "s"}]
    assert "RefreshSchedules" in refused(
        client.start_asset_bundle_import_job, AssetBundleImportJobId=name,
        AssetBundleImportSource={"Body": b"x"}, OverrideParameters={"RefreshSchedules": schedules},
    )[2]  # fmt: skip
    strange = {"Dashboards": [{"DashboardId": "none", "Name": "N"}]}
    body = zipped({"datasource/x.json": SOURCE})
    job = imported(client, name, body, OverrideParameters=strange)
    assert "names none, which the bundle does not hold" in job["Errors"][0]["Message"]


def test_an_id_that_is_a_path(client: Client, name: str) -> None:
    hostile = f"../../{name}"
    assert imported(client, name, zipped({"a.json": SOURCE | {"dataSourceId": hostile}}))[
        "JobStatus"
    ] == "SUCCESSFUL"  # fmt: skip
    arn = f"arn:aws:quicksight:us-east-1:{ACCOUNT}:datasource/{hostile}"
    assert list(exported(client, name, arn)) == [f"datasource/..%2F..%2F{name}.json"]


def test_an_export_of_what_is_not_there(client: Client, name: str) -> None:
    arn = f"arn:aws:quicksight:us-east-1:{ACCOUNT}:dashboard/none"
    client.start_asset_bundle_export_job(
        AssetBundleExportJobId=name, ResourceArns=[arn], ExportFormat="QUICKSIGHT_JSON"
    )
    job = client.describe_asset_bundle_export_job(AssetBundleExportJobId=name)
    assert (job["JobStatus"], job["Errors"][0]["Type"]) == ("FAILED", "ResourceNotFoundException")
    assert "DownloadUrl" not in job


@pytest.mark.parametrize("change", ["name", "signature", "expires", "nothing"])
def test_a_link_that_somebody_changed(
    client: Client, name: str, dashboard: str, change: str
) -> None:
    exported(client, name, dashboard)
    url = client.describe_asset_bundle_export_job(AssetBundleExportJobId=name)["DownloadUrl"]
    forged = {
        "name": url.replace("bundle-", "bundle-0"),
        "signature": url[:-1] + ("0" if url[-1] != "0" else "1"),
        "expires": url.replace("expires=", "expires=9"),
        "nothing": url.partition("?")[0],
    }[change]
    with pytest.raises(urllib.error.HTTPError) as caught:
        urllib.request.urlopen(forged)
    assert caught.value.code == 403


def test_a_link_that_is_over(quicksight: QuickSight) -> None:
    platform: Platform = quicksight.platform
    (downloads.folder(platform) / "a.qs").write_bytes(b"x")

    def answer(seconds: int) -> int:
        path, _, query = downloads.link(platform, "a.qs", seconds).partition("?")
        pairs = [tuple(pair.split("=")) for pair in query.split("&")]
        path = path.removeprefix(platform.endpoint_url)
        found = downloads.answer(platform, HttpRequest("GET", path, pairs, {}, b""))  # type: ignore[arg-type]
        assert found is not None
        return found.status

    assert (answer(60), answer(-1)) == (200, 403)


def test_a_job_that_a_kill_left_has_failed(quicksight: QuickSight) -> None:
    jobs = BundleJobs(quicksight.api.store.db)
    jobs.begin(IMPORT, "killed", {"S3Uri": None})
    quicksight.api.start()
    found = quicksight.describe_asset_bundle_import_job(AssetBundleImportJobId="killed")
    assert (found["JobStatus"], found["Errors"][0]["Type"]) == (
        "FAILED", "InternalFailureException"
    )  # fmt: skip


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
def test_casing_is_undone(kind: Any) -> None:
    request = {
        kind.id: "a", "Name": "N", "PhysicalTableMap": {"myKey": {"CustomSql": {"Name": "n"}}},
        "Unheard": {"Of": 1}, "Tags": [{"Key": "aKey", "Value": "v"}],
    }  # fmt: skip
    shape = kind.input_of("Create")
    assert from_bundle(shape, to_bundle(shape, request)) == request


def test_dependencies_of_children_and_rules_and_no_texts(client: Client, name: str) -> None:
    parent = make_data_set(client, f"{name}-parent", ImportMode="DIRECT_QUERY")["Arn"]
    rules = client.create_data_set(
        DataSetId=f"{name}-rules", Name="Rules", ImportMode="DIRECT_QUERY",
        PhysicalTableMap={"r": {"CustomSql": {
            "DataSourceArn": f"arn:aws:quicksight:us-east-1:{ACCOUNT}:datasource/{name}-parent",
            "Name": "r", "SqlQuery": "SELECT 'ann' AS UserName, 'north' AS region",
            "Columns": [{"Name": "UserName", "Type": "STRING"},
                        {"Name": "region", "Type": "STRING"}]}}},
    )["Arn"]  # fmt: skip
    child = client.create_data_set(
        DataSetId=f"{name}-child", Name="Child", ImportMode="DIRECT_QUERY", PhysicalTableMap={},
        LogicalTableMap={"l": {"Alias": "l", "Source": {"DataSetArn": parent}}},
        RowLevelPermissionDataSet={"Arn": rules, "PermissionPolicy": "GRANT_ACCESS"},
    )["Arn"]  # fmt: skip
    definition, own = board(child), f"arn:aws:quicksight:us-east-1:{ACCOUNT}:dashboard/{name}"
    definition["Sheets"][0]["TextBoxes"] = [
        {"SheetTextBoxId": text[-1], "Content": text} for text in (own, f"{own}-gone")
    ]
    client.create_dashboard(DashboardId=name, Name="Board", Definition=definition)
    files = exported(client, name, own, IncludeAllDependencies=True)
    assert sorted(files) == [
        f"dashboard/{name}.json", f"dataset/{name}-child.json", f"dataset/{name}-parent.json",
        f"dataset/{name}-rules.json", f"datasource/{name}-parent.json",
    ]  # fmt: skip
    assert list(files)[-2:] == [f"dataset/{name}-child.json", f"dashboard/{name}.json"]


def test_a_bundle_keeps_a_dashboard_s_values(client: Client, name: str) -> None:
    definition = board(make_data_set(client, name)["Arn"])
    definition["ParameterDeclarations"] = [{"DateTimeParameterDeclaration": {"Name": "since"}}]
    since = dt.datetime(2024, 2, 29, tzinfo=dt.UTC)
    given = {"DateTimeParameters": [{"Name": "since", "Values": [since]}]}
    arn = client.create_dashboard(
        DashboardId=name, Name="Board", Definition=definition, Parameters=given
    )["Arn"]
    files = exported(client, name, arn, IncludeAllDependencies=True)
    prefix = {"ResourceIdOverrideConfiguration": {"PrefixForAllResources": "copy-"}}
    imported(client, f"{name}-in", zipped(files), OverrideParameters=prefix)
    again = exported(client, f"{name}-2", arn.replace(name, f"copy-{name}"))
    values = [file.get("parameters") for file in (*files.values(), *again.values())]
    assert values.count(files[f"dashboard/{name}.json"]["parameters"]) == 2
