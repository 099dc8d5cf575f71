"""What every service is given: where data lives, who we are, and the other services' models."""

import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from local_aws.access.network import Rules
from local_aws.access.record import Record
from local_aws.acting.account import AsAccount
from local_aws.database import Database
from local_aws.deferred import Deferred
from local_aws.faults.board import Board

if TYPE_CHECKING:
    from local_aws.acting.acting import Acting
    from local_aws.acting.actor import Actor
    from local_aws.moto_services import MotoServices
    from local_aws.services.athena.model import AthenaEngine
    from local_aws.services.cloudwatch.model import MetricStore
    from local_aws.services.glue.catalog import Catalog
    from local_aws.services.logs.model import LogStore
    from local_aws.services.s3.model import S3Store
    from local_aws.wire.sigv4 import FindKey

Request = dict[str, Any]
Response = dict[str, Any]


@dataclass(frozen=True)
class Credentials:
    """The account's own key pair, which the server and its jobs sign with."""

    access_key: str
    secret_key: str


@dataclass
class Platform:
    """The server's own facts and, once `local_aws.services.build` ran, its services' models."""

    data_dir: Path
    port: int
    credentials: Credentials
    region: str = "us-east-1"
    account_id: str = "123456789012"
    allow_reset: bool = False
    allow_faults: bool = False
    network: Rules = field(default_factory=Rules)
    hosts: tuple[str, ...] = ()
    lifecycle_seconds: float = 3600
    access_log_seconds: float = 300
    faults: Board = field(default_factory=Board)
    record: Record = field(default_factory=Record)
    moto: "MotoServices" = field(init=False)
    s3: "S3Store" = field(init=False)
    glue: "Catalog" = field(init=False)
    logs: "LogStore" = field(init=False)
    metrics: "MetricStore" = field(init=False)
    athena: "AthenaEngine | Deferred" = field(init=False)
    find_key: "FindKey" = field(init=False)
    acting: "Acting | AsAccount" = field(init=False)
    actor: "Actor | None" = None
    """Who works on this platform, where that is not the account."""
    _databases: dict[str, Database] = field(default_factory=dict, init=False, repr=False)

    def __post_init__(self) -> None:
        self.acting = AsAccount(self)

    @property
    def endpoint_url(self) -> str:
        """The address under which child processes reach this server."""
        return f"http://127.0.0.1:{self.port}"

    def db(self, service: str) -> Database:
        """The service's own state, one for all its stores. No other service opens it.

        One, because a transaction of one store inside of another's is a part of it: on a
        connection of its own it would wait for the other to end.
        """
        made = Database(self.data_dir / "state" / f"{service}.sqlite3")
        return self._databases.setdefault(service, made)

    def forget_databases(self) -> None:
        """Their files were deleted: whoever asks next gets new ones."""
        self._databases.clear()

    def scratch(self, name: str) -> Path:
        """A folder for work in progress, on the data folder's file system so renames are atomic."""
        folder = self.data_dir / "tmp" / name
        folder.mkdir(parents=True, exist_ok=True)
        return folder

    def arn(self, service: str, resource: str) -> str:
        """``arn:aws:<service>:<region>:<account>:<resource>``."""
        return f"arn:aws:{service}:{self.region}:{self.account_id}:{resource}"

    def child_environment(self) -> dict[str, str]:
        """The environment of a process that we start: ours, and the way back to this server."""
        own = {k: v for k, v in os.environ.items() if not k.startswith("AWS_")}
        return own | {
            "AWS_ENDPOINT_URL": self.endpoint_url,
            "AWS_ACCESS_KEY_ID": self.credentials.access_key,
            "AWS_SECRET_ACCESS_KEY": self.credentials.secret_key,
            "AWS_DEFAULT_REGION": self.region,
            "AWS_REGION": self.region,
        }
