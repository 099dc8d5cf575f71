"""Where one checkout keeps its running state, and on which ports it listens."""

import json
import os
import secrets
from dataclasses import asdict, dataclass
from pathlib import Path

ROOT = Path(__file__).parent.parent


@dataclass(frozen=True)
class Ports:
    """The ports on 127.0.0.1. LAKE_AWS_PORT and LAKE_AIRFLOW_PORT choose others."""

    aws: int = 4566
    airflow: int = 8080

    @classmethod
    def from_environment(cls) -> "Ports":
        """The ports asked for; raises ValueError where one is not a number."""
        return cls(
            aws=int(os.environ.get("LAKE_AWS_PORT", cls.aws)),
            airflow=int(os.environ.get("LAKE_AIRFLOW_PORT", cls.airflow)),
        )


@dataclass(frozen=True)
class Home:
    """The folder of a stack: ``.lake`` of the checkout, or LAKE_HOME."""

    folder: Path

    @classmethod
    def from_environment(cls) -> "Home":
        """The stack's folder, made where it is missing."""
        folder = Path(os.environ.get("LAKE_HOME", ROOT / ".lake")).resolve()
        for name in ("logs", "run", "airflow"):
            (folder / name).mkdir(parents=True, exist_ok=True)
        return cls(folder)

    @property
    def data(self) -> Path:
        """local_aws's data folder."""
        return self.folder / "data"

    @property
    def logs(self) -> Path:
        """A log file a process."""
        return self.folder / "logs"

    @property
    def run(self) -> Path:
        """A pid file a process."""
        return self.folder / "run"

    @property
    def airflow(self) -> Path:
        """AIRFLOW_HOME."""
        return self.folder / "airflow"

    @property
    def postgres(self) -> Path:
        """PostgreSQL's cluster."""
        return self.folder / "postgres"

    def ports(self) -> Ports:
        """The ports of this stack: those it was last started with, unless others are asked for."""
        asked = Ports.from_environment()
        file = self.folder / "ports.json"
        if asked != Ports() or not file.exists():
            return asked
        return Ports(**json.loads(file.read_text()))

    def keep_ports(self, ports: Ports) -> None:
        """Remember the ports, so that ``lake env`` in another terminal tells the right ones."""
        (self.folder / "ports.json").write_text(json.dumps(asdict(ports)))

    def secret(self, name: str) -> str:
        """A secret of this stack, made at its first use and readable by its owner only."""
        file = self.airflow / f"{name}.secret"
        if not file.exists():
            descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(descriptor, "w") as handle:
                handle.write(secrets.token_urlsafe(64))
        return file.read_text()
