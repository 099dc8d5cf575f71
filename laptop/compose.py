"""``python3 -m laptop.compose``: what `docker compose` needs beside its files.

The secrets, a file each, and .env. Any Python 3.11 runs it, without the packages of this checkout.

A secret that is there stays: PostgreSQL keeps the password that its volume was made with. Compose
mounts a file with the owner and the mode that it has here, and the containers are not this user: so
everybody may read the files, in a folder that only their owner may enter.
"""

import argparse
import base64
import json
import os
import secrets
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from laptop.home import ROOT

FOLDER = ROOT / ".lake" / "compose"
FORMS = ("local", "aws")
Made = Mapping[str, str]
"""Secrets by their file's name."""

RECIPES: Mapping[str, Callable[[Made], str]] = {
    "postgres_password": lambda _: secrets.token_urlsafe(32),
    "redis_config": lambda _: f"requirepass {secrets.token_urlsafe(32)}\n",
    "airflow_database": lambda made: (
        f"postgresql+psycopg2://airflow:{made['postgres_password']}@postgres/airflow"
    ),
    "airflow_broker": lambda made: f"redis://:{made['redis_config'].split()[1]}@redis:6379/0",
    "airflow_secret_key": lambda _: secrets.token_urlsafe(48),
    "airflow_jwt_secret": lambda _: secrets.token_urlsafe(64),
    "airflow_fernet_key": lambda _: base64.urlsafe_b64encode(secrets.token_bytes(32)).decode(),
    "airflow_passwords": lambda _: json.dumps({"admin": secrets.token_urlsafe(18)}),
    "aws_credentials": lambda _: (
        f"[tarn]\naws_access_key_id = LAKE{secrets.token_hex(8).upper()}\n"
        f"aws_secret_access_key = {secrets.token_urlsafe(30)}\n"
    ),
}
"""How each is made, after those that it is made of; `aws_credentials` are local_aws's."""


def make_secrets(folder: Path = FOLDER) -> list[str]:
    """Make the secrets that are missing; their names. Nothing that is there is written again."""
    folder.mkdir(parents=True, exist_ok=True)
    folder.chmod(0o700)
    made: dict[str, str] = {}
    new = []
    for name, recipe in RECIPES.items():
        file = folder / name
        if not file.exists():
            _write(file, recipe(made))
            new.append(name)
        made[name] = file.read_text()
    return new


def _write(file: Path, secret: str) -> None:
    """Whole or not at all: a half of a password would be kept for good."""
    draft = file.with_name(f".{file.name}.{os.getpid()}")
    draft.write_text(secret)
    draft.chmod(0o444)
    draft.replace(file)


def write_choice(form: str, file: Path = ROOT / ".env", folder: Path = FOLDER) -> bool:
    """Write .env, which tells `docker compose` its files; False where there is one already.

    `form` is local, for local_aws, or aws.
    """
    if file.exists():
        return False
    lines = [f"COMPOSE_FILE=docker-compose.yml:compose/{form}.yml", f"TARN_SECRETS={folder}"]
    if form == "aws":
        lines += ["# AWS_DEFAULT_REGION=", "# TARN_ENV=prod", "# AIRFLOW_LOGS=s3://bucket/folder"]
    file.write_text("\n".join([*lines, ""]))
    return True


def password(folder: Path = FOLDER) -> str:
    """That of Airflow's user admin."""
    return str(json.loads((folder / "airflow_passwords").read_text())["admin"])


def add_options(parser: argparse.ArgumentParser) -> None:
    """Those of ``lake compose-secrets``."""
    parser.add_argument("--aws", action="store_true", help="for AWS itself, without local_aws")
    parser.add_argument("--show-password", action="store_true", help="that of Airflow's user admin")


def run(options: argparse.Namespace, _rest: Sequence[str] = ()) -> None:
    """Make the secrets of docker-compose.yml that are missing, and .env"""
    new = make_secrets()
    say(f"{FOLDER}: {len(RECIPES) - len(new)} secrets were there, {len(new)} are new")
    form = "aws" if options.aws else "local"
    if write_choice(form):
        say(f"{ROOT / '.env'}: compose/{form}.yml over docker-compose.yml")
    else:
        say(f"{ROOT / '.env'} is there already, and stays")
    if options.show_password:
        say(password())


def say(line: str) -> None:
    """To who ran the command."""
    print(line)  # noqa: T201 - without rich, which is of the checkout's packages


def main(arguments: Sequence[str] | None = None) -> None:
    """The command without ``./lake``."""
    parser = argparse.ArgumentParser(prog="python3 -m laptop.compose", description=run.__doc__)
    add_options(parser)
    run(parser.parse_args(arguments))


if __name__ == "__main__":
    main()
