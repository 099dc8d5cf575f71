"""Asset bundles: exports and imports.

A job here is done when its start answers; clients that poll see it done at once.
https://docs.aws.amazon.com/quicksight/latest/APIReference/API_StartAssetBundleExportJob.html
"""

import base64
import hashlib
from typing import Any

from local_aws import downloads
from local_aws.context import Platform, Request, Response
from local_aws.database import Row
from local_aws.errors import SerializationError, ServiceError
from local_aws.services.quicksight.bundles import archive, export, overrides, template
from local_aws.services.quicksight.bundles.importing import Ask, Import
from local_aws.services.quicksight.bundles.jobs import (
    EXPORT,
    FAILED,
    IMPORT,
    SUCCESSFUL,
    BundleJobs,
)
from local_aws.services.quicksight.errors import InvalidParameter, Unsupported
from local_aws.services.quicksight.ingestions.queue import Ingestions
from local_aws.services.quicksight.model import Store
from local_aws.services.quicksight.operations.common import (
    Operations,
    operation,
    page,
    present,
    when,
)
from local_aws.services.quicksight.refreshes.clock import RefreshClock

ROLLED_BACK, NOT_ROLLED_BACK = "FAILED_ROLLBACK_COMPLETED", "FAILED_ROLLBACK_ERROR"
BUNDLE, TEMPLATE = "QUICKSIGHT_JSON", "CLOUDFORMATION_JSON"
FORMATS = {BUNDLE: export.bundle, TEMPLATE: template.template}
OF_FOLDERS = ("IncludeFolderMemberships", "IncludeFolderMembers")


