"""Tells a run's JVM what its role may do with files.

Spark opens objects as files of this disk (`glue_runtime/LocalS3.java`), so the JVM asks before it
does: a line for each object, folder to list and object to be written, over a socket of 127.0.0.1
that knows the run's token. Names are encoded as in URLs; an empty line is a yes, any other S3's no.
"""

import hmac
import logging
import secrets
import socket
import threading
from collections.abc import Callable
from typing import BinaryIO
from urllib.parse import quote_plus, unquote_plus

from local_aws.acting.errors import Denied
from local_aws.services.s3.model import S3Store

LONGEST = 16_384  # bytes of a question: a key of S3 has 1,024, thrice that in a URL
SETTING = "spark.hadoop.fs.local_aws.gate"

log = logging.getLogger(__name__)


class Gate:
    """Of one run, while it runs."""

    def __init__(self, s3: S3Store) -> None:
        self._s3 = s3
        self._token = secrets.token_hex(16)
        self._closed = False
        self._listener = socket.create_server(("127.0.0.1", 0))
        threading.Thread(target=self._accept, name="glue-gate", daemon=True).start()

    @property
    def settings(self) -> dict[str, str]:
        """What Spark has to be started with."""
        return {SETTING: f"{self._listener.getsockname()[1]} {self._token}"}

    def close(self) -> None:
        """Nothing more is allowed."""
        self._closed = True
        self._listener.close()

    def _accept(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return  # closed
            threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection: socket.socket) -> None:
        try:
            with connection, connection.makefile("rb") as questions:
                while answer := self._answer(questions):
                    connection.sendall(answer)
        except OSError:
            pass  # the JVM ended
        except Exception:
            log.exception("the gate of a run broke")

    def _answer(self, questions: BinaryIO) -> bytes:
        """Empty where nobody asks any more, or somebody who is not the run's JVM."""
        line = questions.readline(LONGEST)
        words = line.decode("ascii", "replace").split(" ")
        if self._closed or len(words) != 4 or not line.endswith(b"\n"):
            return b""
        if not hmac.compare_digest(words[0].encode(), self._token.encode()):
            return b""
        action, bucket, key = words[1], unquote_plus(words[2]), unquote_plus(words[3].rstrip("\n"))
        return quote_plus(self._refusal(action, bucket, key)).encode() + b"\n"

    def _refusal(self, action: str, bucket: str, key: str) -> str:
        require: dict[str, Callable[[str, str], None]] = {
            "ListBucket": self._s3.require_listing,
            "GetObject": self._s3.require_reading,
            "PutObject": self._s3.require_writing,
            "DeleteObject": self._s3.require_deleting,
        }
        try:
            require[action](bucket, key)
        except Denied as error:
            return said(error)
        return ""


def said(error: Denied) -> str:
    """As the SDK for Java says it."""
    return f"{error.message} (Service: Amazon S3; Status Code: 403; Error Code: AccessDenied)"
