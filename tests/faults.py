"""Faults of local_aws as tests set them: signed requests to /_local_aws/faults."""

import json
import urllib.error
import urllib.request
from dataclasses import dataclass
from typing import Any

import botocore.auth
import botocore.awsrequest
from botocore.credentials import Credentials

PATH = "/_local_aws/faults"


@dataclass(frozen=True)
class Faults:
    """The bad days of one server, as its account's owner (or another key) asks for them."""

    endpoint: str
    credentials: Credentials

    def set(self, *rules: dict[str, Any]) -> None:
        status, answer = self.send("POST", {"rules": list(rules)})
        assert status == 200, answer

    def clear(self) -> None:
        assert self.send("DELETE")[0] == 200

    def fired(self) -> list[int]:
        """How often each rule fired, in their order."""
        return [rule["fired"] for rule in self.shown()]

    def shown(self) -> list[dict[str, Any]]:
        status, answer = self.send("GET")
        assert status == 200, answer
        return list(answer["rules"])

    def send(self, method: str, document: Any = None) -> tuple[int, dict[str, Any]]:
        """The status and the JSON of the answer."""
        body = b"" if document is None else json.dumps(document).encode()
        request = botocore.awsrequest.AWSRequest(method, self.endpoint + PATH, data=body)
        botocore.auth.SigV4Auth(self.credentials, "local-aws", "us-east-1").add_auth(request)
        sent = urllib.request.Request(
            request.url, data=body or None, headers=dict(request.headers), method=method
        )
        try:
            with urllib.request.urlopen(sent) as answer:
                return int(answer.status), json.load(answer)
        except urllib.error.HTTPError as error:
            return error.code, {name.lower(): value for name, value in json.load(error).items()}
