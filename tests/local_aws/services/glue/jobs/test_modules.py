"""--additional-python-modules, with wheels that the test makes: no index is asked."""

import base64
import hashlib
import io
import os
import signal
import zipfile
from pathlib import Path
from typing import Any

import psutil
import pytest
from support import Glue, until

from local_aws.services.glue.jobs.installer import Wanted, parse

FAILED = (
    "LAUNCH ERROR | Python Module Installer indicates modules that failed to install, "
    "check logs from the PythonModuleInstaller. Please refer logs for details."
)


def wheel(name: str, version: str, needs: str = "", **files: str) -> tuple[str, bytes]:
    """A wheel's file name and bytes: the module says its version."""
    info = f"{name}-{version}.dist-info"
    metadata = f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n"
    content = {
        f"{name}.py": f"VERSION = '{version}'\n",
        f"{info}/METADATA": metadata + (f"Requires-Dist: {needs}\n" if needs else ""),
        f"{info}/WHEEL": "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
        **files,
    }
    lines = []
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for path, text in content.items():
            digest = base64.urlsafe_b64encode(hashlib.sha256(text.encode()).digest())
            lines.append(f"{path},sha256={digest.decode().rstrip('=')},{len(text)}")
            archive.writestr(path, text)
        archive.writestr(f"{info}/RECORD", "\n".join([*lines, f"{info}/RECORD,,"]) + "\n")
    return f"{name}-{version}-py3-none-any.whl", buffer.getvalue()


def put(glue: Glue, name: str, body: bytes) -> str:
    glue.s3.put_object(Bucket=glue.bucket, Key=f"wheels/{name}", Body=body)
    return f"s3://{glue.bucket}/wheels/{name}"


def put_wheel(glue: Glue, name: str, version: str = "1.0", needs: str = "") -> str:
    return put(glue, *wheel(name, version, needs))


def modules(listed: str, options: str = "--no-index") -> dict[str, str]:
    return {
        "--additional-python-modules": listed,
        "--python-modules-installer-option": options,
    }


def test_a_wheel_from_s3(glue: Glue) -> None:
    text = "import tiny_of_test\nprint(tiny_of_test.VERSION)"
    name = glue.job(text, DefaultArguments=modules(put_wheel(glue, "tiny_of_test")))
    first, second = glue.run(name), glue.run(name)
    assert [glue.log(run["Id"]) for run in (first, second)] == [["1.0"]] * 2
    # What was installed once is used again: the installer has nothing to say.
    assert any("tiny-of-test" in line for line in glue.log(first["Id"], "error"))
    assert glue.log(second["Id"], "error") == []


def test_another_wheel_of_the_same_name_is_installed_anew(glue: Glue) -> None:
    text = "import changing_of_test\nprint(changing_of_test.VERSION)"
    name = glue.job(text)
    told = []
    for version in ("1.0", "2.0"):
        listed = put(glue, "changing_of_test-1.0-py3-none-any.whl", b"")
        _, body = wheel("changing_of_test", "1.0")
        body = wheel("changing_of_test", "1.0", **{"extra.py": f"V = {version}"})[1]
        listed = put(glue, "changing_of_test-1.0-py3-none-any.whl", body)
        run = glue.run(name, Arguments=modules(listed))
        told += [line for line in glue.log(run["Id"], "error") if "changing-of-test" in line]
    assert len(told) == 2


def test_what_a_wheel_needs_must_be_there(glue: Glue) -> None:
    listed = put_wheel(glue, "needy_of_test", needs="nobody-has-this-of-test")
    run = glue.run(glue.job("print(1)"), Arguments=modules(listed))
    assert run["JobRunState"] == "FAILED"
    assert run["ErrorMessage"] == FAILED
    assert any("nobody-has-this-of-test" in line for line in glue.log(run["Id"], "error"))
    assert glue.log(run["Id"]) == []


def test_a_pinned_version_goes_before_the_environments(glue: Glue) -> None:
    """A pandas of the job's own: here one that is told from the real one."""
    listed = put_wheel(glue, "pandas", "2.0.7")
    text = "import pandas, os\nprint(pandas.VERSION)"
    run = glue.run(glue.job(text), Arguments=modules(listed))
    assert glue.log(run["Id"]) == ["2.0.7"], run.get("ErrorMessage")


def test_what_the_environment_has_is_kept(glue: Glue) -> None:
    """As with pip: an index is asked for nothing that is there already."""
    listed = put_wheel(glue, "user_of_pandas", needs="pandas>=2")
    text = "import user_of_pandas, pandas\nprint(hasattr(pandas, 'DataFrame'))"
    options = "--no-index --no-deps"
    run = glue.run(glue.job(text), Arguments=modules(listed, options))
    assert glue.log(run["Id"]) == ["True"], run.get("ErrorMessage")


