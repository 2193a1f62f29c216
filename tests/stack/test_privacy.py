"""What the app prints while it is used: no secret, no text, no full number."""

import re
from urllib.parse import quote

import pytest

from emulator.local_values import ACCOUNT_SID, API_KEY_SECRET, AUTH_TOKEN, HANDSETS, LINE
from emulator.testing import HANDSET, LocalStack

PRIVATE_TEXT = "a-very-private-sentence"
NATIONAL = "(202) 555-0123"
OWNER = HANDSETS[1]
RECORDING = "RE" + "a" * 32
RECORDED = {"RecordingStatus": "completed", "From": HANDSET, "To": LINE}


@pytest.fixture(scope="module")
def printed() -> str:
    """Everything that was printed while texts and calls went well and went wrong."""
    stack = LocalStack.start()
    try:
        use(stack)
    finally:
        stack.stop()
    return stack.output.text


def use(stack: LocalStack) -> None:
    """Do what people do, and what they should not."""
    text = {"to": NATIONAL, "body": PRIVATE_TEXT}
    stack.function("SendSms", text)
    stack.function("SendSms", {**text, "from": "+12025550177"})
    stack.function("SendSms", {**text, "to": "+1202555012345678"})
    stack.function("SendSms", {**text, "colour": PRIVATE_TEXT})
    stack.function("PlaceCall", {"to": HANDSET, "message": PRIVATE_TEXT})
    stack.function("PlaceCall", {"to": HANDSET, "url": f"ftp://{PRIVATE_TEXT}"})
    stack.text(PRIVATE_TEXT)
    stack.text("STOP")
    stack.advance(1)
    stack.function("SendSms", text)
    gap = {"To": HANDSET, "From": LINE, "Body": PRIVATE_TEXT, "ContentRetention": "discard"}
    assert stack.rest("POST", "Messages.json", gap).status_code == 501
    stack.ring()
    stack.advance(90)
    stack.webhook("OnMessageStatus", {"MessageStatus": "sent", "To": HANDSET, "Body": PRIVATE_TEXT})
    forged = {"X-Twilio-Signature": "forged", "Content-Type": "text/plain"}
    url = f"{stack.functions_url}/api/OnMessageStatus?To={HANDSET}"
    stack.http.post(url, data=PRIVATE_TEXT, headers=forged, timeout=5)
    stack.function("GetHealth", method="GET")
    use_phone_line(stack)


def use_phone_line(stack: LocalStack) -> None:
    """Leave a voicemail for the other handset, open its link, and let URLs name what is private."""
    functions = f"{stack.functions_url}/api"
    stack.line_goes_to(
        VoiceUrl=f"{functions}/TwimlVoicemail?Notify={quote(OWNER)}&Message={PRIVATE_TEXT}",
        SmsUrl=f"{functions}/TwimlReply?Forward={quote(OWNER)}&MediaUrl={PRIVATE_TEXT}",
    )
    call = stack.ring()
    stack.advance(9)
    stack.hang_up(call)
    stack.text(PRIVATE_TEXT)
    stack.advance(9)
    [link] = [word for text in stack.texts(OWNER) for word in text["body"].split() if "://" in word]
    assert stack.http.get(link, timeout=5).status_code == 200
    assert stack.http.get(f"{link}0", timeout=5).status_code == 403
    stack.webhook(f"TwimlForward?PhoneNumber={PRIVATE_TEXT}&FailUrl={PRIVATE_TEXT}")
    stack.webhook(f"TwimlForward?PhoneNumber={quote(LINE)}", {"To": LINE, "From": HANDSET})
    other = "RE" + "b" * 32
    stack.webhook(f"OnRecording?Notify={PRIVATE_TEXT}", {"RecordingSid": other, **RECORDED})
    stack.webhook(f"OnRecording?Notify={quote(LINE)}", {"RecordingSid": RECORDING, **RECORDED})


def test_reports_and_refusals_are_printed(printed: str) -> None:
    assert '"status": "delivered"' in printed
    assert "ForgedRequestError" in printed
    assert "OptedOutError" in printed
    assert "21606" in printed
    assert '"report": "recording"' in printed
    assert "ForbiddenLinkError" in printed
    assert "The query parameter FailUrl" in printed
    assert f"The owner was not told of recording {RECORDING}" in printed


def test_alerts_are_printed(printed: str) -> None:
    assert "Not emulated: " in printed


def test_nothing_private_is_printed(printed: str) -> None:
    after_welcome = printed.partition("Ctrl-C stops everything.")[2]

    assert PRIVATE_TEXT not in after_welcome
    assert not re.search(r"(?<!\d)0{32}(?!\d)", after_welcome.replace(ACCOUNT_SID, ""))
    assert API_KEY_SECRET not in after_welcome
    assert "signature=" not in after_welcome
    for number in (HANDSET, OWNER, LINE, NATIONAL, "2025550123", "12025550177", "1202555012345678"):
        assert number not in after_welcome
    assert AUTH_TOKEN not in after_welcome.replace(ACCOUNT_SID, "")
