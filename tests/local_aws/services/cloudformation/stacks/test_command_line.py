"""AWS's own command line deploys."""

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from tests.conftest import LocalServer
from tests.local_aws.services.cloudformation.stacks.support import (
    refused,
    status,
    template,
    workgroup,
)

CDK = Path(__file__).parent / "cdk_lake.json"
"""Of the shape that `cdk synth` writes."""
IMPATIENT = """
import sys, time
sleep = time.sleep
time.sleep = lambda seconds: sleep(min(seconds, 0.2))
from awscli.clidriver import main
sys.exit(main())
"""
"""The tool as it is, but for the half minute between two of its looks at a stack."""


def aws_cli(server: LocalServer, *arguments: str) -> subprocess.CompletedProcess[str]:
    environment = {k: v for k, v in os.environ.items() if not k.startswith("AWS_")} | server.env
    command = [sys.executable, "-c", IMPATIENT, "cloudformation", *arguments]
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=False)


def test_deploy_and_deploy_again(server: LocalServer, cf: Any, name: str, tmp_path: Path) -> None:
    file = tmp_path / "lake.json"
    file.write_text(template(Group=workgroup(name)))
    deploy = ("deploy", "--stack-name", name, "--template-file", str(file))
    first = aws_cli(server, *deploy)
    assert (first.returncode, "Successfully created/updated stack" in first.stdout) == (0, True)
    again = aws_cli(server, *deploy, "--no-fail-on-empty-changeset")
    assert (again.returncode, "No changes to deploy" in again.stdout) == (0, True)
    for one in cf.list_change_sets(StackName=name)["Summaries"]:  # named after the second
        cf.delete_change_set(ChangeSetName=one["ChangeSetId"])
    file.write_text(template(Group=workgroup(f"{name}-2")))
    assert aws_cli(server, *deploy).returncode == 0
    assert status(cf, name) == "UPDATE_COMPLETE"
    assert aws_cli(server, "delete-stack", "--stack-name", name).returncode == 0
    done = aws_cli(server, "wait", "stack-delete-complete", "--stack-name", name)
    assert (done.returncode, done.stderr) == (0, "")


def test_what_cdk_synthesises(server: LocalServer, cf: Any, name: str) -> None:
    """Its bootstrap stack is a parameter that must be there, and new enough."""
    deploy = ("deploy", "--stack-name", name, "--template-file", str(CDK))
    ssm, version = server.client("ssm"), "/cdk-bootstrap/hnb659fds/version"
    ssm.delete_parameters(Names=[version])
    ssm.put_parameter(Name="/cdk/owner", Value="lake", Type="String", Overwrite=True)
    asked = {"StackName": name, "TemplateBody": CDK.read_text()}
    assert refused(cf.create_stack, **asked) == (
        "ValidationError",
        f"Unable to fetch parameters [{version}] from parameter store for this account.",
    )
    ssm.put_parameter(Name=version, Value="5", Type="String")
    assert "CDK bootstrap stack version 6 required." in refused(cf.create_stack, **asked)[1]
    ssm.put_parameter(Name=version, Value="30", Type="String", Overwrite=True)
    done = aws_cli(server, *deploy)
    assert (done.returncode, status(cf, name)) == (0, "CREATE_COMPLETE"), done.stderr
    outputs = {
        one["OutputKey"]: one["OutputValue"]
        for one in cf.describe_stacks(StackName=name)["Stacks"][0]["Outputs"]
    }
    stored = ssm.get_parameter(Name=outputs["Stored"])["Parameter"]["Value"]
    assert stored == outputs["RawBucketName"]
    tags = server.client("s3").get_bucket_tagging(Bucket=stored)["TagSet"]
    assert {"Key": "owner", "Value": "lake"} in tags
