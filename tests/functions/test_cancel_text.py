"""CancelText: a scheduled text isn't sent."""

from __future__ import annotations

import asyncio
import json
from typing import TYPE_CHECKING, Any

import azure.functions as func
import pytest

import CancelText

if TYPE_CHECKING:
    from tests.functions.conftest import FakeTwilio

pytestmark = pytest.mark.usefixtures("app")

SID = "SM" + "0" * 32


def cancel(**inputs: object) -> tuple[int, dict[str, Any]]:
    body = json.dumps(inputs).encode()
    request = func.HttpRequest("POST", "http://inner/api/CancelText", body=body)
    response = asyncio.run(CancelText.main(request))
    return response.status_code, json.loads(response.get_body())


def test_a_scheduled_text_is_canceled(twilio: FakeTwilio) -> None:
    twilio.answer(200, {"sid": SID, "status": "canceled"})

    assert cancel(sid=SID) == (200, {"sid": SID, "status": "canceled"})
    (request,) = twilio.requests
    assert request["url"].endswith(f"/Messages/{SID}.json")
    assert request["data"] == {"Status": "canceled"}


def test_a_text_that_was_sent_is_refused_with_twilios_error(twilio: FakeTwilio) -> None:
    twilio.answer(400, {"code": 30409, "message": "cannot be canceled", "status": 400})

    status, problem = cancel(sid=SID)

    assert (status, problem["code"]) == (400, 30409)


def test_an_unknown_text_is_not_found(twilio: FakeTwilio) -> None:
    twilio.answer(404, {"code": 20404, "message": "not found", "status": 404})

    status, problem = cancel(sid=SID)

    assert (status, problem["field"]) == (404, "sid")


@pytest.mark.parametrize("sid", ["CA" + "0" * 32, "SM1", "", None, 7])
def test_another_sid_is_refused(twilio: FakeTwilio, sid: object) -> None:
    status, problem = cancel(sid=sid)

    assert (status, problem["field"]) == (400, "sid")
    assert twilio.requests == []
