"""The prompt: what it takes for a statement, what it completes, what it keeps."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from prompt_toolkit.application import create_app_session
from prompt_toolkit.completion import CompleteEvent
from prompt_toolkit.document import Document
from prompt_toolkit.input import create_pipe_input
from prompt_toolkit.output import DummyOutput
from rich.console import Console

from laptop.sql.completion import Catalog, SqlCompleter
from laptop.sql.prompt import Prompt, is_complete, open_session
from laptop.sql.query import Asker


@pytest.fixture
def keyboard() -> Iterator[Any]:
    with create_pipe_input() as keys, create_app_session(input=keys, output=DummyOutput()):
        yield keys


def typed(keyboard: Any, asker: Asker, console: Console, history: Path, text: str) -> str:
    """What is printed when somebody types the text and then leaves."""
    prompt = Prompt(asker, console)
    keyboard.send_text(text + "\\q\r")
    prompt.loop(open_session(asker, prompt.catalog, history))
    return str(console.file.getvalue())  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("text", "complete"),
    [
        ("SELECT 1", False),
        ("SELECT 1;", True),
        ("SELECT ';", False),
        ("SELECT ';';  ", True),
        ("", True),
        ("\\d", True),
        ("\\d planes", True),
        ("use lake", True),
        ("useful", False),
    ],
)
def test_enter_ends_a_command_or_a_statement_with_a_semicolon(text: str, complete: bool) -> None:
    assert is_complete(text) is complete


def test_a_statement_over_lines_and_the_history(
    keyboard: Any, asker: Asker, console: Console, tmp_path: Path
) -> None:
    printed = typed(
        keyboard, asker, console, tmp_path / "history", "SELECT id,\rtail FROM planes;\r"
    )
    assert "N1" in printed
    assert "2 rows" in printed
    assert "+SELECT id,\n+tail FROM planes;" in (tmp_path / "history").read_text()


def test_commands_beside_sql(keyboard: Any, asker: Asker, console: Console, tmp_path: Path) -> None:
    text = "\\d\r\\d planes\r\\l\rhelp\ruse nowhere\rSELECT nope FROM planes;\r"
    printed = typed(keyboard, asker, console, tmp_path / "history", text)
    assert "planes" in printed
    assert "flown" in printed
    assert asker.database in printed
    assert "the tables, or one's columns" in printed
    assert "There is no database 'nowhere'." in printed
    assert "       ^\nCOLUMN_NOT_FOUND" in printed


def test_another_database_is_worked_in(asker: Asker, console: Console) -> None:
    asker.ask(f"CREATE DATABASE {asker.database}_other")
    prompt = Prompt(asker, console)
    prompt.obey(f"use {asker.database}_other;")
    assert asker.database.endswith("_other")
    assert ("planes",) not in list(asker.ask("SHOW TABLES").rows)


def offered(asker: Asker, text: str) -> list[str]:
    """Completions where the text has a | for the cursor, or at its end."""
    before, _, after = text.partition("|")
    completer = SqlCompleter(asker, Catalog(asker))
    document = Document(before + after, len(before))
    return [c.text for c in completer.get_completions(document, CompleteEvent())]


def test_completion_knows_the_catalog(asker: Asker) -> None:
    assert offered(asker, "SELECT * FROM pla") == ["planes"]
    assert offered(asker, f"SELECT * FROM {asker.database[:-2]}")[0].startswith(asker.database[:-2])
    assert offered(asker, f"SELECT * FROM {asker.database}.") == ["planes"]
    assert offered(asker, "SELECT tai| FROM planes") == ["tail"]
    assert offered(asker, "SELECT p.| FROM planes p") == ["id", "tail", "hours", "flown"]
    assert "date_parse" in offered(asker, "SELECT date_p")
    assert offered(asker, "SELECT 1 UNIO") == ["UNION"]


def test_completion_without_a_catalog_offers_nothing(lake: Any, nowhere: Asker) -> None:
    assert offered(nowhere, "SELECT * FROM pla") == []


def test_a_statement_that_changes_the_catalog_is_completed(asker: Asker, console: Console) -> None:
    prompt = Prompt(asker, console)
    completer = SqlCompleter(asker, prompt.catalog)
    document = Document("SELECT * FROM tai")
    assert not list(completer.get_completions(document, CompleteEvent()))
    prompt.obey("CREATE VIEW tails AS SELECT tail FROM planes;")
    [found] = completer.get_completions(document, CompleteEvent())
    assert found.text == "tails"