class Bundles(Operations):
    """StartAssetBundleExportJob and its like."""

    def __init__(
        self,
        platform: Platform,
        store: Store,
        ingestions: Ingestions,
        clock: RefreshClock,
        ask: Ask,
    ) -> None:
        super().__init__(platform, store, ingestions, clock)
        self.ask = ask
        self.jobs = BundleJobs(store.db)

    @operation(202)
    def start_asset_bundle_export_job(self, request: Request) -> Response:
        """Write the resources' bundle."""
        job = request["AssetBundleExportJobId"]
        _check_export(request)
        self.jobs.begin(EXPORT, job, request)
        try:
            arns = request["ResourceArns"]
            if request.get("IncludeAllDependencies"):
                arns = export.with_dependencies(self.store, arns)
            write = FORMATS[request["ExportFormat"]]
            body = write(
                self.store, arns, bool(request.get("IncludePermissions")),
                bool(request.get("IncludeTags")),
            )  # fmt: skip
            (downloads.folder(self.platform) / _file(job, request)).write_bytes(body)
            result = {"Warnings": export.warnings(self.store, arns)}
            self.jobs.end(EXPORT, job, SUCCESSFUL, result)
        except ServiceError as error:
            problem = {"Type": error.code, "Message": error.message}
            self.jobs.end(EXPORT, job, FAILED, {"Errors": [problem]})
        return {"Arn": self._arn(EXPORT, job), "AssetBundleExportJobId": job}

    @operation()
    def describe_asset_bundle_export_job(self, request: Request) -> Response:
        """How a job stands; where it is done, a link to its bundle for five minutes."""
        row = self.jobs.get(EXPORT, request["AssetBundleExportJobId"])
        done = row["status"] == SUCCESSFUL
        given = {k: v for k, v in row["request"].items() if k != "AwsAccountId"}
        return given | present(
            Arn=self._arn(EXPORT, row["id"]),
            AwsAccountId=self.platform.account_id,
            CreatedTime=when(row["created"]),
            JobStatus=row["status"],
            DownloadUrl=downloads.link(self.platform, _file(row["id"], row["request"]))
            if done
            else None,
            Errors=row["result"].get("Errors") or None,
            Warnings=row["result"].get("Warnings") or None,
        )

    @operation()
    def list_asset_bundle_export_jobs(self, request: Request) -> Response:
        """The newest first."""
        rows, token = page(request, self.jobs.all(EXPORT), lambda row: str(row["id"]))
        shown = ("ExportFormat", "IncludeAllDependencies", "IncludePermissions", "IncludeTags")
        summaries = [
            self._summary(row, EXPORT)
            | {name: row["request"][name] for name in shown if name in row["request"]}
            for row in rows
        ]
        return {"AssetBundleExportJobSummaryList": summaries} | token

    @operation(202)
    def start_asset_bundle_import_job(self, request: Request) -> Response:
        """Make what the bundle holds; where that fails, undo it if FailureAction says so."""
        job, source = request["AssetBundleImportJobId"], request["AssetBundleImportSource"]
        overrides.check(request)
        if len(source) != 1:
            raise InvalidParameter("AssetBundleImportSource has either a Body or an S3Uri")
        given = {k: v for k, v in request.items() if k != "AssetBundleImportSource"}
        self.jobs.begin(IMPORT, job, given | {"S3Uri": source.get("S3Uri")})
        status, result = self._import(request)
        self.jobs.end(IMPORT, job, status, result)
        return {"Arn": self._arn(IMPORT, job), "AssetBundleImportJobId": job}

    @operation()
    def describe_asset_bundle_import_job(self, request: Request) -> Response:
        """How a job stands."""
        row = self.jobs.get(IMPORT, request["AssetBundleImportJobId"])
        given = {k: v for k, v in row["request"].items() if k not in ("AwsAccountId", "S3Uri")}
        return given | present(
            Arn=self._arn(IMPORT, row["id"]),
            AwsAccountId=self.platform.account_id,
            AssetBundleImportSource=present(S3Uri=row["request"]["S3Uri"]),
            CreatedTime=when(row["created"]),
            JobStatus=row["status"],
            Errors=row["result"].get("Errors") or None,
            RollbackErrors=row["result"].get("RollbackErrors") or None,
        )

    @operation()
    def list_asset_bundle_import_jobs(self, request: Request) -> Response:
        """The newest first."""
        rows, token = page(request, self.jobs.all(IMPORT), lambda row: str(row["id"]))
        summaries = [
            self._summary(row, IMPORT) | present(FailureAction=row["request"].get("FailureAction"))
            for row in rows
        ]
        return {"AssetBundleImportJobSummaryList": summaries} | token

    def _import(self, request: Request) -> tuple[str, dict[str, Any]]:
        try:
            assets = archive.read(self._body(request["AssetBundleImportSource"]))
            assets = overrides.apply(request, assets, self.store.arn)
        except archive.BadBundle as error:
            return FAILED, {"Errors": [{"Type": "InvalidBundle", "Message": str(error)}]}
        except ServiceError as error:
            return FAILED, {"Errors": [{"Type": error.code, "Message": error.message}]}
        made = Import(self.store, self.ask)
        if made.run(assets):
            return SUCCESSFUL, {}
        if request.get("FailureAction") != "ROLLBACK":
            return FAILED, {"Errors": made.errors}
        left = made.roll_back()
        result = {"Errors": made.errors, "RollbackErrors": left}
        return NOT_ROLLED_BACK if left else ROLLED_BACK, result

    def _body(self, source: dict[str, Any]) -> bytes:
        if "Body" in source:
            body = source["Body"]
            try:
                return body if isinstance(body, bytes) else base64.b64decode(body)
            except ValueError:
                raise SerializationError(
                    "The Body of AssetBundleImportSource is no base64"
                ) from None
        bucket, _, key = source["S3Uri"].removeprefix("s3://").partition("/")
        return self.platform.s3.read(bucket, key)

    def _summary(self, row: Row, kind: str) -> dict[str, Any]:
        return {
            "Arn": self._arn(kind, row["id"]),
            f"AssetBundle{kind.title()}JobId": row["id"],
            "CreatedTime": when(row["created"]),
            "JobStatus": row["status"],
        }

    def _arn(self, kind: str, job: str) -> str:
        return self.platform.arn("quicksight", f"asset-bundle-{kind}-job/{job}")


def _check_export(request: Request) -> None:
    if request.get("CloudFormationOverridePropertyConfiguration"):
        raise Unsupported("CloudFormationOverridePropertyConfiguration")
    for name in OF_FOLDERS:
        if request.get(name) not in (None, False, "NONE"):
            raise Unsupported(name)


def _file(job: str, request: Request) -> str:
    """A job's bundle: an id may have any case, and a disk may not tell them apart."""
    ending = "qs" if request["ExportFormat"] == BUNDLE else "json"
    return f"bundle-{hashlib.sha256(job.encode()).hexdigest()[:32]}.{ending}"
