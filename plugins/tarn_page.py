"""The lake's page as a FastAPI app inside Airflow's api-server: who may see what, and routes.

Airflow does not authenticate what a plugin mounts, so each route but the static files depends on
`reader`. What is shown is what the reader may see in Airflow: datasets whose DAG they may read, and
rows of the data where they may read that DAG's logs, which hold such rows too.
https://airflow.apache.org/docs/apache-airflow/stable/administration-and-deployment/plugins.html
"""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from typing import Annotated, Any
from urllib.parse import urlencode

from airflow.api_fastapi.app import get_auth_manager
from airflow.api_fastapi.auth.managers.base_auth_manager import COOKIE_NAME_JWT_TOKEN
from airflow.api_fastapi.auth.managers.models.resource_details import DagAccessEntity, DagDetails
from airflow.api_fastapi.core_api import security
from fastapi import Depends, FastAPI, HTTPException, Request
from fastapi.responses import FileResponse, HTMLResponse, JSONResponse, RedirectResponse, Response
from fastapi.staticfiles import StaticFiles
from starlette.exceptions import HTTPException as StarletteHTTPException
from tarn_runs import newest_runs

import profile_page
from tarn.contracts.contract import Contract
from tarn.errors import TarnError, Terminal
from tarn.health.matrix import Cell, Matrix, Row, Run, matrices
from tarn.page import data_docs, detail, render
from tarn.page.snapshot import RememberingAws, Watch
from tarn.partition import Partition
from tarn.steps.profile import read_reports

# Since Airflow 3.1 the session is a cookie; 3.0 takes a token in a header, which its UI keeps.
KEEPS_COOKIE = hasattr(security, "resolve_user_from_token")
POLICY = (
    "default-src 'none'; script-src 'nonce-{nonce}'; style-src 'nonce-{nonce}'; img-src 'self'; "
    "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'self'"
)
# Data Docs quote data, and Great Expectations styles each element by itself: nothing else runs.
DOCS_POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'self'"
)


# -- who reads


@dataclass(frozen=True)
class Reader:
    """Somebody who is logged in to Airflow."""

    user: Any

    def datasets(self, contracts: dict[str, Contract]) -> dict[str, Contract]:
        """Those whose DAG they may read."""
        allowed = get_auth_manager().get_authorized_dag_ids(user=self.user)
        return {name: contract for name, contract in contracts.items() if name in allowed}

    def may_read_rows(self, dataset: str) -> bool:
        return bool(
            get_auth_manager().is_authorized_dag(
                method="GET",
                access_entity=DagAccessEntity.TASK_LOGS,
                details=DagDetails(id=dataset),
                user=self.user,
            )
        )


async def _user_of_3_0(request: Request) -> Any:
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer":
        token = request.cookies.get(COOKIE_NAME_JWT_TOKEN, "")
    if not token:
        raise HTTPException(401, "Not authenticated")
    return await security.get_user(token)


def reader(
    user: Annotated[Any, Depends(security.get_user if KEEPS_COOKIE else _user_of_3_0)],
) -> Reader:
    return Reader(user)


# -- what is read


@cache
def watch() -> Watch:
    """The process's one look at the ledger."""
    return Watch(RememberingAws())


def airflow_runs() -> Callable[[dict[str, Contract]], list[Run]]:
    return newest_runs


@dataclass(frozen=True)
class View:
    """The lake as one reader may see it now."""

    matrices: list[Matrix]
    now: datetime

    def find(self, dataset: str, partition: str) -> tuple[Row, Cell] | None:
        for matrix in self.matrices:
            for row in matrix.rows:
                if row.dataset == dataset and partition in row.cells:
                    return row, row.cells[partition]
        return None


def view(
    reader: Annotated[Reader, Depends(reader)],
    watch: Annotated[Watch, Depends(watch)],
    runs: Annotated[Callable[[dict[str, Contract]], list[Run]], Depends(airflow_runs)],
) -> View:
    seen, now = watch.now(), datetime.now(UTC)
    contracts = reader.datasets(seen.contracts)
    return View(matrices(contracts, seen.records, seen.marks, runs(contracts), now), now)


# -- the app


def make_app() -> FastAPI:
    """The page's app; mounted by Airflow, or alone in a test."""
    app = FastAPI(title="Lake", openapi_url=None)
    app.mount("/static", StaticFiles(directory=render.STATIC), name="static")
    app.add_api_route("/", page, response_class=HTMLResponse)
    app.add_api_route("/cell", cell, response_class=HTMLResponse)
    app.add_api_route("/docs", docs, response_class=HTMLResponse)
    app.add_api_route("/profile", profile, response_class=HTMLResponse)
    app.add_api_route("/plotly.min.js", plotly, response_class=FileResponse)
    app.add_exception_handler(StarletteHTTPException, refused)
    app.add_exception_handler(TarnError, broken)
    return app


def page(
    reader: Annotated[Reader, Depends(reader)],
    view: Annotated[View, Depends(view)],
    watch: Annotated[Watch, Depends(watch)],
    show: str = "state",
    dataset: str = "",
    partition: str = "",
    until: str = "",
) -> Response:
    """The matrix, with the drawer of a partition where one is named."""
    show = show if show in render.SHOWS else "state"
    found = view.find(dataset, partition)
    nonce = secrets.token_urlsafe(16)
    html = render.page(
        view.matrices,
        show,
        view.now,
        nonce=nonce,
        drawer=_drawer(*found, show, until, reader, watch) if found else "",
        chosen=(dataset, partition) if found else ("", ""),
        until=until,
    )
    return _answer(html, POLICY.format(nonce=nonce))


