"""Analyses, templates and themes through boto3, against the real server."""

import ast
import sqlite3
import time
from pathlib import Path
from typing import Any

import pytest

from local_aws.context import Credentials, Platform
from local_aws.services.quicksight import themes
from local_aws.services.quicksight.model import DASHBOARD, Store
from tests.local_aws.services.quicksight.clients import Client, board, make_data_set, refused
from tests.local_aws.services.quicksight.fakes import ACCOUNT, QuickSight, definition

NOTHING = f"arn:aws:quicksight:us-east-1:{ACCOUNT}:dataset/nothing"
USER = f"arn:aws:quicksight:us-east-1:{ACCOUNT}:user/default/ann"
COLOURS = {"DataColorPalette": {"Colors": ["#112233", "#445566"]}}


@pytest.fixture
def data_set(client: Client, name: str) -> str:
    return str(make_data_set(client, name)["Arn"])


def template(**more: Any) -> dict[str, Any]:
    made = board("") | more
    del made["DataSetIdentifierDeclarations"]
    return made | {"DataSetConfigurations": [{"Placeholder": "sales"}]}


def references(data_set: str, name: str = "sales") -> list[dict[str, str]]:
    return [{"DataSetPlaceholder": name, "DataSetArn": data_set}]


def test_an_analysis_from_its_making_to_its_end(client: Client, name: str, data_set: str) -> None:
    made = client.create_analysis(AnalysisId=name, Name="One", Definition=board(data_set))
    assert (made["Status"], made["CreationStatus"]) == (202, "CREATION_IN_PROGRESS")
    found = client.describe_analysis(AnalysisId=name)["Analysis"]
    assert (found["Status"], found["DataSetArns"]) == ("CREATION_SUCCESSFUL", [data_set])
    assert client.describe_analysis_definition(AnalysisId=name)["Definition"] == board(data_set)
    client.update_analysis(AnalysisId=name, Name="Two", Definition=board(data_set))
    assert client.describe_analysis(AnalysisId=name)["Analysis"]["Status"] == "UPDATE_SUCCESSFUL"
    gone = client.delete_analysis(AnalysisId=name, RecoveryWindowInDays=7)
    assert 6 < (gone["DeletionTime"].timestamp() - time.time()) / 86_400 <= 7
    listed = client.list_analyses()["AnalysisSummaryList"]
    assert {item["AnalysisId"]: item["Status"] for item in listed}[name] == "DELETED"
    update = {"AnalysisId": name, "Name": "Three", "Definition": board(data_set)}
    assert refused(client.update_analysis, **update)[0] == "ResourceNotFoundException"
    client.restore_analysis(AnalysisId=name)
    assert client.describe_analysis(AnalysisId=name)["Analysis"]["Status"] == "UPDATE_SUCCESSFUL"
    client.delete_analysis(AnalysisId=name, ForceDeleteWithoutRecovery=True)
    assert refused(client.describe_analysis, AnalysisId=name)[1] == 404


def test_a_recovery_window_that_is_over(quicksight: QuickSight) -> None:
    quicksight.data_set()
    quicksight.create_analysis(AnalysisId="a", Name="A", Definition=definition(quicksight))
    quicksight.delete_analysis(AnalysisId="a", RecoveryWindowInDays=7)
    row = quicksight.api.store.get("analysis", "a")
    quicksight.api.store.update("analysis", "a", row["document"] | {"ends": time.time() - 1})
    assert quicksight.list_analyses()["AnalysisSummaryList"] == []


@pytest.mark.parametrize(
    "how",
    [
        {"RecoveryWindowInDays": 31},
        {"RecoveryWindowInDays": 7, "ForceDeleteWithoutRecovery": True},
    ],
)
def test_a_deletion_that_is_refused(
    client: Client, name: str, data_set: str, how: dict[str, Any]
) -> None:
    client.create_analysis(AnalysisId=name, Name="One", Definition=board(data_set))
    assert refused(client.delete_analysis, AnalysisId=name, **how)[1] == 400
    assert client.describe_analysis(AnalysisId=name)["Analysis"]["Status"] == "CREATION_SUCCESSFUL"


