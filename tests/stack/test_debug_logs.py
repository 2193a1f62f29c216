"""The app with all logs on, including those of the SDKs."""

import asyncio
import json
import logging
from collections.abc import Iterator
from urllib.parse import quote

import azure.functions as func
import pytest

import GetStatus
import PlaceCall
import SendSms
from deskphone.values import ACCOUNT_SID, AUTH_TOKEN, LINE
from local_stack.testing import HANDSET, LocalStack
from local_stack.values import IDENTITY_HEADER, host_settings
from shared import clients
from shared.clock import SystemClock

PRIVATE = "Quokka7"
TEXT = {"to": HANDSET, "body": f"{PRIVATE} text", "media_url": f"https://{PRIVATE}.example/"}
CALL = {"to": HANDSET, "message": f"{PRIVATE} message"}


@pytest.fixture
def everything(caplog: pytest.LogCaptureFixture) -> Iterator[pytest.LogCaptureFixture]:
    """All logs from DEBUG up, unless the app itself silences them."""
    levels = {name: logging.getLogger(name).level for name in logging.root.manager.loggerDict}
    for name in levels:
        logging.getLogger(name).setLevel(logging.NOTSET)
    caplog.set_level(logging.DEBUG)
    yield caplog
    for name, level in levels.items():
        logging.getLogger(name).setLevel(level)


def request(name: str, inputs: dict[str, str]) -> func.HttpRequest:
    return func.HttpRequest(
        "POST",
        f"http://127.0.0.1/api/{name}",
        headers={"Idempotency-Key": f"{PRIVATE} {name}"},
        body=json.dumps(inputs).encode(),
    )


async def use() -> list[int]:
    """Send, resend, call, and ask for the status; return the HTTP statuses."""
    url = f"http://127.0.0.1/api/GetStatus?key={quote(f'{PRIVATE} SendSms')}"
    answers = [
        await SendSms.main(request("SendSms", TEXT)),
        await SendSms.main(request("SendSms", TEXT)),
        await SendSms.main(request("SendSms", {**TEXT, "from": "+12025550177", "body": "other"})),
        await PlaceCall.main(request("PlaceCall", CALL)),
        await GetStatus.main(func.HttpRequest("GET", url, body=b"")),
    ]
    await clients.current().close()
    return [answer.status_code for answer in answers]


def test_the_sdks_log_nothing_private(
    stack: LocalStack, everything: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = host_settings(stack.functions_url, stack.emulator_url)
    for name in ("IDENTITY_ENDPOINT", "IDENTITY_HEADER", "NO_PROXY"):
        monkeypatch.setenv(name, settings[name])
    clients.reset(clients.Clients(settings, SystemClock()))
    try:
        statuses = asyncio.run(use())
    finally:
        clients.reset()

    assert statuses == [201, 201, 422, 201, 200]
    written = everything.text.replace(ACCOUNT_SID, "")
    assert {record.name.partition(".")[0] for record in everything.records} >= {"asyncio", "shared"}
    for private in (PRIVATE, quote(PRIVATE), HANDSET[1:], LINE[1:], "2025550177", AUTH_TOKEN):
        assert private not in written
    assert "Bearer " not in written
    assert "access_token" not in written
    assert f"'{IDENTITY_HEADER}'" not in written
