"""Two who move readers of one partition at a time: the second is told, and undoes nothing."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from itertools import count
from pathlib import Path
from threading import Barrier
from types import SimpleNamespace
from typing import Any

import pytest

from tarn.aws import Aws
from tarn.deploy import changes_of
from tarn.errors import Transient
from tarn.ledger import ledger
from tarn.published import readers, turns
from tarn.published import rollback as rolling
from tarn.published.history import history
from tarn.published.readers import Moved
from tarn.published.rollback import rollback
from tarn.published.turns import turn
from tarn.services import catalog
from tarn.steps import publish as publishing
from tarn.steps.convert import MOVES, ConvertWork
from tarn.steps.publish import publish
from tests.tarn.airlines import AIRLINES, converted, published, read, tokens
from tests.tarn.conftest import change, deploy_stages


def begun(lake: Aws, token: str, rows: int = 16) -> dict[str, Any]:
    """A run that began now, and is ready to be published."""
    moves = int(ConvertWork(AIRLINES, token, "s3://x/").arguments(lake)[MOVES])
    return converted(lake, token, rows) | {"convert": {"moves": moves}}


def at_rest(lake: Aws) -> bool:
    """Readers are where the ledger says, and nobody's turn is left."""
    run = readers.run_of(catalog.location_of(AIRLINES, lake)[0])
    return run == history(AIRLINES, lake).way[-1] and not lake.keys("ops", turns.TURNS)


def test_a_rollback_while_a_run_is_under_way(deployed: Aws) -> None:
    for token, rows in (("aaa", 16), ("bbb", 15)):
        published(deployed, token, rows)
    results = begun(deployed, "ccc", rows=14)
    rollback(AIRLINES, "ann")
    with pytest.raises(Moved, match=r"airlines all were moved .* see run aaa now\. .* `convert`"):
        publish(AIRLINES, tokens("ccc"), results)
    assert read(deployed) == 16
    ledger.ended(AIRLINES)  # the task has failed
    publish(AIRLINES, tokens("ddd"), begun(deployed, "ddd", rows=13))  # convert was cleared
    assert read(deployed) == 13
    assert at_rest(deployed)


def test_a_publish_while_another_run_is_under_way(deployed: Aws) -> None:
    """A compaction, say, which would put the rows of before in the place of new ones."""
    published(deployed, "aaa")
    ledger.started(AIRLINES, "rerun")  # as ./lake compact does before convert is cleared
    published(deployed, "bbb", rows=15)
    assert ledger.in_flight() == []
    ledger.started(AIRLINES, "rerun")
    results = begun(deployed, "ccc")
    published(deployed, "ddd", rows=14)
    with pytest.raises(Moved, match="see run ddd now"):
        publish(AIRLINES, tokens("ccc"), results)
    assert read(deployed) == 14
    assert at_rest(deployed)


def test_moved_between_the_mark_and_the_convert_job(deployed: Aws) -> None:
    published(deployed, "aaa")
    published(deployed, "bbb", rows=15)
    ledger.started(AIRLINES, "rerun")
    rollback(AIRLINES, "ann")
    with pytest.raises(Moved):
        publish(AIRLINES, tokens("ccc"), begun(deployed, "ccc", rows=14))
    assert read(deployed) == 16


