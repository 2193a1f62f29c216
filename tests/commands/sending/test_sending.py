"""`dev.py stop-sending`, `resume-sending` and `limits`, against the local stack's storage."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable
from types import SimpleNamespace

import pytest
from azure.core.exceptions import ClientAuthenticationError, HttpResponseError, ServiceRequestError

from commands.local_values import local_values
from commands.sending import __main__ as program
from commands.sending import table
from local_stack.testing import LocalStack
from shared.config.settings import Settings
from shared.errors import LedgerError
from shared.ledger.memory import MemoryLedger
from shared.ledger.rows import Row
from shared.ledger.table import TableLedger
from shared.live_settings.row import KIND, NAME, LiveSettings

Command = Callable[..., tuple[int, str, str]]


@pytest.fixture
def command(
    stack: LocalStack, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Command:
    """Runs a command against the stack; returns the exit status and what it printed."""
    port = stack.emulator_url.rpartition(":")[2]
    for name in local_values("", 0):  # the command changes these; this restores them
        monkeypatch.setenv(name, os.environ.get(name, ""))

    def run(*arguments: str) -> tuple[int, str, str]:
        capsys.readouterr()
        local = [] if {"--account", "--from-azd"} & {*arguments} else ["--phone-port", port]
        status = program.main([*arguments, *local, "--table", "Steered"])
        printed = capsys.readouterr()
        return status, printed.out, printed.err

    return run


def stored(stack: LocalStack) -> LiveSettings:
    """Return the live settings in the stack's storage."""
    port = int(stack.emulator_url.rpartition(":")[2])
    values = {**local_values("", port), "LEDGER_TABLE": "Steered"}

    async def read() -> Row | None:
        ledger = TableLedger(Settings.from_mapping(values))
        try:
            return await ledger.read(KIND, NAME)
        finally:
            await ledger.close()

    return LiveSettings.of_row(asyncio.run(read()))


def undo_of(output: str) -> list[str]:
    """Return the arguments of the command that undoes a change, without the table's place."""
    [line] = [line for line in output.splitlines() if line.startswith("To undo this: ")]
    words = line.partition("dev.py ")[2].split()
    return words[: next(i for i, word in enumerate(words) if word.startswith("--"))]


def test_sending_is_stopped_and_resumed_by_the_command_that_is_printed(
    stack: LocalStack, command: Command
) -> None:
    status, output, _ = command("stop-sending")
    is_stopped = stored(stack).is_stopped
    again = command(*undo_of(output))

    assert (status, again[0]) == (0, 0)
    assert (is_stopped, stored(stack).is_stopped) == (True, False)
    assert "15 seconds" in output
    assert "KILL_SWITCH" in again[1]


def test_repeating_it_changes_nothing_and_says_since_when(
    stack: LocalStack, command: Command
) -> None:
    command("stop-sending")
    before = stored(stack)

    status, output, _ = command("stop-sending")

    assert (status, stored(stack)) == (0, before)
    assert "Nothing changed" in output
    assert before.changed_at in output


def test_limits_are_set_and_cleared_by_the_command_that_is_printed(
    stack: LocalStack, command: Command
) -> None:
    command("limits", "DAILY_CALL_LIMIT=5")
    _, output, _ = command("limits", "daily_call_limit=7", "RECIPIENT_LIMIT=0")
    changed = stored(stack).limits
    _, undone, _ = command(*undo_of(output))

    assert changed == {"DAILY_CALL_LIMIT": 7, "RECIPIENT_LIMIT": 0}
    assert stored(stack).limits == {"DAILY_CALL_LIMIT": 5}
    assert "RECIPIENT_LIMIT: the app's setting (was 0)" in undone


def test_limits_without_arguments_only_shows_them(stack: LocalStack, command: Command) -> None:
    command("limits", "DAILY_CALL_LIMIT=5")
    before = stored(stack)

    status, output, _ = command("limits")

    assert (status, stored(stack)) == (0, before)
    assert "DAILY_CALL_LIMIT: 5\n" in output
    assert "To undo" not in output


def test_stopping_keeps_the_limits(stack: LocalStack, command: Command) -> None:
    command("limits", "DAILY_CALL_LIMIT=5")
    command("stop-sending")

    assert (stored(stack).is_stopped, stored(stack).limits) == (True, {"DAILY_CALL_LIMIT": 5})


