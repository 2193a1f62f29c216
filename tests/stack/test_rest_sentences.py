"""Errors of the REST API word for word, as Twilio's own responses have them.

Programs compare these sentences, so they are part of the interface.
"""

from typing import Any

import pytest

from deskphone.values import (
    ACCOUNT_SID,
    LINE,
    MESSAGING_SERVICE_SID,
    TEST_ACCOUNT_SID,
    TEST_AUTH_TOKEN,
)
from local_stack.testing import HANDSET, LocalStack

ANOTHERS = "+12025550177"
TEXT = {"To": HANDSET, "From": LINE, "Body": "Hi"}
CALL = {"To": HANDSET, "From": LINE, "Twiml": "<Response><Pause length='60'/></Response>"}
NOT_A_SENDER = "is not a valid phone number, shortcode, or alphanumeric sender ID."
MAGIC = "+1500555"
MAGIC_TEXT = {"To": HANDSET, "From": f"{MAGIC}0006", "Body": "Hi"}
MAGIC_CALL = {"To": HANDSET, "From": f"{MAGIC}0006", "Url": "https://example.com/"}


def error_of(answer: Any) -> tuple[int, int, str]:
    body = answer.json()
    assert body["status"] == answer.status_code
    return answer.status_code, body["code"], body["message"]


@pytest.mark.parametrize(
    ("path", "form", "code", "message"),
    [
        ("Messages", {}, 21603, "A 'From' phone number is required."),
        ("Messages", {"From": LINE}, 21604, "A 'To' phone number is required."),
        (
            "Messages", {"To": HANDSET, "MessagingServiceSid": MESSAGING_SERVICE_SID}, 21619,
            "A text message body or media urls must be specified.",
        ),
        (
            "Messages", {**TEXT, "Body": ""}, 21619,
            "A text message body or media urls must be specified.",
        ),
        ("Messages", {**TEXT, "To": "+237555"}, 21211, "Invalid 'To' Phone Number: +23XXXX"),
        ("Messages", {**TEXT, "From": "+1"}, 21212, f"The 'From' number +1 {NOT_A_SENDER}"),
        (
            "Messages", {**TEXT, "Body": "x" * 1601}, 21617,
            "The concatenated message body exceeds the 1600 character limit.",
        ),
        ("Messages", {**TEXT, "MediaUrl": "x"}, 21620, "Invalid media URL(s)"),
        (
            "Messages", {**TEXT, "From": ANOTHERS}, 21659,
            f"'From' {ANOTHERS} is not a Twilio phone number or Short Code country mismatch",
        ),
        ("Calls", {}, 21201, "No 'To' number is specified"),
        ("Calls", {"To": HANDSET}, 21205, "Url parameter is required."),
        ("Calls", {"To": HANDSET, "Url": "x"}, 21213, "A 'From' phone number is required."),
        ("Calls", {**CALL, "Twiml": "", "Url": "x"}, 21205, "Url is not a valid URL"),
        ("Calls", {**CALL, "From": "xyz"}, 21212, f"The 'From' number xyz {NOT_A_SENDER}"),
        (
            "Calls", {**CALL, "To": "+1588885550117"}, 21217,
            "The phone number you are attempting to call, +1588885550117, is not valid.",
        ),
        (
            "Calls", {**CALL, "From": ANOTHERS}, 21210,
            f"The source phone number provided, {ANOTHERS}, is not yet verified for your account. "
            "You may only make calls from phone numbers that you've verified or purchased from "
            "Twilio.",
        ),
        ("IncomingPhoneNumbers", {"PhoneNumber": "33"}, 21421, "33 is not a valid number"),
        ("IncomingPhoneNumbers", {"PhoneNumber": LINE}, 21422, f"{LINE} is not available"),
    ],
)  # fmt: skip
def test_a_refused_request_gets_twilios_sentence(
    stack: LocalStack, path: str, form: dict[str, str], code: int, message: str
) -> None:
    answer = stack.rest("POST", f"{path}.json", form)

    assert error_of(answer) == (400, code, message)


