"""From CreateJob's and UpdateJob's input to the job that GetJob shows: defaults and refusals.

https://docs.aws.amazon.com/glue/latest/dg/aws-glue-api-jobs-job.html
Real: Spark and Python-shell scripts. The size of the cluster (worker type and number, capacity,
execution class) is kept and shown, but the machine decides.
"""

import re
from typing import Any

from local_aws.context import Request
from local_aws.services.glue.documents import now
from local_aws.services.glue.errors import InvalidInputException, unsupported
from local_aws.services.glue.jobs import arguments

Job = dict[str, Any]

COMMANDS = ("glueetl", "pythonshell")
GLUE_VERSIONS = {"glueetl": ("3.0", "4.0", "5.0", "5.1"), "pythonshell": ("1.0", "2.0", "3.0")}
PYTHON_VERSIONS = {"glueetl": ("3",), "pythonshell": ("3", "3.9")}
DEFAULT_VERSION = {"glueetl": "5.1", "pythonshell": "3.0"}
LONG_TIMEOUT, SHORT_TIMEOUT = 2880, 480
LONGEST_TIMEOUT = 10080
DPU = {
    "Standard": 1.0,
    "G.025X": 0.25,
    "G.1X": 1.0,
    "G.2X": 2.0,
    "G.4X": 4.0,
    "G.8X": 8.0,
    "Z.2X": 2.0,
}
SHELL_CAPACITIES = (0.0625, 1)
UNSUPPORTED_MEMBERS = (
    "CodeGenConfigurationNodes",
    "MaintenanceWindow",
    "SecurityConfiguration",
    "SourceControlDetails",
)
KEPT = (
    "Description",
    "LogUri",
    "Role",
    "Command",
    "DefaultArguments",
    "NonOverridableArguments",
    "NotificationProperty",
)


def define(name: str, request: Request) -> Job:
    """The whole job; what the request leaves out gets its default, as UpdateJob documents."""
    _refuse(request)
    command = _command(request)
    kind = command["Name"]
    version = _version(request, kind)
    check_class(request, kind)
    given = {member: request[member] for member in KEPT if request.get(member)}
    for member in ("DefaultArguments", "NonOverridableArguments"):
        arguments.check(given.get(member, {}))
    return {
        "Name": name,
        "JobMode": request.get("JobMode", "SCRIPT"),
        "MaxRetries": 0,
        "ExecutionProperty": {"MaxConcurrentRuns": 1},
        "ExecutionClass": "STANDARD",
        "GlueVersion": version,
        "Timeout": timeout(request) or (SHORT_TIMEOUT if version >= "5" else LONG_TIMEOUT),
        "CreatedOn": now(),
        "LastModifiedOn": now(),
        **_chosen(
            request, "MaxRetries", "ExecutionProperty", "ExecutionClass", "JobRunQueuingEnabled"
        ),
        **given,
        **capacity(request, kind),
        "Command": command,
    }


def timeout(request: Request) -> int | None:
    """The asked-for minutes, checked."""
    minutes: int | None = request.get("Timeout")
    if minutes is not None and not 0 < minutes <= LONGEST_TIMEOUT:
        raise InvalidInputException(
            f"Timeout must be between 1 and {LONGEST_TIMEOUT} minutes, not {minutes}"
        )
    return minutes


def check_class(request: Request, kind: str) -> None:
    """FLEX is for Spark jobs alone."""
    if request.get("ExecutionClass") == "FLEX" and kind != "glueetl":
        raise InvalidInputException(f"ExecutionClass FLEX is not for {kind} jobs")


def capacity(request: Request, kind: str) -> dict[str, Any]:
    """Workers or capacity, whichever was given, in the terms of the other too."""
    workers, worker = request.get("NumberOfWorkers"), request.get("WorkerType")
    asked = request.get("MaxCapacity") or request.get("AllocatedCapacity")
    if asked and (workers or worker):
        raise InvalidInputException(
            "Please do not set Max Capacity if using Worker Type and Number of Workers."
        )
    if kind == "pythonshell":
        if asked and asked not in SHELL_CAPACITIES:
            raise InvalidInputException(
                f"MaxCapacity of a Python shell job is 0.0625 or 1, not {asked:g}"
            )
        return {"MaxCapacity": asked or 0.0625, "AllocatedCapacity": int(asked or 0)}
    if asked:
        return {"MaxCapacity": float(asked), "AllocatedCapacity": int(asked)}
    worker, workers = worker or "G.1X", workers or 10
    dpu = DPU.get(worker, 1.0) * workers
    return {
        "WorkerType": worker,
        "NumberOfWorkers": workers,
        "MaxCapacity": dpu,
        "AllocatedCapacity": int(dpu),
    }


def _refuse(request: Request) -> None:
    for member in UNSUPPORTED_MEMBERS:
        if request.get(member):
            raise unsupported(f"{member} of a job")
    if request.get("Connections", {}).get("Connections"):
        raise unsupported("Connections of a job")
    if request.get("JobMode", "SCRIPT") != "SCRIPT":
        raise unsupported(f"JobMode {request['JobMode']}")


def _command(request: Request) -> dict[str, str]:
    command: dict[str, str] = dict(request.get("Command") or {})
    kind = command.get("Name", "")
    if kind not in COMMANDS:
        raise unsupported(f"A job whose Command.Name is '{kind}'")
    if not re.match(r"s3[an]?://[^/]+/.+", command.get("ScriptLocation", "")):
        raise InvalidInputException(
            f"ScriptLocation is not an S3 address: '{command.get('ScriptLocation', '')}'"
        )
    if command.get("Runtime"):
        raise unsupported("Command.Runtime of a job")
    version = command.setdefault("PythonVersion", "3")
    if version not in PYTHON_VERSIONS[kind]:
        raise unsupported(f"PythonVersion {version} of a {kind} job")
    return command


def _version(request: Request, kind: str) -> str:
    version: str = request.get("GlueVersion") or DEFAULT_VERSION[kind]
    known = GLUE_VERSIONS[kind] + (GLUE_VERSIONS["glueetl"] if kind == "pythonshell" else ())
    if version not in known:
        raise unsupported(f"GlueVersion {version} of a {kind} job")
    return version


def _chosen(request: Request, *members: str) -> dict[str, Any]:
    return {member: request[member] for member in members if request.get(member) is not None}