def test_a_zip_of_wheels(glue: Glue) -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, needs in (("outer_of_test", "inner_of_test"), ("inner_of_test", "")):
            file, body = wheel(name, "1.0", needs)
            archive.writestr(f"wheels/{file}", body)
        archive.writestr("wheels/requirements.txt", "outer_of_test\n")
    listed = put(glue, "all.gluewheels.zip", buffer.getvalue())
    text = "import outer_of_test, inner_of_test\nprint('both')"
    run = glue.run(glue.job(text), Arguments=modules(listed))
    assert glue.log(run["Id"]) == ["both"], glue.log(run["Id"], "error")


def test_a_zip_that_is_none(glue: Glue) -> None:
    listed = put(glue, "all.gluewheels.zip", b"no zip")
    run = glue.run(glue.job("print(1)"), Arguments=modules(listed))
    assert run["JobRunState"] == "FAILED"
    assert "all.gluewheels.zip is not a zip file" in run["ErrorMessage"]


def test_a_requirements_file(glue: Glue) -> None:
    address = put_wheel(glue, "listed_of_test")
    folder = zipfile_of(glue, address)
    listed = put(glue, "requirements.txt", f"--find-links {folder}\nlisted_of_test\n".encode())
    text = "import listed_of_test\nprint(listed_of_test.VERSION)"
    run = glue.run(glue.job(text), Arguments=modules(listed, "--no-index -r"))
    assert glue.log(run["Id"]) == ["1.0"], glue.log(run["Id"], "error")


def zipfile_of(glue: Glue, address: str) -> Path:
    """The folder on this machine in which the bucket's wheels lie."""
    return glue.data / "s3" / glue.bucket / "wheels"


def test_a_missing_wheel(glue: Glue) -> None:
    listed = f"s3://{glue.bucket}/wheels/none-1.0-py3-none-any.whl"
    run = glue.run(glue.job("print(1)"), Arguments=modules(listed))
    assert run["JobRunState"] == "FAILED"
    assert (
        "key: wheels/none-1.0-py3-none-any.whl.The specified key does not exist"
        in (run["ErrorMessage"])
    )


@pytest.mark.parametrize(
    ("options", "wanted"),
    [
        ("--upgrade", Wanted(("a",), (), upgrade=True)),
        ("--no-index,--find-links=/x", Wanted(("a",), ("--no-index", "--find-links", "/x"))),
        ("-i https://x/simple --pre", Wanted(("a",), ("--index-url", "https://x/simple",
                                                     "--prerelease", "allow"))),
        ("-r", Wanted(("a",), (), requirements_files=True)),
    ],
)  # fmt: skip
def test_pips_options_as_uvs(options: str, wanted: Wanted) -> None:
    assert parse("a", options) == wanted


@pytest.mark.spark
def test_modules_reach_the_driver_and_sparks_workers(glue: Glue) -> None:
    text = """
from pyspark.sql import SparkSession
import worker_of_test
spark = SparkSession.builder.getOrCreate()
def version(_):
    import worker_of_test
    return worker_of_test.VERSION
print(worker_of_test.VERSION, spark.sparkContext.parallelize([1], 1).map(version).collect())
"""
    listed = put_wheel(glue, "worker_of_test", "3.1")
    run = glue.run(glue.job(text, kind="glueetl"), Arguments=modules(listed))
    assert glue.log(run["Id"]) == ["3.1 ['3.1']"], run.get("ErrorMessage")


@pytest.mark.restart
def test_kill_9_while_modules_are_installed(tmp_path: Path) -> None:
    """An installer that hangs at an index which never answers."""
    import socket

    from tests.conftest import start_server

    silent = socket.create_server(("127.0.0.1", 0))
    server: Any = start_server(tmp_path / "data")
    try:
        glue = Glue(server)
        index = f"--index-url http://127.0.0.1:{silent.getsockname()[1]}/simple"
        name = glue.job("print(1)", DefaultArguments=modules("hangs-of-test", index))
        run_id = glue.start(name)
        [installer] = until(lambda: installers(tmp_path))
        os.kill(server.process.pid, signal.SIGKILL)
        server.process.wait()
        server = start_server(tmp_path / "data")
        glue.client = server.client("glue")
        run = glue.show(name, run_id)
        assert run["JobRunState"] == "FAILED"
        assert "local_aws ended" in run["ErrorMessage"]
        until(lambda: not installer.is_running())
        assert not list((tmp_path / "data" / "tmp").glob("glue/*"))
        assert not list((tmp_path / "data" / "state" / "glue-modules").glob("*"))
    finally:
        silent.close()
        server.stop()


def installers(data: Path) -> list[psutil.Process]:
    """uv's processes that work in this folder."""
    found = []
    for process in psutil.process_iter():
        try:
            if process.name() == "uv" and any(str(data) in part for part in process.cmdline()):
                found.append(process)
        except psutil.Error:
            continue
    return found