@pytest.mark.parametrize(
    ("path", "form", "status", "code", "message"),
    [
        (
            "Messages", {**MAGIC_TEXT, "From": f"{MAGIC}0001"}, 400, 21212,
            f"The 'From' number {MAGIC}0001 {NOT_A_SENDER}",
        ),
        ("Messages", {**MAGIC_TEXT, "From": f"{MAGIC}0008"}, 429, 21611, "SMS queue is full."),
        (
            "Messages", {**MAGIC_TEXT, "To": f"{MAGIC}0003"}, 400, 21408,
            "Permission to send an SMS has not been enabled for the region indicated by the 'To' "
            f"number: {MAGIC}XXXX",
        ),
        (
            "Messages", {**MAGIC_TEXT, "To": f"{MAGIC}0009"}, 400, 21614,
            f"To number: {MAGIC}0009, is not a mobile number",
        ),
        (
            "Messages", {**MAGIC_TEXT, "To": f"{MAGIC}0004"}, 400, 21610,
            "Attempt to send to unsubscribed recipient",
        ),
        (
            "Calls", {**MAGIC_CALL, "To": f"{MAGIC}0003"}, 400, 21215,
            f"Account not authorized to call {MAGIC}0003. Perhaps you need to enable some "
            "international permissions: "
            "https://www.twilio.com/console/voice/calls/geo-permissions/low-risk",
        ),
        (
            "IncomingPhoneNumbers", {"PhoneNumber": f"{MAGIC}0000"}, 400, 21422,
            f"{MAGIC}0000 is not available",
        ),
        (
            "IncomingPhoneNumbers", {"PhoneNumber": f"{MAGIC}0001"}, 400, 21421,
            f"{MAGIC}0001 is not a valid number",
        ),
    ],
)  # fmt: skip
def test_a_magic_number_gets_twilios_sentence(
    stack: LocalStack, path: str, form: dict[str, str], status: int, code: int, message: str
) -> None:
    url = f"{stack.emulator_url}/2010-04-01/Accounts/{TEST_ACCOUNT_SID}/{path}.json"
    credentials = (TEST_ACCOUNT_SID, TEST_AUTH_TOKEN)
    answer = stack.http.post(url, data=form, auth=credentials, timeout=5)

    assert error_of(answer) == (status, code, message)


def test_what_goes_on_cannot_be_deleted(stack: LocalStack) -> None:
    sid = stack.place_call("<Response><Pause length='60'/></Response>")
    stack.advance(1)
    stack.answer(sid)
    recording = stack.rest("POST", f"Calls/{sid}/Recordings.json").json()["sid"]
    text = stack.rest("POST", "Messages.json", TEXT).json()["sid"]
    paths = (f"Calls/{sid}", f"Recordings/{recording}", f"Messages/{text}")
    refusals = [error_of(stack.rest("DELETE", f"{path}.json")) for path in paths]

    assert refusals == [(409, 20009, "Cannot delete this resource before it is complete")] * 3


def test_an_ended_call_is_not_redirected(stack: LocalStack) -> None:
    sid = stack.place_call("<Response/>")
    stack.rest("POST", f"Calls/{sid}.json", {"Status": "completed"})
    answer = stack.rest("POST", f"Calls/{sid}.json", {"Twiml": "<Response/>"})

    assert error_of(answer) == (400, 21220, "Call is not in-progress. Cannot redirect. ")


def test_an_unknown_resource_is_named_by_its_whole_path(stack: LocalStack) -> None:
    path = f"/2010-04-01/Accounts/{ACCOUNT_SID}/Calls/CA1.json"
    answer = stack.rest("GET", "Calls/CA1.json")

    assert error_of(answer) == (404, 20404, f"The requested resource {path} was not found")


@pytest.mark.parametrize(("path", "form"), [("Messages", TEXT), ("Calls", CALL)])
def test_what_to_do_about_anothers_number_is_in_an_alert(
    stack: LocalStack, path: str, form: dict[str, str]
) -> None:
    answer = stack.rest("POST", f"{path}.json", {**form, "From": ANOTHERS})
    [alert] = stack.alerts()

    assert (alert["code"], alert["level"]) == (answer.json()["code"], "warning")
    assert "Numbers" in alert["message"]
    assert alert["message"] not in answer.text
