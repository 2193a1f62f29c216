"""The alerts match what the app really logs."""

from __future__ import annotations

import asyncio
import json
import logging
import re
from pathlib import Path
from typing import TYPE_CHECKING

import azure.functions as func
import pytest

from shared import clients
from shared.clock import SystemClock
from shared.config.credentials import Credentials
from shared.config.settings import Secret
from shared.delivery import reports
from shared.delivery.report_log import log_report
from shared.endpoints import Endpoint, action, public
from shared.errors import (
    AppError,
    ConfigurationError,
    ForgedRequestError,
    InvalidRequestError,
    LedgerError,
    TwilioOutcomeUnknownError,
    TwilioRefusedError,
    VaultError,
)
from shared.webhooks.verifier import Webhook

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.infra.conftest import Reader

type Rules = dict[str, dict[str, str]]

HOST = json.loads((Path(__file__).parents[2] / "host.json").read_text())
LEVELS = ("Trace", "Debug", "Information", "Warning", "Error", "Critical", "None")
PATTERN = re.compile(r"message matches regex @'([^']+)'")


@pytest.fixture(autouse=True)
def everything_is_logged(caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    """Reset the rate limits of the app's log."""
    clients.reset()
    caplog.set_level(logging.INFO)
    yield
    clients.reset()


@pytest.fixture
def rules(reader: Reader) -> Rules:
    """The source of each alert's properties, by alert name."""
    entries = reader.infra["alerts.bicep"].values["rules"].named_children
    objects = [entry for entry in entries if entry.type != "comment"]
    found = [{k: reader.text(v) for k, v in reader.properties(o).items()} for o in objects]
    return {rule["name"].strip("'"): rule for rule in found}


@pytest.fixture
def alerts(rules: Rules) -> dict[str, re.Pattern[str]]:
    """What each alert searches the log for, by alert name."""
    return {
        name: re.compile(pattern[1])
        for name, rule in rules.items()
        if (pattern := PATTERN.search(rule["query"]))
    }


def passes(rules: dict[str, str], category: str, level: str) -> bool:
    """Return whether the host writes a line of that category and level.

    The longest matching rule applies; a rule may contain a `*`. Source:
    LoggerRuleSelector.cs of .NET (dotnet/runtime). Without a rule the host uses Information.
    """
    fitting = [name for name in rules if re.match(re.escape(name).replace(r"\*", ".*"), category)]
    least = rules[max(fitting, key=len)] if fitting else "Information"
    return LEVELS.index(level) >= LEVELS.index(least)


def fails(
    function: str, error: AppError, decorator: Callable[[Endpoint], Endpoint] = action
) -> Callable[[], object]:
    """Return a request to a function that ends in an error."""

    async def handler(req: func.HttpRequest) -> func.HttpResponse:
        raise error

    handler.__module__ = f"__app__.{function}"
    request = func.HttpRequest("POST", "https://app.example/api/X", body=b"")
    return lambda: asyncio.run(decorator(handler)(request))


def reported(status: str) -> Callable[[], object]:
    """Return a report from Twilio on a text."""
    form = [("MessageSid", "SM" + "0" * 32), ("MessageStatus", status), ("To", "+12025550123")]
    return lambda: log_report("message", Webhook([], form), reports.MESSAGE.fields)


def unreadable() -> None:
    """Read from a vault that fails."""

    class Source:
        def read(self, secret: Secret) -> str | None:
            raise VaultError("the vault is down")

    with pytest.raises(VaultError):
        asyncio.run(Credentials(Source(), SystemClock()).get(Secret.AUTH_TOKEN))


def refused(status: int) -> TwilioRefusedError:
    return TwilioRefusedError("no", code=20003, twilio_status=status)


@pytest.mark.parametrize(
    ("happens", "expected"),
    [
        (fails("SendSms", refused(401)), {"failed-sends", "server-errors"}),
        (fails("PlaceCall", refused(429)), {"failed-sends"}),
        (fails("SendSms", TwilioOutcomeUnknownError("lost")), {"failed-sends", "server-errors"}),
        (fails("SendSms", LedgerError("down")), {"failed-sends", "server-errors"}),
        (
            fails("SendSms", VaultError("down")),
            {"failed-sends", "server-errors", "vault-errors"},
        ),
        (
            fails("SendSms", ConfigurationError("Missing secrets: TwilioAuthToken")),
            {"failed-sends", "server-errors", "vault-errors"},
        ),
        (fails("GetSharedRecording", LedgerError("down"), public), {"server-errors"}),
        (fails("TwimlReply", ForgedRequestError("wrong", "url"), public), {"refused-signatures"}),
        (unreadable, {"vault-errors"}),
        (reported("undelivered"), {"undelivered-texts"}),
        (reported("failed"), {"undelivered-texts"}),
        # These don't need an alert.
        (reported("delivered"), set[str]()),
        (fails("SendSms", refused(400)), set[str]()),
        (fails("SendSms", InvalidRequestError("no", field="to")), set[str]()),
    ],
)
def test_an_event_raises_its_alerts(
    happens: Callable[[], object],
    expected: set[str],
    alerts: dict[str, re.Pattern[str]],
    caplog: pytest.LogCaptureFixture,
) -> None:
    happens()

    lines = [record.getMessage() for record in caplog.records if record.name.startswith("shared")]
    assert lines
    assert {n for n, look in alerts.items() for line in lines if look.search(line)} == expected


def test_a_flood_of_errors_raises_the_alert(
    rules: Rules, alerts: dict[str, re.Pattern[str]], caplog: pytest.LogCaptureFixture
) -> None:
    happens = fails("TwimlReply", ForgedRequestError("wrong", "url"), public)
    for _ in range(100):
        happens()

    heard = [r for r in caplog.records if alerts["refused-signatures"].search(r.getMessage())]
    # However the windows fall, one of two adjacent windows has half of them.
    assert len(heard) >= 2 * int(rules["refused-signatures"]["threshold"]) - 1


def test_lines_that_alerts_count_are_never_sampled(rules: Rules) -> None:
    tables = {"traces": "Trace", "exceptions": "Exception"}
    sampling = HOST["logging"]["applicationInsights"]["samplingSettings"]
    on_the_app = [rule for rule in rules.values() if rule["scope"] == "insights.id"]

    assert len(on_the_app) == 5
    for rule in on_the_app:
        read = {name for name in tables if re.search(rf"\b{name}\b", rule["query"])}
        assert read
        assert {tables[name] for name in read} <= {*sampling["excludedTypes"].split(";")}


@pytest.mark.parametrize(
    ("category", "level", "is_kept"),
    [
        ("Function.OnMessageStatus.User", "Information", True),  # a report from Twilio
        ("Function.SendSms", "Error", True),  # an unexpected error in the app
        ("Function.SendSms", "Information", False),  # "Executing 'Functions.SendSms'"
        ("Worker.LanguageWorkerChannel.python.1", "Information", False),
        ("Host.Aggregator", "Information", False),
        ("Host.Results", "Information", True),  # a request
        ("Host.Startup", "Error", True),
    ],
)
def test_the_host_logs_the_apps_lines_but_not_its_own_steps(
    category: str, level: str, is_kept: bool
) -> None:
    assert passes(HOST["logging"]["logLevel"], category, level) is is_kept


def test_the_cap_alerts_query_tables_that_the_cap_does_not_stop(rules: Rules) -> None:
    """Source: https://learn.microsoft.com/azure/azure-monitor/logs/daily-cap (2023-10-23)."""
    on_the_cap = {name: rule for name, rule in rules.items() if rule["scope"] == "workspaceId"}

    assert {name: rule["query"].split()[1] for name, rule in on_the_cap.items()} == {
        "much-logged": "Usage",
        "logs-stopped": "_LogOperation",
    }
    assert on_the_cap["much-logged"]["threshold"] == "800 * dailyQuotaGb"
