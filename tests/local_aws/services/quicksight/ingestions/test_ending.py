"""What ends work, whenever it is called."""

import duckdb
import pytest

from local_aws.services.quicksight.ingestions.ending import Ended, Ending


def test_what_is_watched_too_late_is_ended_at_once() -> None:
    ending, ended = Ending(), []
    ending.watch(lambda: ended.append("before"))
    ending.check()
    ending.end()
    ending.watch(lambda: ended.append("after"))
    assert ended == ["before", "after"]
    with pytest.raises(Ended):
        ending.check()


def test_what_has_ended_by_itself_is_no_error() -> None:
    ending, connection = Ending(), duckdb.connect()
    ending.watch(connection.interrupt)
    connection.close()
    ending.end()
