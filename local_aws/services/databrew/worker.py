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
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from local_aws.services.databrew.engine.frame import Frame
    from local_aws.services.databrew.engine.source import Source

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
    from local_aws.services.databrew.engine.inference import typed
    from local_aws.services.databrew.engine.output import connect
    from local_aws.services.databrew.engine.source import ask, keep_on_disk, load, read_in_turn

    connection = connect(run.get("memory", "1GB"), run["scratch"])
    source = _source(run["source"], Path(run["scratch"]) / "input")
    if run["type"] == "PROFILE":
        if run.get("rows") is None and not source.is_small:
            keep_on_disk(connection, run["scratch"])
        load(connection, source, log, run.get("rows"))
        return _profile(connection, source, run)
    others = second_inputs(connection, run.get("others", {}), run["scratch"])
    kinds, told = source.kinds, source.tells_types
    read = ask(connection, source, log, lambda raw: typed(connection, raw, kinds, told=told))
    if len(source.paths) > 1 and not source.is_small:
        read_in_turn(connection)
    return _recipe(connection, read, others, run)


def _source(found: dict[str, Any], folder: Path) -> "Source":
    """The source, its compressed text files unpacked in the folder."""
    from local_aws.services.databrew.engine.source import Source
    from local_aws.services.databrew.engine.unpacked import unpacked

    return unpacked(Source(**{**found, "paths": tuple(found["paths"])}), folder)


def second_inputs(
    connection: Any, inputs: dict[str, Any], scratch: str
) -> dict[int, list["Frame"]]:
    """What a JOIN or a UNION reads, by the step's number, typed as the job's own input is."""
    from local_aws.services.databrew.engine.inference import typed
    from local_aws.services.databrew.engine.source import keep_on_disk, load

    found: dict[int, list[Frame]] = {}
    sources = {
        (int(number), i): _source(one, Path(scratch) / f"other_{number}_{i}")
        for number, of_step in inputs.items()
        for i, one in enumerate(of_step)
    }
    if not all(source.is_small for source in sources.values()):
        keep_on_disk(connection, scratch)
    for (number, i), source in sources.items():
        table = f"other_{number}_{i}"
        read = load(connection, source, log)
        connection.execute(f"ALTER TABLE {read} RENAME TO {table}")
        frame = typed(connection, table, source.kinds, told=source.tells_types)
        found.setdefault(number, []).append(frame)
    return found


def _recipe(
    connection: Any, read: "Frame", others: dict[int, list[Any]], run: dict[str, Any]
) -> dict[str, Any]:
    import duckdb

    from local_aws.services.databrew.engine import hashing, recipe
    from local_aws.services.databrew.engine.output import Output, write

    hashing.remember(connection, run.get("keys") or {})
    outputs = [
        Output(**{**output, "partition_columns": tuple(output["partition_columns"])})
        for output in run["outputs"]
    ]
    input_bytes = sum(Path(path).stat().st_size for path in run["source"]["paths"])
    frame = recipe.apply(read, run["steps"], others)
    try:
        written = write(frame, outputs, input_bytes)
    except duckdb.Error as error:
        raise recipe.blame(read, run["steps"], others, error) from error
    log(f"INFO Applied {len(run['steps'])} steps, wrote {written[0].rows} rows")
    return {"outputs": [output.files for output in written]}


def _profile(connection: Any, source: "Source", run: dict[str, Any]) -> dict[str, Any]:
    from local_aws.services.databrew.engine.frame import Frame
    from local_aws.services.databrew.engine.profile import profile
    from local_aws.services.databrew.engine.rules import validate
    from local_aws.services.databrew.engine.statistics import count

    frame = Frame.of(connection, "raw")
    columns = count(frame, frame.names, source.kinds, told=source.tells_types)
    files = {run["report"]: profile(frame, run["configuration"], columns)}
    states: dict[str, str] = {}
    rows = files[run["report"]]["sampleSize"]
    log(f"INFO Profiled {rows} rows of {len(frame.names)} columns")
    if run["rulesets"]:
        results = validate(frame, run["rulesets"], columns)
        files[run["validation"]] = {"sampleSize": rows, "rulesetResults": results}
        _log_rules(results)
        states = {result["name"]: result["status"] for result in results}
    for name, content in files.items():
        _write_report(Path(run["scratch"]) / name, content | _identity(run))
    return {"outputs": [list(files)], "validations": states}


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
