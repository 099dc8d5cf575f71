"""moto's state on disk: a file a service, written whole before a changed answer is given.

A file is a line of JSON (moto's version, a checksum), then a pickle. A pickle of another moto would
come back with members missing, to fail at some later request or to answer wrongly; so it is
refused at the start, as a damaged one is: never an empty state that nobody asked for.
"""

import hashlib
import io
import json
import pickle
import threading
from collections.abc import Iterable
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import Any

from local_aws import disk
from local_aws.data_folder import DataFolderRefused

TOUCHES = {
    "sns": ("sqs",),
    "events": ("sqs", "sns", "secretsmanager"),
}
"""Whose state a call changes beside its own service's."""

LOCKS = {type(threading.Lock()): threading.Lock, type(threading.RLock()): threading.RLock}


class MotoState:
    """The folder ``state/moto``. Loading it imports moto; looking at it does not."""

    def __init__(self, path: Path, services: Iterable[str]) -> None:
        self.path = path
        self._services = tuple(services)
        self._saved: dict[str, bytes] = {}
        self._check()

    def exists(self) -> bool:
        """Whether anything was ever kept."""
        return self.path.exists() or self._old.exists()

    def save(self, service: str = "") -> None:
        """Write what a call to the service may have changed; without one, whatever changed."""
        for name in self._services:
            if not service or name in (service, *TOUCHES.get(service, ())):
                self._save(name)

    def load(self) -> None:
        self._take_over()
        for name in self._services:
            if (self.path / name).exists():
                _restore(name, pickle.loads(self._content(name)))

    @property
    def _old(self) -> Path:
        """Data of format 1 had one file for all."""
        return self.path.with_name("moto.pickle")

    def _take_over(self) -> None:
        if self._old.exists() and not self.path.exists():
            for service, state in _Unpickler(io.BytesIO(self._old.read_bytes())).load().items():
                if service in self._services:
                    _restore(service, state)
            for (account, region), members in _members("sns").items():
                for topic in members["topics"].values():  # each had a copy of its backend
                    topic.sns_backend = _backend("sns", account, region)
            self.save()
        self._old.unlink(missing_ok=True)

    def _save(self, name: str) -> None:
        buffer = io.BytesIO()
        _Pickler(buffer).dump(_members(name))
        content = buffer.getvalue()
        digest = hashlib.sha256(content).digest()
        if digest == self._saved.get(name):
            return
        head = {"moto": version("moto"), "sha256": digest.hex()}
        self.path.mkdir(parents=True, exist_ok=True)
        disk.write_whole(self.path / name, json.dumps(head).encode() + b"\n" + content)
        self._saved[name] = digest

    def _check(self) -> None:
        """Refuse now what cannot be read later."""
        for name in self._services:
            if (self.path / name).exists():
                self._content(name)

    def _content(self, name: str) -> bytes:
        """The pickle in a file. Raises DataFolderRefused."""
        line, _, content = (self.path / name).read_bytes().partition(b"\n")
        try:
            head = json.loads(line)
            writer, digest = head["moto"], head["sha256"]
        except (ValueError, KeyError, TypeError):
            writer, digest = "", ""
        if digest != hashlib.sha256(content).hexdigest():
            raise DataFolderRefused(f"{self.path / name} is damaged: {_remedy(name)}")
        if writer != version("moto"):
            raise DataFolderRefused(
                f"{self.path / name} was written with moto {writer}, here is moto "
                f"{version('moto')}: use that version, or {_remedy(name)}"
            )
        return content


def _remedy(name: str) -> str:
    return f"put back a copy of it, or move it away to begin without any state of {name}"


def _members(service: str) -> dict[tuple[str, str], dict[str, Any]]:
    return {
        (account, region): vars(backend)
        for account, regions in _backends(service).items()
        for region, backend in regions.items()
    }


def _restore(service: str, state: dict[tuple[str, str], dict[str, Any]]) -> None:
    for (account, region), members in state.items():
        vars(_backends(service)[account][region]).update(members)


def _backends(service: str) -> Any:
    from moto.backends import get_backend

    return get_backend(service)


def _backend(service: str, account: str, region: str) -> Any:
    return _backends(service)[account][region]


@cache
def _backend_class() -> type:
    from moto.core.base_backend import BaseBackend

    backend: type = BaseBackend
    return backend


class _Unpickler(pickle.Unpickler):
    def find_class(self, module: str, name: str) -> Any:
        return _private_key if name == _private_key.__name__ else super().find_class(module, name)


class _Pickler(pickle.Pickler):
    """Pickles what moto keeps beside plain data.

    Locks are made anew, KMS's keys travel as PEM. An object that knows its backend (an SNS topic
    does) gets this process's one again: a copy would be another SNS, without topics.
    """

    def reducer_override(self, value: Any) -> Any:
        if isinstance(value, _backend_class()):
            known: Any = value
            service = type(value).__module__.split(".")[1]
            return _backend, (service, known.account_id, known.region_name)
        if type(value) in LOCKS:
            return LOCKS[type(value)], ()
        if hasattr(value, "private_bytes"):
            return _private_key, (_pem(value),)
        return NotImplemented


def _pem(key: Any) -> bytes:
    from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

    pem: bytes = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    return pem


def _private_key(pem: bytes) -> Any:
    from cryptography.hazmat.primitives.serialization import load_pem_private_key

    return load_pem_private_key(pem, None)