def cell(
    reader: Annotated[Reader, Depends(reader)],
    view: Annotated[View, Depends(view)],
    watch: Annotated[Watch, Depends(watch)],
    dataset: str,
    partition: str,
    show: str = "state",
    until: str = "",
) -> Response:
    """The drawer alone."""
    found = view.find(dataset, partition)
    if found is None:
        raise HTTPException(404, "There is no such partition that you may read.")
    show = show if show in render.SHOWS else "state"
    return _answer(_drawer(*found, show, until, reader, watch), POLICY.format(nonce=""))


def docs(
    reader: Annotated[Reader, Depends(reader)],
    watch: Annotated[Watch, Depends(watch)],
    dataset: str,
    partition: str,
    run: str,
) -> Response:
    """The Data Docs of a run; they quote rows. run: the token of its *convert* step."""
    contract = reader.datasets(watch.now().contracts).get(dataset)
    if contract is None or not reader.may_read_rows(dataset):
        raise HTTPException(403, "You may not read this dataset's rows, which Data Docs quote.")
    html = _docs_of(contract, partition, run, watch)
    if html is None:
        text = f"No run {run} of {dataset} {partition} has any: it was not validated, or collected."
        nonce = secrets.token_urlsafe(16)
        return _answer(render.message("No Data Docs", text, nonce), POLICY.format(nonce=nonce), 404)
    return _answer(html, DOCS_POLICY)


def profile(
    reader: Annotated[Reader, Depends(reader)],
    watch: Annotated[Watch, Depends(watch)],
    dataset: str,
    partition: str,
    run: str,
    id: str,
) -> Response:
    """The DataBrew profile of a run; its common values are rows'. run: *profile*'s token."""
    contract = reader.datasets(watch.now().contracts).get(dataset)
    if contract is None or not reader.may_read_rows(dataset):
        raise HTTPException(403, "You may not read this dataset's rows, which a profile quotes.")
    nonce = secrets.token_urlsafe(16)
    try:
        report, rulesets = read_reports(Partition.parse(contract, partition), run, id, watch.aws)
    except Terminal:
        text = f"No run {run} of {dataset} {partition} has left one, or it was collected."
        return _answer(render.message("No profile", text, nonce), POLICY.format(nonce=nonce), 404)
    title = f"Profile of {dataset} {partition}"
    html = profile_page.render(
        report,
        rulesets,
        title=title,
        back=("Lake", f"./?{urlencode({'dataset': dataset, 'partition': partition})}"),
        plotly_address="plotly.min.js",
        nonce=nonce,
    )
    return _answer(html, profile_page.policy(nonce))


def plotly(_reader: Annotated[Reader, Depends(reader)]) -> Response:
    """plotly's script, for the profile."""
    try:
        return FileResponse(profile_page.plotly(), media_type="text/javascript")
    except FileNotFoundError as error:
        raise HTTPException(404, str(error)) from None


def _docs_of(contract: Contract, label: str, run: str, watch: Watch) -> bytes | None:
    try:
        partition = Partition.parse(contract, label)
    except Terminal as error:
        raise HTTPException(404, str(error)) from None
    return data_docs.read(partition, run, watch.aws)


def _drawer(row: Row, cell: Cell, show: str, until: str, reader: Reader, watch: Watch) -> str:
    contract = watch.now().contracts[cell.dataset]
    found = detail.detail(
        Partition.parse(contract, cell.partition),
        cell.seen,
        watch.aws,
        rows_too=reader.may_read_rows(cell.dataset),
    )
    return render.drawer(cell, row, found, show, until)


def _answer(html: str | bytes, policy: str, status: int = 200) -> HTMLResponse:
    headers = {
        "Content-Security-Policy": policy,
        "Cache-Control": "no-store",
        "X-Content-Type-Options": "nosniff",
        "Referrer-Policy": "same-origin",
    }
    return HTMLResponse(html, status, headers)


# -- refusals


async def refused(request: Request, error: Any) -> Response:
    """A person is sent to sign in; a program gets the status and JSON."""
    if "text/html" not in request.headers.get("accept", "") or error.status_code == 404:
        return JSONResponse({"detail": error.detail}, error.status_code)
    login = "../api/v2/auth/login?" + urlencode({"next": str(request.url)})
    if error.status_code == 401 and KEEPS_COOKIE:
        return RedirectResponse(login)
    nonce = secrets.token_urlsafe(16)
    title, text = "Sign in to Airflow", "The lake's page is for who is signed in to Airflow."
    if error.status_code != 401:
        title, text = "Not for you", str(error.detail)
    html = render.message(title, text, nonce, ("Sign in", login))
    return _answer(html, POLICY.format(nonce=nonce), error.status_code)


async def broken(_request: Request, error: Any) -> Response:
    """The lake could not be read: say why."""
    nonce = secrets.token_urlsafe(16)
    html = render.message("The lake cannot be read", str(error), nonce)
    return _answer(html, POLICY.format(nonce=nonce), 503)