@pytest.mark.parametrize(
    "arguments",
    [
        ["limits", "DAILY_LIMIT=5"],
        ["limits", "DAILY_CALL_LIMIT"],
        ["limits", "RECIPIENT_LIMIT=1001"],
        ["limits", "DAILY_CALL_LIMIT=-1"],
        ["stop-sending", "now"],
        ["stop-sending", "--account", "An_Account"],
        ["stop-sending", "--account", "account", "--from-azd"],
    ],
)
def test_an_invalid_command_line_is_a_usage_error(arguments: list[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        program.main(arguments)

    assert ended.value.code == 2


def test_a_stopped_local_stack_is_named(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in local_values("", 0):
        monkeypatch.setenv(name, os.environ.get(name, ""))

    assert program.main(["stop-sending", "--phone-port", "9"]) == 1
    error = capsys.readouterr().err
    assert "python3 dev.py start" in error
    assert "--from-azd" in error


def test_without_azd_the_account_is_required(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(program, "azd_values", dict[str, str])

    assert program.main(["stop-sending", "--from-azd"]) == 2
    assert "--account" in capsys.readouterr().err


class Deployed:
    """Stands in for a deployed app's table; records where it would be."""

    def __init__(self) -> None:
        self.ledger = MemoryLedger()
        self.error: Exception | None = None
        self.opened: list[tuple[str, str, bool]] = []

    def open(self, config: Settings, *, limit_s: float, identity: object) -> Deployed:
        self.opened.append((config.storage_table_url, config.ledger_table, identity is not None))
        return self

    async def read(self, kind: str, name: str) -> Row | None:
        if self.error is not None:
            raise LedgerError("The storage account failed.") from self.error
        return await self.ledger.read(kind, name)

    async def insert(self, row: Row) -> Row:
        return await self.ledger.insert(row)

    async def replace(self, row: Row) -> Row:
        return await self.ledger.replace(row)

    async def close(self) -> None:
        """Do nothing: there are no connections."""


@pytest.fixture
def deployed(monkeypatch: pytest.MonkeyPatch) -> Deployed:
    stand_in = Deployed()
    monkeypatch.setattr(table, "TableLedger", stand_in.open)
    return stand_in


@pytest.mark.parametrize(
    ("options", "azd", "table"),
    [
        (["--account", "mystorage"], {}, "SwitchboardLedger"),
        (["--account", "mystorage", "--table", "Other"], {}, "Other"),
        (["--from-azd"], {"AZURE_STORAGE_ACCOUNT_NAME": "mystorage"}, "SwitchboardLedger"),
        (
            ["--from-azd"],
            {"AZURE_STORAGE_ACCOUNT_NAME": "mystorage", "LEDGER_TABLE": "Other"},
            "Other",
        ),
    ],
)
def test_a_deployed_app_is_steered_with_the_users_sign_in(
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    deployed: Deployed,
    options: list[str],
    azd: dict[str, str],
    table: str,
) -> None:
    monkeypatch.setattr(program, "azd_values", lambda: azd)

    assert program.main(["stop-sending", *options]) == 0
    row = asyncio.run(deployed.ledger.read(KIND, NAME))
    assert LiveSettings.of_row(row).is_stopped
    assert deployed.opened == [("https://mystorage.table.core.windows.net", table, True)]
    undo = f"python3 dev.py resume-sending {' '.join(options)}\n"
    assert capsys.readouterr().out.endswith(undo)


def test_a_command_that_changes_nothing_does_not_write(deployed: Deployed) -> None:
    def version() -> str:
        row = asyncio.run(deployed.ledger.read(KIND, NAME))
        return row.version if row else ""

    program.main(["stop-sending", "--account", "mystorage"])
    first = version()
    for again in (["stop-sending"], ["limits"], ["limits", "RECIPIENT_LIMIT="]):
        program.main([*again, "--account", "mystorage"])

    assert first == version() != ""


def refused(status: int) -> HttpResponseError:
    return HttpResponseError(response=SimpleNamespace(status_code=status, reason="no"))  # pyright: ignore[reportArgumentType] - all that is read


@pytest.mark.parametrize(
    ("error", "word"),
    [
        (refused(403), "Storage Table Data Contributor"),
        (ClientAuthenticationError("no token"), "az login"),
        (ServiceRequestError("no connection"), "The storage account failed."),
    ],
)
def test_a_refusal_says_what_to_do(
    capsys: pytest.CaptureFixture[str], deployed: Deployed, error: Exception, word: str
) -> None:
    deployed.error = error

    assert program.main(["stop-sending", "--account", "mystorage"]) == 1
    assert word in capsys.readouterr().err
