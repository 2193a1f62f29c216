"""SendSms and PlaceCall with errors of the real Twilio; tests/recorded/rest.json has them."""

from __future__ import annotations

import asyncio
import json
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import azure.functions as func
import pytest

import PlaceCall
import SendSms

if TYPE_CHECKING:
    from tests.functions.conftest import FakeTwilio

pytestmark = pytest.mark.usefixtures("app")

RECORDED: list[dict[str, Any]] = json.loads(
    (Path(__file__).parents[1] / "recorded" / "rest.json").read_text("utf-8")
)
INPUTS = {
    "Messages.json": (SendSms.main, {"to": "+12025550123", "body": "Hi"}),
    "Calls.json": (PlaceCall.main, {"to": "+12025550123", "message": "Hi"}),
}
ERRORS = [
    row
    for row in RECORDED
    if row["method"] == "POST"
    and row["path"] in INPUTS
    and "code" in row["body"]
    and row["status"] != 401  # isn't about the input: tests/functions/test_outages.py
]
# A number with more than its last four digits.
WHOLE_NUMBER = re.compile(r"(?<![\w.])\+?[0-9]{7,15}\b")


@pytest.mark.parametrize("row", ERRORS, ids=lambda row: f"{row['path']} {row['body']['code']}")
def test_a_recorded_error_reaches_the_caller(twilio: FakeTwilio, row: dict[str, Any]) -> None:
    main, inputs = INPUTS[row["path"]]
    twilio.lasting = (row["status"], row["body"])

    request = func.HttpRequest("POST", "http://inner/api/Send", body=json.dumps(inputs).encode())
    response = asyncio.run(main(request))
    problem = json.loads(response.get_body())

    is_busy = row["status"] == 429
    assert (response.status_code, problem["code"]) == (429 if is_busy else 400, row["body"]["code"])
    assert ("Retry-After" in response.headers) == is_busy
    assert (len(twilio.requests) > 1) == is_busy
    assert WHOLE_NUMBER.search(problem["detail"]) is None
