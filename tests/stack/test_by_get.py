"""A number whose webhooks use GET, and a document that sends callers to the app by GET."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import quote

from deskphone.values import HANDSETS

if TYPE_CHECKING:
    from local_stack.testing import LocalStack
    from tests.conftest import WebServer

CALLER, OWNER = HANDSETS[0], "+12025550124"
RESTRICTED = "Sorry, you are calling from a restricted number. Goodbye."


def test_texts_are_answered_and_their_bodies_stay_with_twilio(stack: LocalStack) -> None:
    url = f"{stack.functions_url}/api/TwimlReply?Keywords[hours]=9+to+5&Forward={quote(OWNER)}"
    stack.line_goes_to(SmsUrl=url, SmsMethod="GET")

    stack.text("Hours? And my door code is 4711")
    stack.advance(5)

    assert [text["body"] for text in stack.texts()][-1] == "9 to 5"
    [forwarded] = [text["body"] for text in stack.texts(OWNER)]
    assert "Someone texted this line." in forwarded
    assert not any(word in forwarded for word in ("4711", CALLER))


def test_a_caller_is_recognized_by_post_but_not_by_get(stack: LocalStack) -> None:
    query = f"PhoneNumber={quote(OWNER)}&AllowedCallers={quote(CALLER)}"
    heard: list[list[str]] = []
    for method in ("GET", "POST"):
        url = f"{stack.functions_url}/api/TwimlForward?{query}"
        stack.line_goes_to(VoiceUrl=url, VoiceMethod=method)
        sid = stack.ring()
        stack.advance(2)
        heard.append(stack.heard(sid))
        stack.hang_up(sid)

    assert heard == [[RESTRICTED], []]


def test_a_document_cannot_fake_the_caller(stack: LocalStack, web_server: WebServer) -> None:
    query = f"PhoneNumber={quote(OWNER)}&AllowedCallers=%2B1999&From=%2B1999&Caller=%2B1999"
    url = f"{stack.functions_url}/api/TwimlForward?{query}".replace("&", "&amp;")
    for method in ("GET", "POST"):
        document = f"<Response><Redirect method='{method}'>{url}</Redirect></Response>"
        stack.line_goes_to(VoiceUrl=web_server.twiml(f"/{method}", document))
        sid = stack.ring()
        stack.advance(2)

        assert stack.heard(sid) == [RESTRICTED]
