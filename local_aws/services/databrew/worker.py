"""One run in a process of its own: ``python worker.py RUN_FILE``.

Reads what to do from the run file, prints the log, writes files into the run's scratch folder and
last ``result.json``. It reaches neither the server nor its database; the server moves the files
into their bucket when the process has ended well.
"""

import json
import sys
import traceback
from datetime import UTC, datetime
from pathlib import Path
from types import ModuleType
from typing import Any

ROOT = Path(__file__).parents[3]


def _lean() -> None:
    """Keep `local_aws.services` from importing every service: a run needs one engine."""
    sys.path.insert(0, str(ROOT))
    package = ModuleType("local_aws.services")
    package.__path__ = [str(ROOT / "local_aws" / "services")]
    sys.modules["local_aws.services"] = package


def log(message: str) -> None:
    """A line of the run's log."""
    print(message, flush=True)  # noqa: T201 - the standard output is the log


def main(run_file: Path) -> int:
    run = json.loads(run_file.read_text())
    result = _attempt(run)
    temporary = run_file.with_name("result.json.tmp")
    temporary.write_text(json.dumps(result))
    temporary.rename(run_file.with_name("result.json"))
    return 0 if result["state"] == "SUCCEEDED" else 1


def _attempt(run: dict[str, Any]) -> dict[str, Any]:
    import duckdb

    from local_aws.services.databrew.engine.errors import RunFailed

    log(f"INFO Started {run['type'].lower()} job {run['job']}, run {run['id']}")
    try:
        return {"state": "SUCCEEDED", **_work(run)}
    except RunFailed as error:
        message = str(error)
    except duckdb.Error as error:
        message = f"{type(error).__name__}: {error}"
    except Exception as error:
        log(traceback.format_exc())
        message = f"{type(error).__name__}: {error}"
    log(f"ERROR {message}")
    return {"state": "FAILED", "message": message}


def _work(run: dict[str, Any]) -> dict[str, Any]:
    from local_aws.services.databrew.engine.output import connect

    connection = connect(run.get("memory", "1GB"), run["scratch"])
    others = _others(connection, run.get("others", {}))
    table = _load(connection, run["source"], run.get("rows"))
    if run["type"] == "PROFILE":
        return _profile(connection, run)
    return _recipe(connection, table, others, run)


def _load(connection: Any, source: dict[str, Any], rows: int | None = None) -> str:
    from local_aws.services.databrew.engine.source import Source, load

    return load(connection, Source(**{**source, "paths": tuple(source["paths"])}), log, rows)


def _others(connection: Any, sources: dict[str, Any]) -> dict[int, list[Any]]:
    """What a JOIN or a UNION reads, by the step's number, typed as the job's own input is."""
    from local_aws.services.databrew.engine.inference import typed

    found: dict[int, list[Any]] = {}
    for number, of_step in sources.items():
        for i, source in enumerate(of_step):
            table = f"other_{number}_{i}"
            connection.execute(f"ALTER TABLE {_load(connection, source)} RENAME TO {table}")
            found.setdefault(int(number), []).append(typed(connection, table))
    return found


def _recipe(
    connection: Any, table: str, others: dict[int, list[Any]], run: dict[str, Any]
) -> dict[str, Any]:
    import duckdb

    from local_aws.services.databrew.engine import hashing, recipe
    from local_aws.services.databrew.engine.inference import typed
    from local_aws.services.databrew.engine.output import Output, write

    hashing.remember(connection, run.get("keys") or {})
    outputs = [
        Output(**{**output, "partition_columns": tuple(output["partition_columns"])})
        for output in run["outputs"]
    ]
    read = typed(connection, table)
    frame = recipe.apply(read, run["steps"], others)
    try:
        written = write(frame, outputs)
    except duckdb.Error as error:
        raise recipe.blame(read, run["steps"], others, error) from error
    rows_in = connection.execute("SELECT count(*) FROM raw").fetchone()[0]
    log(
        f"INFO Read {rows_in} rows, applied {len(run['steps'])} steps, wrote {written[0].rows} rows"
    )
    return {"outputs": [output.files for output in written]}


def _profile(connection: Any, run: dict[str, Any]) -> dict[str, Any]:
    from local_aws.services.databrew.engine.frame import Frame
    from local_aws.services.databrew.engine.profile import profile
    from local_aws.services.databrew.engine.rules import validate
    from local_aws.services.databrew.engine.statistics import count

    frame = Frame.of(connection, "raw")
    columns = count(frame, frame.names)
    files = {run["report"]: profile(frame, run["configuration"], columns)}
    rows = files[run["report"]]["sampleSize"]
    log(f"INFO Profiled {rows} rows of {len(frame.names)} columns")
    if run["rulesets"]:
        results = validate(frame, run["rulesets"], columns)
        files[run["validation"]] = {"sampleSize": rows, "rulesetResults": results}
        _log_rules(results)
    for name, content in files.items():
        _write_report(Path(run["scratch"]) / name, content | _identity(run))
    return {"outputs": [list(files)]}


def _identity(run: dict[str, Any]) -> dict[str, Any]:
    """What closes every report."""
    return {
        "jobName": run["job"],
        "jobRunId": run["id"],
        "location": run["source"]["uri"],
        "startedOn": run["startedOn"],
        "writtenOn": datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S.%f"),
        "version": "1.0",
    }


def _write_report(path: Path, content: dict[str, Any]) -> None:
    path.write_text(json.dumps(content, ensure_ascii=False, default=str))


def _log_rules(results: list[dict[str, Any]]) -> None:
    for ruleset in results:
        for rule in ruleset["ruleResults"]:
            if rule["status"] == "FAILED":
                rows = f": {rule['failedCount']} row(s)" if "failedCount" in rule else ""
                log(f"WARN Rule failed in {ruleset['name']}: {rule['name']}{rows}")
        log(f"INFO Ruleset {ruleset['name']}: {ruleset['status']}")


if __name__ == "__main__":
    _lean()
    sys.exit(main(Path(sys.argv[1])))
