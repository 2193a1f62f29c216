"""GetHealth: healthy, or which part fails."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import azure.functions as func
import pytest

import GetHealth
from shared import clients, health
from shared.clock import SystemClock
from shared.config.credentials import Credentials
from shared.errors import LedgerError, TwilioUnreachableError, VaultError
from shared.ledger.memory import MemoryLedger
from shared.ledger.rows import Row

if TYPE_CHECKING:
    from tests.conftest import FakeVault
    from tests.functions.conftest import FakeTwilio


class SwitchedLedger(MemoryLedger):
    """A ledger whose storage can be down."""

    is_down = False

    async def read(self, kind: str, name: str) -> Row | None:
        if self.is_down:
            raise LedgerError("The storage is down.")
        return await super().read(kind, name)


@pytest.fixture(autouse=True)
def ledger(app: clients.Clients, monkeypatch: pytest.MonkeyPatch) -> SwitchedLedger:
    ledger = SwitchedLedger()
    monkeypatch.setattr(app, "ledger", lambda: ledger)
    return ledger


def ask() -> tuple[int, dict[str, Any]]:
    request = func.HttpRequest("GET", "http://inner/api/GetHealth", body=b"")
    response = asyncio.run(GetHealth.main(request))
    return response.status_code, json.loads(response.get_body())


def test_tries_every_part_and_lists_one_message(twilio: FakeTwilio) -> None:
    twilio.answer(200, {"messages": []})

    status, answer = ask()

    assert status == 200
    assert (
        answer.items()
        >= {
            "status": "healthy",
            "settings": "ok",
            "credentials": "ok",
            "twilio": "ok",
            "ledger": "ok",
        }.items()
    )
    (request,) = twilio.requests
    assert request["method"] == "GET"
    assert request["url"].endswith("/Messages.json")
    assert request["params"] == {"PageSize": 1}


def test_reports_the_packages_commit(
    twilio: FakeTwilio, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    twilio.answer(200, {"messages": []})
    build_file = tmp_path / "build.json"
    build_file.write_text('{"commit": "0123abc", "python": "3.13"}')
    monkeypatch.setattr(health, "BUILD_FILE", build_file)

    assert ask()[1]["commit"] == "0123abc"


def test_names_settings_that_are_missing(twilio: FakeTwilio) -> None:
    clients.reset(clients.Clients({}, SystemClock()))

    status, problem = ask()

    assert status == 503
    assert problem["detail"].startswith("settings: Missing settings: TWILIO_ACCOUNT_SID, ")
    assert twilio.requests == []


def test_names_settings_that_are_malformed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DEFAULT_REGION", "USA")
    clients.reset()

    status, problem = ask()

    assert status == 503
    assert problem["detail"].startswith("settings: Malformed settings: DEFAULT_REGION")


def test_names_the_credentials(app: clients.Clients, vault: FakeVault) -> None:
    vault.error = VaultError("Key Vault is down")
    app.credentials = Credentials(vault, SystemClock())

    status, problem = ask()

    assert status == 503
    assert problem["detail"] == "credentials: Key Vault is down"


def test_an_api_key_does_not_replace_the_token_for_webhooks(
    twilio: FakeTwilio, values: dict[str, str]
) -> None:
    del values["TWILIO_AUTH_TOKEN"]
    values |= {
        "TWILIO_REST_CREDENTIAL": "api_key",
        "TWILIO_API_KEY_SID": "SK" + "0" * 32,
        "TWILIO_API_KEY_SECRET": "secret",
    }
    clients.reset(clients.Clients(values, SystemClock()))

    status, problem = ask()

    assert status == 503
    assert problem["detail"] == "settings: Missing settings: TWILIO_AUTH_TOKEN."
    assert twilio.requests == []


def test_names_twilio_and_keeps_its_number(twilio: FakeTwilio) -> None:
    twilio.answer(401, {"code": 20003, "message": "Authenticate", "status": 401})

    status, problem = ask()

    assert (status, problem["code"]) == (503, 20003)
    assert problem["detail"].startswith("twilio: ")


def test_names_twilio_when_it_cannot_be_reached(twilio: FakeTwilio) -> None:
    twilio.fail(
        TwilioUnreachableError("The app cannot connect to Twilio, so nothing was sent. Try again.")
    )

    assert ask()[0] == 503


def test_names_twilio_when_its_answer_cannot_be_read(twilio: FakeTwilio) -> None:
    twilio.answer(200, {})

    status, problem = ask()

    assert (status, problem["status"]) == (503, 503)
    assert problem["detail"].startswith("twilio: Twilio's response cannot be read")


def test_is_degraded_while_the_storage_is_down(twilio: FakeTwilio, ledger: SwitchedLedger) -> None:
    twilio.answer(200, {"messages": []})
    ledger.is_down = True

    status, answer = ask()

    assert (status, answer["status"], answer["twilio"]) == (200, "degraded", "ok")
    assert answer["ledger"].startswith("The storage is down. ")


def test_is_degraded_without_storage(twilio: FakeTwilio, values: dict[str, str]) -> None:
    twilio.answer(200, {"messages": []})
    clients.reset(clients.Clients(values, SystemClock()))

    status, answer = ask()

    assert (status, answer["status"]) == (200, "degraded")
    assert "AzureWebJobsStorage" in answer["ledger"]


def test_names_the_ledger_if_nothing_is_sent_without_it(
    twilio: FakeTwilio, values: dict[str, str], ledger: SwitchedLedger
) -> None:
    twilio.answer(200, {"messages": []})
    ledger.is_down = True
    settings = {**values, "STORAGE_OUTAGE": "refuse_all"}
    clients.reset(clients.Clients(settings, SystemClock(), ledger))

    status, problem = ask()

    assert (status, problem["detail"]) == (503, "ledger: The storage is down.")


def test_lists_the_settings_that_the_worker_sees_and_no_value(
    twilio: FakeTwilio, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TWILIO_API_KEY_SECRET", "a-secret")
    monkeypatch.setenv("LINK_SIGNING_KEY", " ")
    monkeypatch.setenv("NOT_OURS", "set")
    twilio.answer(200, {"messages": []})

    _, health = ask()

    assert "TWILIO_API_KEY_SECRET" in health["settings_seen"]
    assert not {"LINK_SIGNING_KEY", "NOT_OURS"} & {*health["settings_seen"]}
    assert "a-secret" not in json.dumps(health)


def test_an_unhealthy_app_lists_the_settings_that_it_sees_too(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("DEFAULT_REGION", "USA")
    clients.reset()

    status, problem = ask()

    assert status == 503
    assert "DEFAULT_REGION" in problem["settings_seen"]
