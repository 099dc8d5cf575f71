"""The process: options, credentials, one uvicorn worker."""

import argparse
import configparser
import contextlib
import ctypes
import ipaddress
import logging
import resource
import secrets
import socket
import sys
from pathlib import Path

from local_aws import disk
from local_aws.access.network import Rules
from local_aws.access.record import Record
from local_aws.app import App
from local_aws.connection import CLIENT_SECONDS, MAX_CONNECTIONS, Config, Limits, Server
from local_aws.context import Credentials, Platform
from local_aws.data_folder import DataFolder, DataFolderRefused
from local_aws.database import DatabaseDamaged

logger = logging.getLogger(__name__)

OPEN_FILES = 65_536
"""As many descriptors as we ask the system for; it may allow fewer."""

OWN_FILES = 1024
"""Descriptors that connections leave for files, databases and child processes."""


M_ARENA_MAX, ARENAS = -8, 2  # https://man7.org/linux/man-pages/man3/mallopt.3.html


def main(arguments: list[str] | None = None) -> None:
    """Serve until a signal. Exit 2 where the options or the data folder cannot be used."""
    _keep_little_memory()
    options = _parser().parse_args(arguments)
    logging.basicConfig(
        level=options.log_level.upper(), format="%(asctime)s %(levelname)s %(name)s %(message)s"
    )
    disk.wait_for_it(options.fsync)
    try:
        folder = DataFolder(options.data)
        listener = _listen(options.host, options.port)
        record = Record(options.record_calls)
    except (OSError, DataFolderRefused) as error:
        sys.exit(f"local_aws: {error}")
    data = folder.path
    port = listener.getsockname()[1]
    credentials = _credentials(data, options)
    _write_profile(data, credentials, options.region, port)
    platform = Platform(
        data_dir=data,
        port=port,
        credentials=credentials,
        region=options.region,
        allow_reset=options.allow_reset,
        allow_faults=options.allow_faults,
        network=Rules(options.simulate_network, options.secure_network),
        hosts=tuple(options.allow_host),
        lifecycle_seconds=options.lifecycle_seconds,
        access_log_seconds=options.access_log_seconds,
        record=record,
    )
    try:
        app = App(platform)
    except (DatabaseDamaged, DataFolderRefused) as error:
        sys.exit(f"local_aws: {error}")
    print(f"local_aws: http://127.0.0.1:{port}, data in {data}", flush=True)  # noqa: T201
    _warn_of_others(options.host, platform.hosts)
    limits = Limits(options.client_seconds, _connections(options.max_connections))
    Server(Config(app, limits)).run(sockets=[listener])


def _keep_little_memory() -> None:
    """glibc gives each of many threads an arena, and an arena keeps what it once held."""
    with contextlib.suppress(AttributeError, OSError):  # another C library
        ctypes.CDLL(None).mallopt(M_ARENA_MAX, ARENAS)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="lake serve", description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="the data folder")
    parser.add_argument("--port", type=int, default=4566, help="0 takes a free one")
    parser.add_argument("--host", default="127.0.0.1", help="the address to bind")
    parser.add_argument("--region", default="us-east-1")
    parser.add_argument("--access-key", help="default: made once and kept in the data folder")
    parser.add_argument("--secret-key")
    parser.add_argument(
        "--credentials",
        type=Path,
        help="a file of AWS's form, whose profile tarn has both: no command line shows them",
    )
    parser.add_argument(
        "--allow-reset", action="store_true", help="for tests: POST /moto-api/reset"
    )
    parser.add_argument(
        "--allow-faults", action="store_true", help="for tests: /_local_aws/faults sets them"
    )
    parser.add_argument(
        "--simulate-network", action="store_true", help="for tests: believe x-local-aws- headers"
    )
    parser.add_argument(
        "--secure-network",
        action="store_true",
        help="who reaches this address does so over a closed network: aws:SecureTransport is true",
    )
    parser.add_argument(
        "--record-calls",
        type=Path,
        metavar="FILE",
        help="append a line of JSON for each decision: who, which action, on what, allowed or not",
    )
    parser.add_argument(
        "--fsync",
        action="store_true",
        help="for power cuts: answer when the disk has it (a kill loses nothing anyway)",
    )
    parser.add_argument("--allow-host", action="append", default=[], help="a further Host header")
    parser.add_argument(
        "--lifecycle-seconds",
        type=float,
        default=3600,
        help="seconds between two looks at what S3's lifecycle rules expire",
    )
    parser.add_argument(
        "--access-log-seconds",
        type=float,
        default=300,
        help="seconds between two deliveries of S3's access logs",
    )
    parser.add_argument(
        "--client-seconds",
        type=float,
        default=CLIENT_SECONDS,
        help="how long a client may take for a request's head, or stand still",
    )
    parser.add_argument(
        "--max-connections",
        type=int,
        default=MAX_CONNECTIONS,
        help="open at once; over it the one that waits longest is closed",
    )
    parser.add_argument("--log-level", default="info")
    return parser


