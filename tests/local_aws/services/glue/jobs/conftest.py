import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from local_aws.context import Credentials, Platform
from local_aws.services.glue.jobs.api import JobsApi
from local_aws.services.glue.jobs.runner import Runner
from local_aws.services.logs.model import LogStore
from local_aws.services.s3.model import S3Store

sys.path.insert(0, str(Path(__file__).parent))


@pytest.fixture
def glue(aws: Any) -> Any:
    """Glue, with a bucket of this test's own."""
    from support import Glue

    return Glue(aws)


@pytest.fixture
def api(tmp_path: Path) -> Iterator[JobsApi]:
    """Job operations without HTTP, whose minutes last half a second."""
    platform = Platform(tmp_path, 1, Credentials("a", "b"))
    platform.s3, platform.logs = S3Store(platform), LogStore(platform)
    platform.s3.create_bucket("scripts")
    api = JobsApi(platform)
    api.job_runs = Runner(platform, api.jobs, minute=0.5)
    yield api
    api.stop()
