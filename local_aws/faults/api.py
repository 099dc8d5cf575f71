"""``/_local_aws/faults``: the rules set, shown and taken away."""

import json

from local_aws.errors import ServiceError
from local_aws.faults.board import Board
from local_aws.faults.rules import read_rules
from local_aws.wire.http import HttpRequest, HttpResponse

PATH = "/_local_aws/faults"


class FaultsNotAllowed(ServiceError):
    """Faults that nobody switched on, or that somebody else than the account's owner asks for."""

    code = "AccessDeniedException"
    status = 403


class NoSuchMethod(ServiceError):
    """A method that the address does not have."""

    code = "MethodNotAllowed"
    status = 405


def answer(board: Board, request: HttpRequest) -> HttpResponse:
    """Carry out a request of the account's owner; the rules as they then are."""
    if request.method == "POST":
        board.post(read_rules(request.body))
    elif request.method == "DELETE":
        board.post([])
    elif request.method != "GET":
        raise NoSuchMethod(f"{PATH} takes POST, GET and DELETE, not {request.method}")
    body = json.dumps({"rules": board.shown()}).encode()
    return HttpResponse(200, {"content-type": "application/json"}, body)