def test_an_analysis_of_a_data_set_that_is_not_there(client: Client, name: str) -> None:
    client.create_analysis(AnalysisId=name, Name="One", Definition=board(NOTHING))
    found = client.describe_analysis(AnalysisId=name)["Analysis"]
    assert (found["Status"], found["Errors"][0]["Type"]) == (
        "CREATION_FAILED", "DATA_SET_NOT_FOUND"
    )  # fmt: skip


def test_a_missing_column_fails_a_strict_version_alone(
    client: Client, name: str, data_set: str
) -> None:
    text = str(board(data_set)).replace("units", "missing")
    request = {"AnalysisId": name, "Name": "One", "Definition": ast.literal_eval(text)}
    client.create_analysis(**request)
    found = client.describe_analysis(AnalysisId=name)["Analysis"]
    assert (found["Status"], found["Errors"][0]["Type"]) == (
        "CREATION_FAILED", "COLUMN_REPLACEMENT_MISSING"
    )  # fmt: skip
    client.update_analysis(**request, ValidationStrategy={"Mode": "LENIENT"})
    assert client.describe_analysis(AnalysisId=name)["Analysis"]["Status"] == "UPDATE_SUCCESSFUL"


def test_permissions_and_searches(client: Client, name: str, data_set: str) -> None:
    owner = {"Principal": USER, "Actions": ["quicksight:UpdateAnalysisPermissions"]}
    client.create_analysis(
        AnalysisId=name, Name=f"The {name}", Definition=board(data_set), Permissions=[owner]
    )

    def found(filter_name: str, value: str, operator: str = "StringEquals") -> list[str]:
        wanted = [{"Name": filter_name, "Value": value, "Operator": operator}]
        listed = client.search_analyses(Filters=wanted)["AnalysisSummaryList"]
        return [item["AnalysisId"] for item in listed if item["AnalysisId"] == name]

    assert found("ANALYSIS_NAME", f"The {name}") == [name]
    assert found("ANALYSIS_NAME", name) == []
    assert found("ANALYSIS_NAME", name.upper(), "StringLike") == [name]
    assert found("QUICKSIGHT_OWNER", USER) == [name]
    assert found("DIRECT_QUICKSIGHT_SOLE_OWNER", USER) == [name]
    viewer = {"Principal": f"{USER}2", "Actions": ["quicksight:DescribeAnalysis"]}
    client.update_analysis_permissions(AnalysisId=name, GrantPermissions=[viewer])
    assert found("QUICKSIGHT_VIEWER_OR_OWNER", f"{USER}2") == [name]
    assert found("QUICKSIGHT_OWNER", f"{USER}2") == []
    assert found("DIRECT_QUICKSIGHT_SOLE_OWNER", USER) == [name]


def test_a_template_and_what_is_made_of_it(client: Client, name: str, data_set: str) -> None:
    arn = client.create_template(TemplateId=name, Definition=template())["Arn"]
    client.update_template(TemplateId=name, Definition=template(), VersionDescription="again")
    client.create_template_alias(TemplateId=name, AliasName="live", TemplateVersionNumber=1)
    for source in (arn, f"{arn}/version/2", f"{arn}/alias/live"):
        entity = {"SourceTemplate": {"Arn": source, "DataSetReferences": references(data_set)}}
        dashboard = f"{name}-{len(source)}"
        client.create_dashboard(DashboardId=dashboard, Name="D", SourceEntity=entity)
        made = client.describe_dashboard(DashboardId=dashboard)["Dashboard"]["Version"]
        assert (made["Status"], made["SourceEntityArn"]) == ("CREATION_SUCCESSFUL", source)
        text = client.describe_dashboard_definition(DashboardId=dashboard)["Definition"]
        assert text == board(data_set)
    entity = {"SourceTemplate": {"Arn": arn, "DataSetReferences": references(data_set)}}
    client.create_analysis(AnalysisId=name, Name="A", SourceEntity=entity)
    assert client.describe_analysis_definition(AnalysisId=name)["Definition"] == board(data_set)


