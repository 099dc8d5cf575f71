"""An answer on a terminal and in a pipe."""

import io
import json
from typing import Any

import pytest
from rich.console import Console

from laptop import cli
from laptop.sql import shown
from laptop.sql.query import Asker


def test_a_table_and_its_figures(asker: Asker, console: Console) -> None:
    shown.show(asker.ask("SELECT id, tail, '' AS empty FROM planes ORDER BY id"), console)
    printed = console.file.getvalue()  # type: ignore[attr-defined]
    assert "│  2 │ NULL │       │" in printed
    assert "2 rows · " in printed
    assert " scanned · would cost $0.000050 on AWS" in printed


def test_a_long_answer_is_cut_and_counted(asker: Asker, console: Console) -> None:
    shown.show(asker.ask("SELECT x FROM UNNEST(sequence(1, 1500)) t(x)"), console)
    printed = console.file.getvalue()  # type: ignore[attr-defined]
    assert printed.count("│") == shown.ROWS * 2
    assert "The first 200 rows" in printed
    assert "1,500 rows · " in printed


def test_ddl_prints_no_table(asker: Asker, console: Console) -> None:
    shown.show(asker.ask("DROP TABLE IF EXISTS nope"), console)
    printed = console.file.getvalue()  # type: ignore[attr-defined]
    assert "━" not in printed
    assert "would cost nothing on AWS" in printed


def test_markup_in_data_is_data(asker: Asker, console: Console) -> None:
    shown.show(asker.ask("SELECT '[red]x[/red]' AS \"[b]\""), console)
    assert "[red]x[/red]" in console.file.getvalue()  # type: ignore[attr-defined]


def test_csv_and_json_have_every_row(asker: Asker) -> None:
    sql = "SELECT id, tail, hours, flown, DECIMAL '0.10' AS price FROM planes ORDER BY id"
    as_csv, as_json = io.StringIO(), io.StringIO()
    shown.write_csv(asker.ask(sql), as_csv)
    shown.write_json(asker.ask(sql), as_json)
    assert as_csv.getvalue().splitlines() == [
        "id,tail,hours,flown,price",
        "1,N1,1.5,true,0.10",
        "2,,,,0.10",
    ]
    first, second = map(json.loads, as_json.getvalue().splitlines())
    assert first == {"id": 1, "tail": "N1", "hours": 1.5, "flown": True, "price": "0.10"}
    assert second["hours"] is None


@pytest.mark.parametrize("words", [["sql", "SELECT 1 AS a", "--csv"], ["sql", "--csv"]])
def test_the_command_takes_an_argument_or_a_pipe(
    asker: Asker, monkeypatch: pytest.MonkeyPatch, capsys: Any, words: list[str]
) -> None:
    monkeypatch.setattr(cli.stack, "use_aws", lambda _home: None)
    monkeypatch.setattr("sys.stdin", io.StringIO("SELECT 1 AS a"))
    assert cli.main(words) == 0
    assert capsys.readouterr().out == "a\n1\n"


def test_the_command_says_what_was_refused(
    asker: Asker, monkeypatch: pytest.MonkeyPatch, capsys: Any
) -> None:
    monkeypatch.setattr(cli.stack, "use_aws", lambda _home: None)
    assert cli.main(["sql", "SELECT nope FROM planes"]) == 1
    printed = capsys.readouterr()
    assert printed.out == ""
    assert "SELECT nope FROM planes\n       ^\nCOLUMN_NOT_FOUND" in printed.err
