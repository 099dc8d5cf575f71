"""The prompt: statements over several lines, ended by `;`, with history and completion.

psql's habits where they fit: `\\d` for what is there, `\\q` to leave. Ctrl-C throws away what is
being typed, and stops a query that runs at Athena itself.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from prompt_toolkit import PromptSession
from prompt_toolkit.history import FileHistory
from prompt_toolkit.key_binding import KeyBindings
from prompt_toolkit.key_binding.key_processor import KeyPressEvent
from prompt_toolkit.lexers import PygmentsLexer
from pygments.lexers.sql import SqlLexer
from rich.console import Console

from laptop.sql import shown
from laptop.sql.completion import Catalog, SqlCompleter
from laptop.sql.query import Asker, QueryRefused

WELCOME = "Athena's SQL, a statement ends with ;   \\? for help, \\q or Ctrl-D to leave."


class Leave(Exception):
    """The user goes."""


@dataclass(frozen=True)
class Command:
    """What a word at the prompt does beside SQL."""

    words: tuple[str, ...]
    argument: str
    help: str
    run: Callable[[Prompt, str], None]


class Prompt:
    """One session."""

    def __init__(self, asker: Asker, console: Console) -> None:
        self.asker = asker
        self.console = console
        self.catalog = Catalog(asker)

    def loop(self, session: PromptSession[str]) -> None:
        """Until the user leaves."""
        self.console.print(WELCOME, style="dim", markup=False)
        while True:
            try:
                self.obey(session.prompt(lambda: f"{self.asker.database}> "))
            except KeyboardInterrupt:
                continue
            except (EOFError, Leave):
                return

    def obey(self, text: str) -> None:
        """One command or statement. Raises Leave."""
        word, _, argument = text.strip().rstrip(";").strip().partition(" ")
        if not word:
            return
        command = COMMANDS.get(word.lower())
        if command is not None:
            command.run(self, argument.strip())
        else:
            self.ask(text)

    def ask(self, sql: str) -> None:
        """Shows the answer, or why there is none."""
        try:
            answer = self.asker.ask(sql)
            shown.show(answer, self.console)
        except QueryRefused as error:
            shown.refusal(error, self.console)
            return
        if not answer.is_query:
            self.catalog.forget()

    # --- commands

    def describe(self, name: str) -> None:
        """Tables and views, or the columns of one."""
        self.ask(f"DESCRIBE {name}" if name else "SHOW TABLES")

    def databases(self, _argument: str) -> None:
        self.ask("SHOW DATABASES")

    def use(self, name: str) -> None:
        """From now on names without a database are of this one."""
        if name not in self.catalog.databases:
            self.console.print(f"There is no database '{name}'.", style="red", markup=False)
            return
        self.asker.database = name

    def help(self, _argument: str) -> None:
        for command in _COMMANDS:
            words = ", ".join(command.words)
            self.console.print(f"{words + ' ' + command.argument:28} {command.help}", markup=False)
        self.console.print(f"{'anything else;':28} a statement in Athena's SQL", markup=False)

    def leave(self, _argument: str) -> None:
        raise Leave


_COMMANDS = (
    Command(("\\d", "\\dt"), "[table]", "the tables, or one's columns", Prompt.describe),
    Command(("\\l",), "", "the databases", Prompt.databases),
    Command(("\\c", "use"), "database", "work in another database", Prompt.use),
    Command(("\\?", "help"), "", "this", Prompt.help),
    Command(("\\q", "quit", "exit"), "", "leave; so does Ctrl-D", Prompt.leave),
)
COMMANDS = {word: command for command in _COMMANDS for word in command.words}


def is_complete(text: str) -> bool:
    """Whether Enter ends it: a command does, a statement with its semicolon, and nothing at all."""
    stripped = text.strip()
    word = stripped.partition(" ")[0].lower()
    return not stripped or word in COMMANDS or (stripped.endswith(";") and not _is_open(stripped))


def _is_open(text: str) -> bool:
    """Whether the text ends inside of a literal."""
    return text.count("'") % 2 == 1


def open_session(asker: Asker, catalog: Catalog, history: Path) -> PromptSession[str]:
    """The line editor, whose history stays over sessions."""
    keys = KeyBindings()

    @keys.add("enter")
    def enter(event: KeyPressEvent) -> None:
        buffer = event.current_buffer
        if is_complete(buffer.text):
            buffer.validate_and_handle()
        else:
            buffer.insert_text("\n")

    return PromptSession(
        history=FileHistory(str(history)),
        completer=SqlCompleter(asker, catalog),
        complete_in_thread=True,
        complete_while_typing=True,
        lexer=PygmentsLexer(SqlLexer),
        key_bindings=keys,
        multiline=True,
        prompt_continuation=lambda width, _line, wrapped: ("" if wrapped else "... ").rjust(width),
    )


def run(asker: Asker, console: Console, history: Path) -> None:
    """A prompt on this terminal."""
    prompt = Prompt(asker, console)
    prompt.loop(open_session(asker, prompt.catalog, history))
