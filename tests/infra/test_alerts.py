"""The alerts look for what the app really logs."""

from __future__ import annotations

import asyncio
import logging
import re
from typing import TYPE_CHECKING

import azure.functions as func
import pytest

from shared.clock import SystemClock
from shared.config.credentials import Credentials
from shared.config.settings import Secret
from shared.delivery import reports
from shared.delivery.report_log import log_report
from shared.endpoints import action
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
    from collections.abc import Callable

    from tests.infra.conftest import Reader

PATTERN = re.compile(r"message matches regex @'([^']+)'")


@pytest.fixture
def alerts(reader: Reader) -> dict[str, re.Pattern[str]]:
    """What each alert looks for in the log, by its name."""
    rules = reader.infra["alerts.bicep"].values["rules"].named_children
    found = [{k: reader.text(v) for k, v in reader.properties(r).items()} for r in rules]
    return {
        rule["name"].strip("'"): re.compile(pattern[1])
        for rule in found
        if (pattern := PATTERN.search(rule["query"]))
    }


def fails(function: str, error: AppError) -> Callable[[], object]:
    """A request to a function that ends in an error."""

    async def handler(req: func.HttpRequest) -> func.HttpResponse:
        raise error

    handler.__module__ = f"__app__.{function}"
    request = func.HttpRequest("POST", "https://app.example/api/X", body=b"")
    return lambda: asyncio.run(action(handler)(request))


def reported(status: str) -> Callable[[], object]:
    """Twilio's report on a text."""
    form = [("MessageSid", "SM" + "0" * 32), ("MessageStatus", status), ("To", "+12025550123")]
    return lambda: log_report("message", Webhook([], form), reports.MESSAGE.fields)


def unreadable() -> None:
    """A vault that does not answer."""

    class Source:
        def read(self, secret: Secret) -> str | None:
            raise VaultError("the vault is down")

    with pytest.raises(VaultError):
        asyncio.run(Credentials(Source(), SystemClock()).get(Secret.AUTH_TOKEN))


def refused(status: int) -> TwilioRefusedError:
    return TwilioRefusedError("no", code=20003, twilio_status=status)


@pytest.mark.parametrize(
    ("happens", "heard_by"),
    [
        (fails("SendSms", refused(401)), {"failed-sends"}),
        (fails("PlaceCall", refused(429)), {"failed-sends"}),
        (fails("SendSms", TwilioOutcomeUnknownError("lost")), {"failed-sends"}),
        (fails("SendSms", LedgerError("down")), {"failed-sends"}),
        (fails("SendSms", VaultError("down")), {"failed-sends", "vault-errors"}),
        (
            fails("SendSms", ConfigurationError("missing secrets: TwilioAuthToken")),
            {"failed-sends", "vault-errors"},
        ),
        (fails("TwimlReply", ForgedRequestError("wrong", "url")), {"refused-signatures"}),
        (unreadable, {"vault-errors"}),
        (reported("undelivered"), {"undelivered-texts"}),
        (reported("failed"), {"undelivered-texts"}),
        # Nobody needs to get up for these.
        (reported("delivered"), set[str]()),
        (fails("SendSms", refused(400)), set[str]()),
        (fails("SendSms", InvalidRequestError("no", field="to")), set[str]()),
    ],
)
def test_an_alert_hears_what_it_is_for(
    happens: Callable[[], object],
    heard_by: set[str],
    alerts: dict[str, re.Pattern[str]],
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.INFO)
    happens()

    lines = [record.getMessage() for record in caplog.records if record.name.startswith("shared")]
    assert lines
    assert {n for n, look in alerts.items() for line in lines if look.search(line)} == heard_by


def test_every_alert_but_the_one_on_answers_reads_the_log(
    alerts: dict[str, re.Pattern[str]],
) -> None:
    assert {*alerts} == {"failed-sends", "refused-signatures", "undelivered-texts", "vault-errors"}