def test_a_template_of_an_analysis(client: Client, name: str, data_set: str) -> None:
    made = client.create_analysis(AnalysisId=name, Name="A", Definition=board(data_set))
    entity = {"SourceAnalysis": {"Arn": made["Arn"],
                                 "DataSetReferences": references(data_set, "other")}}  # fmt: skip
    client.create_template(TemplateId=name, Name="T", SourceEntity=entity)
    found = client.describe_template_definition(TemplateId=name)
    assert found["Definition"]["DataSetConfigurations"] == [{"Placeholder": "other"}]
    assert "'DataSetIdentifier': 'other'" in str(found["Definition"]["Sheets"])
    version = client.describe_template(TemplateId=name)["Template"]["Version"]
    assert (version["SourceEntityArn"], version["VersionNumber"]) == (made["Arn"], 1)


@pytest.mark.parametrize("names", [[], ["other"], ["sales", "other"]])
def test_references_that_do_not_fit_the_placeholders(
    client: Client, name: str, data_set: str, names: list[str]
) -> None:
    arn = client.create_template(TemplateId=name, Definition=template())["Arn"]
    given = [reference for each in names for reference in references(data_set, each)]
    entity = {"SourceTemplate": {"Arn": arn, "DataSetReferences": given}}
    code, _, message = refused(
        client.create_dashboard, DashboardId=name, Name="D", SourceEntity=entity
    )
    assert (code, "DataSetReferences" in message) == ("InvalidParameterValueException", True)


@pytest.mark.parametrize("tail", ["/version/9", "/version/x", "/alias/none", "/more/of/it", "x"])
def test_a_template_that_is_not_there(client: Client, name: str, tail: str) -> None:
    arn = client.create_template(TemplateId=name, Definition=template())["Arn"]
    entity = {"SourceTemplate": {"Arn": arn + tail, "DataSetReferences": references(NOTHING)}}
    assert refused(client.create_dashboard, DashboardId=name, Name="D", SourceEntity=entity)[1] in (
        400, 404
    )  # fmt: skip


def test_both_a_definition_and_a_source(client: Client, name: str) -> None:
    code, _, message = refused(client.create_dashboard, DashboardId=name, Name="D")
    assert (code, message) == ("InvalidParameterValueException",
                               "Give either a Definition or a SourceEntity")  # fmt: skip


def test_aliases(client: Client, name: str) -> None:
    client.create_template(TemplateId=name, Definition=template())
    client.update_template(TemplateId=name, Definition=template())
    one = {"TemplateId": name, "AliasName": "live"}
    made = client.create_template_alias(**one, TemplateVersionNumber=1)["TemplateAlias"]
    assert made["Arn"].endswith(f"template/{name}/alias/live")
    assert refused(client.create_template_alias, **one, TemplateVersionNumber=1)[1] == 409
    assert refused(client.delete_template, TemplateId=name, VersionNumber=1)[0] == (
        "ConflictException"
    )
    client.update_template_alias(**one, TemplateVersionNumber=2)
    version = client.describe_template(TemplateId=name, AliasName="live")["Template"]["Version"]
    assert version["VersionNumber"] == 2
    client.delete_template(TemplateId=name, VersionNumber=1)
    listed = client.list_template_versions(TemplateId=name)["TemplateVersionSummaryList"]
    assert [item["VersionNumber"] for item in listed] == [2]
    assert refused(client.update_template_alias, **one, TemplateVersionNumber=1)[1] == 404
    client.delete_template_alias(**one)
    assert client.list_template_aliases(TemplateId=name)["TemplateAliasList"] == []
    client.delete_template(TemplateId=name)
    assert refused(client.describe_template, TemplateId=name)[0] == "ResourceNotFoundException"