def test_a_publish_that_was_cut_off_and_gone_back_from(
    deployed: Aws, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Readers are where they were when it began, and yet have been moved."""
    published(deployed, "aaa")
    results = begun(deployed, "bbb", rows=15)
    with monkeypatch.context() as patch:
        patch.setattr(publishing.ledger, "record", killed)
        with pytest.raises(KeyboardInterrupt):
            publish(AIRLINES, tokens("bbb"), results)
    assert read(deployed) == 15
    rollback(AIRLINES, "ann")
    with pytest.raises(Moved, match="see run aaa now"):
        publish(AIRLINES, tokens("bbb"), results)
    assert read(deployed) == 16


def killed(*_: Any) -> None:
    raise KeyboardInterrupt


@pytest.mark.parametrize("second", ["rollback", "publish"])
def test_moved_while_a_rollback_looks_what_to_do(
    deployed: Aws, monkeypatch: pytest.MonkeyPatch, second: str
) -> None:
    for token, rows in (("aaa", 16), ("bbb", 15), ("ccc", 14)):
        published(deployed, token, rows)
    results = begun(deployed, "ddd", rows=13)

    def meanwhile(*_: Any) -> None:
        monkeypatch.undo()
        if second == "rollback":
            rollback(AIRLINES, "bob", aws=deployed)
        else:
            publish(AIRLINES, tokens("ddd"), results, deployed)

    monkeypatch.setattr(rolling, "_require_files", meanwhile)
    with pytest.raises(Moved, match=r"were moved meanwhile: .* \./lake trace"):
        rollback(AIRLINES, "ann", aws=deployed)
    assert catalog.seen(AIRLINES, deployed).moves == 4
    statuses = [record["status"] for record in ledger.read(aws=deployed)]
    assert statuses.count("rolled_back") == (second == "rollback")


def test_many_at_once(deployed: Aws) -> None:
    """Each has decided on the same sight; one moves readers, whoever it is."""
    for token, rows in (("aaa", 16), ("bbb", 15), ("bbc", 15)):
        published(deployed, token, rows)
    ready = [(token, begun(deployed, token, rows=14)) for token in ("ccc", "ddd", "eee")]
    together = Barrier(len(ready) + 2)

    def attempt(move: Callable[[], Any]) -> bool:
        together.wait()
        try:
            move()
        except Moved:
            return False
        return True

    moves = [lambda t=t, r=r: publish(AIRLINES, tokens(t), r, Aws()) for t, r in ready]
    moves += [lambda who=who: rollback(AIRLINES, who, aws=Aws()) for who in ("ann", "bob")]
    with ThreadPoolExecutor(len(moves)) as pool:
        moved = list(pool.map(attempt, moves))
    publishes, rollbacks = moved[: len(ready)], moved[len(ready) :]
    # A rollback looks when it is called: after a publish or another it is a move of its own.
    assert sum(publishes) <= 1
    assert any(moved)
    assert catalog.seen(AIRLINES, deployed).moves == 3 + sum(publishes) + sum(rollbacks)
    assert at_rest(deployed)


def test_who_was_killed_holds_up_nobody(deployed: Aws, monkeypatch: pytest.MonkeyPatch) -> None:
    deployed.put_json("ops", turns.key(AIRLINES), {"holder": "publish aaa"})
    with monkeypatch.context() as patch:
        patch.setattr(turns, "time", clock(1000))
        with pytest.raises(Transient, match="airlines all are being moved by publish aaa"):
            published(deployed, "bbb")
    assert read(deployed) == 0
    monkeypatch.setattr(turns, "TURN_SECONDS", -9)  # all this while has passed
    says = pytest.raises(Transient, match="took longer than")  # and it may pass for any
    with turn(AIRLINES, "publish ccc", deployed) as mine, says:
        mine.require()
    assert not deployed.keys("ops", turns.TURNS)


def test_a_turn_that_another_has_taken_is_not_ended(
    deployed: Aws, caplog: pytest.LogCaptureFixture
) -> None:
    with turn(AIRLINES, "a slow one", deployed):
        deployed.put_json("ops", turns.key(AIRLINES), {"holder": "another"})
    assert "Another has taken the turn" in caplog.text
    assert deployed.get_json("ops", turns.key(AIRLINES)) == {"holder": "another"}


def clock(step: float) -> Any:
    """A clock that goes on by so many seconds at each look."""
    ticks = count(0, step)
    return SimpleNamespace(monotonic=lambda: next(ticks), sleep=lambda _: None)


def test_a_deploy_that_saw_the_table_before_a_publish(home: Path, deployed: Aws) -> None:
    published(deployed, "aaa")
    contract = home / "datasets" / "airlines.yaml"
    change(contract, "purpose: ", "purpose: Again, ")
    (update,) = changes_of("glue:tables", deployed)
    published(deployed, "bbb", rows=15)
    with pytest.raises(Transient, match="ConcurrentModificationException"):
        list(update.apply())
    assert read(deployed) == 15
    deploy_stages(deployed, "glue:tables")
    assert read(deployed) == 15
