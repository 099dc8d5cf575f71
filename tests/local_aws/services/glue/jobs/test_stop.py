"""BatchStopJobRun ends all that a script has started, whatever it does against it."""

import psutil
import pytest
from support import Glue, until

STUBBORN = """
import os, signal, subprocess, sys, time

def stays(name):
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    print(name, os.getpid(), flush=True)
    time.sleep(120)

if not os.fork():
    stays("child")
if not os.fork():
    os.setsid()
    stays("session")
if not os.fork():
    os.setsid()
    if os.fork():
        os._exit(0)
    stays("daemon")  # its parent is gone: it is in no tree of ours and in no group
subprocess.Popen([sys.executable, "-c", "import time; time.sleep(120)"], start_new_session=True)
stays("script")
"""
LEAVES_ONE = """
import os, subprocess, sys
left = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(120)"],
                        start_new_session=True)
print(left.pid)
"""
WORKER_LEAVES_ONE = """
from pyspark.sql import SparkSession
def work(_):
    import os, subprocess, sys, time
    left = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(120)"],
                            start_new_session=True)
    with open("@file@", "w") as file:
        file.write(f"{os.getpid()} {left.pid}")
    os.rename("@file@", "@file@.done")
    time.sleep(120)
SparkSession.builder.getOrCreate().sparkContext.parallelize([1], 1).map(work).count()
"""


def gone(pids: list[int]) -> bool:
    """Dead, though whoever adopted it may not have noticed yet."""
    return not any(lives(pid) for pid in pids)


def lives(pid: int) -> bool:
    try:
        return bool(psutil.Process(pid).status() != psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return False


def test_children_that_ignore_sigterm_and_hide(glue: Glue) -> None:
    name = glue.job(STUBBORN)
    run_id = glue.start(name)
    lines = until(lambda: found if len(found := glue.log(run_id)) == 4 else None)
    pids = [int(line.split()[1]) for line in lines]
    assert all(lives(pid) for pid in pids)
    glue.client.batch_stop_job_run(JobName=name, JobRunIds=[run_id])
    assert glue.wait(name, run_id)["JobRunState"] == "STOPPED"
    until(lambda: gone(pids), patience=10)


def test_what_a_script_leaves_behind_ends_with_it(glue: Glue) -> None:
    run = glue.run(glue.job(LEAVES_ONE))
    assert run["JobRunState"] == "SUCCEEDED"
    [pid] = glue.log(run["Id"])
    until(lambda: gone([int(pid)]), patience=10)


@pytest.mark.spark
def test_sparks_python_workers_and_what_they_started(glue: Glue) -> None:
    file = glue.data.parent / f"{glue.bucket}.pids"
    text = WORKER_LEAVES_ONE.replace("@file@", str(file))
    name = glue.job(text, kind="glueetl")
    run_id = glue.start(name)
    done = file.with_name(f"{file.name}.done")
    until(done.exists)
    pids = [int(word) for word in done.read_text().split()]
    glue.client.batch_stop_job_run(JobName=name, JobRunIds=[run_id])
    assert glue.wait(name, run_id)["JobRunState"] == "STOPPED"
    until(lambda: gone(pids), patience=10)