def _connections(wanted: int) -> int:
    """The limit of connections, under what the system lets this process open."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    files = OPEN_FILES if hard == resource.RLIM_INFINITY else min(hard, OPEN_FILES)
    if soft != resource.RLIM_INFINITY and soft < files:
        resource.setrlimit(resource.RLIMIT_NOFILE, (files, hard))
    allowed = max(64, files - OWN_FILES)
    if wanted > allowed:
        logger.warning("%d connections at most: the system allows %d open files", allowed, files)
    return min(wanted, allowed)


def _warn_of_others(host: str, hosts: tuple[str, ...]) -> None:
    """Say what it means that other machines reach a server that runs jobs."""
    if ipaddress.ip_address(socket.gethostbyname(host or "0.0.0.0")).is_loopback:
        return
    logger.warning(
        "LISTENING ON %s: other machines reach this server. Requests have to be signed and their "
        "Host header allowed (127.0.0.1, localhost%s), but nothing is encrypted",
        host,
        "".join(f", {name}" for name in hosts),
    )


def _listen(host: str, port: int) -> socket.socket:
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
    except OSError as error:
        raise OSError(f"cannot listen on {host}:{port}: {error.strerror}") from error
    listener.listen(256)
    return listener


def _credentials(data: Path, options: argparse.Namespace) -> Credentials:
    """The options', or those of the file that they name; else those of the data folder."""
    if options.access_key and options.secret_key:
        return Credentials(options.access_key, options.secret_key)
    if options.access_key or options.secret_key:
        sys.exit("local_aws: give --access-key and --secret-key both, or neither")
    if options.credentials:
        return _profile(options.credentials) or sys.exit(
            f"local_aws: {options.credentials} holds no profile tarn with a key and its secret"
        )
    made = Credentials("LAKE" + secrets.token_hex(8).upper(), secrets.token_urlsafe(30))
    return _profile(data / "credentials") or made


def _profile(file: Path) -> Credentials | None:
    """The profile ``tarn`` of a file as AWS's command line keeps one."""
    parser = configparser.ConfigParser(interpolation=None)
    parser.read(file)
    try:
        section = parser["tarn"]
        return Credentials(section["aws_access_key_id"], section["aws_secret_access_key"])
    except KeyError:
        return None


def _write_profile(data: Path, credentials: Credentials, region: str, port: int) -> None:
    """The profile ``tarn`` in AWS's own files, readable by its owner only."""
    disk.write_whole(
        data / "credentials",
        f"[tarn]\naws_access_key_id = {credentials.access_key}\n"
        f"aws_secret_access_key = {credentials.secret_key}\n".encode(),
    )
    disk.write_whole(
        data / "config",
        f"[profile tarn]\nregion = {region}\nendpoint_url = http://127.0.0.1:{port}\n".encode(),
    )
