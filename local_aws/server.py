"""The process: options, credentials, one uvicorn worker."""

import argparse
import configparser
import logging
import os
import secrets
import socket
import sys
from pathlib import Path

import uvicorn

from local_aws.app import App
from local_aws.context import Credentials, Platform

FORMAT_VERSION = 1


def main(arguments: list[str] | None = None) -> None:
    """Serve until a signal. Exit 2 where the options or the data folder cannot be used."""
    options = _parser().parse_args(arguments)
    logging.basicConfig(
        level=options.log_level.upper(), format="%(asctime)s %(levelname)s %(name)s %(message)s"
    )
    try:
        data = _claim_data_folder(options.data)
        listener = _listen(options.host, options.port)
    except (OSError, ValueError) as error:
        sys.exit(f"local_aws: {error}")
    port = listener.getsockname()[1]
    credentials = _credentials(data, options.access_key, options.secret_key)
    _write_profile(data, credentials, port)
    platform = Platform(
        data_dir=data,
        port=port,
        credentials=credentials,
        region=options.region,
        allow_reset=options.allow_reset,
        hosts=tuple(options.allow_host),
    )
    print(f"local_aws: http://127.0.0.1:{port}, data in {data}", flush=True)  # noqa: T201
    config = uvicorn.Config(
        App(platform),
        log_level="warning",
        access_log=False,
        lifespan="on",
        timeout_keep_alive=75,
        server_header=False,
        proxy_headers=False,  # nobody stands before it, and it believes nobody about the client
    )
    uvicorn.Server(config).run(sockets=[listener])


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="lake serve", description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="the data folder")
    parser.add_argument("--port", type=int, default=4566, help="0 takes a free one")
    parser.add_argument("--host", default="127.0.0.1", help="the address to bind")
    parser.add_argument("--region", default="us-east-1")
    parser.add_argument("--access-key", help="default: made once and kept in the data folder")
    parser.add_argument("--secret-key")
    parser.add_argument(
        "--allow-reset", action="store_true", help="for tests: POST /_local_aws/reset"
    )
    parser.add_argument("--allow-host", action="append", default=[], help="a further Host header")
    parser.add_argument("--log-level", default="info")
    return parser


def _listen(host: str, port: int) -> socket.socket:
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
    except OSError as error:
        raise OSError(f"cannot listen on {host}:{port}: {error.strerror}") from error
    listener.listen(256)
    return listener


def _claim_data_folder(folder: Path) -> Path:
    """The folder, made where it is missing; a newer format than ours is refused."""
    folder = folder.resolve()
    folder.mkdir(parents=True, exist_ok=True)
    version = folder / "format"
    if not version.exists():
        version.write_text(f"{FORMAT_VERSION}\n")
    found = version.read_text().strip()
    if not found.isdigit() or int(found) > FORMAT_VERSION:
        raise ValueError(
            f"{folder} has data format '{found}', this server reads up to {FORMAT_VERSION}: "
            "use the newer server, or another folder"
        )
    return folder


def _credentials(data: Path, access_key: str | None, secret_key: str | None) -> Credentials:
    if access_key and secret_key:
        return Credentials(access_key, secret_key)
    if access_key or secret_key:
        sys.exit("local_aws: give --access-key and --secret-key both, or neither")
    parser = configparser.ConfigParser()
    parser.read(data / "credentials")
    if parser.has_section("tarn"):
        section = parser["tarn"]
        return Credentials(section["aws_access_key_id"], section["aws_secret_access_key"])
    return Credentials("LAKE" + secrets.token_hex(8).upper(), secrets.token_urlsafe(30))


def _write_profile(data: Path, credentials: Credentials, port: int) -> None:
    """The profile ``tarn`` in AWS's own files, readable by its owner only."""
    _write_private(
        data / "credentials",
        f"[tarn]\naws_access_key_id = {credentials.access_key}\n"
        f"aws_secret_access_key = {credentials.secret_key}\n",
    )
    _write_private(
        data / "config",
        f"[profile tarn]\nregion = us-east-1\nendpoint_url = http://127.0.0.1:{port}\n",
    )


def _write_private(path: Path, text: str) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(text)