def test_a_theme_and_the_dashboard_that_it_colours(
    client: Client, name: str, data_set: str
) -> None:
    theme = {"ThemeId": name, "Name": "Sea", "BaseThemeId": "CLASSIC"}
    arn = client.create_theme(**theme, Configuration=COLOURS)["Arn"]
    client.create_dashboard(DashboardId=name, Name="D", Definition=board(data_set), ThemeArn=arn)
    found = client.describe_dashboard(DashboardId=name)["Dashboard"]["Version"]
    assert found["ThemeArn"] == arn
    shown = client.describe_theme(ThemeId=name)["Theme"]
    assert (shown["Type"], shown["Version"]["Configuration"]) == ("CUSTOM", COLOURS)
    client.update_theme(**theme, VersionDescription="the same colours")
    assert client.describe_theme(ThemeId=name)["Theme"]["Version"]["VersionNumber"] == 2
    listed = client.list_themes(Type="CUSTOM")["ThemeSummaryList"]
    assert {item["ThemeId"]: item["LatestVersionNumber"] for item in listed}[name] == 2
    assert refused(client.delete_theme, ThemeId=name)[0] == "ConflictException"
    client.delete_dashboard(DashboardId=name)
    client.delete_theme(ThemeId=name)


def test_the_newest_colours_count(quicksight: QuickSight) -> None:
    request = {"ThemeId": "t", "Name": "T", "BaseThemeId": "MIDNIGHT", "Configuration": COLOURS}
    arn = quicksight.create_theme(**request)["Arn"]
    store = quicksight.api.store
    assert themes.configuration(store, arn) == COLOURS
    quicksight.update_theme(**request | {"Configuration": {}})
    assert themes.configuration(store, arn) == {}
    assert themes.configuration(store, "arn:aws:quicksight::aws:theme/CLASSIC") == {}
    assert themes.configuration(store, None) == {}


def test_themes_that_are_not_there(client: Client, name: str, data_set: str) -> None:
    theme = {"ThemeId": name, "Name": "Sea", "Configuration": COLOURS}
    assert refused(client.create_theme, **theme, BaseThemeId="NONE")[1] == 400
    arn = f"arn:aws:quicksight:us-east-1:{ACCOUNT}:theme/none"
    dashboard = {"DashboardId": name, "Name": "D", "Definition": board(data_set)}
    code, _, message = refused(client.create_dashboard, **dashboard, ThemeArn=arn)
    assert (code, arn in message) == ("InvalidParameterValueException", True)
    starter = "arn:aws:quicksight::aws:theme/MIDNIGHT"
    client.create_dashboard(**dashboard, ThemeArn=starter)
    assert "MIDNIGHT" in refused(client.describe_theme, ThemeId="MIDNIGHT")[2]
    wrong = {"DataColorPalette": {"Colors": ["red"]}}
    assert refused(
        client.create_theme, **theme | {"Configuration": wrong}, BaseThemeId="CLASSIC"
    )[1] == 400  # fmt: skip


def test_versions_that_an_older_tarn_kept(tmp_path: Path) -> None:
    folder = tmp_path / "state"
    folder.mkdir()
    with sqlite3.connect(folder / "quicksight.sqlite3") as old:
        old.execute(
            "CREATE TABLE versions (dashboard TEXT, number INTEGER, document TEXT, status TEXT,"
            " errors TEXT, created REAL, PRIMARY KEY (dashboard, number))"
        )
        values = ("board", 3, '{"Definition": {}}', "CREATION_SUCCESSFUL", "[]", 1.0)
        old.execute("INSERT INTO versions VALUES (?, ?, ?, ?, ?, ?)", values)
    for _again in range(2):
        store = Store(Platform(tmp_path, 0, Credentials("key", "secret")))
        (found,) = store.versions.all(DASHBOARD, "board")
        assert (found["number"], found["document"]) == (3, {"Definition": {}})
