"""Data Docs: what Great Expectations itself says of a run, kept in ops as one HTML page a run.

Great Expectations' own page fetches 16 scripts, style sheets and pictures from seven hosts. Its
content is kept as its renderer and its templates make it; the page around it is ours
(templates/data_docs.html), so that nothing is fetched and nothing runs. What a script opened opens
by `:target`.
https://docs.greatexpectations.io/docs/core/configure_project_settings/configure_data_docs
"""

from __future__ import annotations

import re
from html import escape
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from botocore.exceptions import ClientError

from tarn.aws import Aws, is_missing
from tarn.errors import aws_errors
from tarn.partition import Partition

VIEWS = Path(__file__).parent / "templates"
PREFIX = "data_docs/"
NAME = "index.html"
LONGEST = 200  # characters of a value that was observed
MOST = 20  # values of a list that was observed
SUITE_LINK = re.compile(r'href="(?:\.\./)+expectations/[^"]*"')  # to a page that is not made


def render(results: Any, partition: Partition, token: str) -> str:
    """The page of an ExpectationSuiteValidationResult of GX, which loses all but short values."""
    from great_expectations.render.renderer import ValidationResultsPageRenderer
    from great_expectations.render.view import DefaultJinjaPageView

    for result in results.results:
        result.result = harmless(result.result)
    document = ValidationResultsPageRenderer().render(results)
    view = DefaultJinjaPageView(custom_views_directory=str(VIEWS))
    html = view.render(document, template="data_docs.html", partition=partition, token=token)
    return SUITE_LINK.sub('href="#section-1"', html)


def harmless(value: Any) -> Any:
    """What was observed, escaped, as GX writes it into its tables as it is; and cut short.

    >>> harmless({"observed_value": ["<b>", *range(1000)]})["observed_value"]  # doctest: +ELLIPSIS
    ['&lt;b&gt;', 0, 1, ..., 18, '… and 981 more']
    """
    if isinstance(value, str):
        return escape(value if len(value) <= LONGEST else f"{value[:LONGEST]}…")
    if isinstance(value, dict):
        return {name: harmless(inner) for name, inner in value.items()}
    if isinstance(value, list | tuple):
        more = [f"… and {len(value) - MOST:,} more"] if len(value) > MOST else []
        return [*(harmless(inner) for inner in value[:MOST]), *more]
    return value


def keep(html: str, partition: Partition, token: str, aws: Aws) -> None:
    """Write a run's page; the same run validated again replaces it."""
    aws.s3.put_object(
        Bucket=aws.settings.bucket("ops"),
        Key=_key(partition, token),
        Body=html.encode(),
        ContentType="text/html; charset=utf-8",
        ChecksumAlgorithm="SHA256",
    )


@aws_errors("read the Data Docs")
def read(partition: Partition, token: str, aws: Aws) -> bytes | None:
    """A run's page; None where it has none. token: the *convert* step's."""
    try:
        answer = aws.s3.get_object(Bucket=aws.settings.bucket("ops"), Key=_key(partition, token))
    except ClientError as error:
        if is_missing(error):
            return None
        raise
    return answer["Body"].read()


@aws_errors("list the Data Docs")
def tokens(partition: Partition, aws: Aws) -> frozenset[str]:
    """The tokens (of the *convert* step) of the runs of a partition that have a page."""
    start = f"{PREFIX}{partition.folder}run="
    found = (key.removeprefix(start) for key, _ in aws.keys("ops", start))
    return frozenset(key.removesuffix(f"/{NAME}") for key in found if key.endswith(f"/{NAME}"))


def address(dataset: str, partition: str, run: str) -> str:
    """Where the lake's page shows them, relative to it. run: the token of the *convert* step."""
    return "docs?" + urlencode({"dataset": dataset, "partition": partition, "run": run})


def _key(partition: Partition, token: str) -> str:
    return f"{PREFIX}{partition.run_folder(token)}{NAME}"
