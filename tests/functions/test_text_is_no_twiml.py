"""Text from people never becomes TwiML elements."""

from __future__ import annotations

import asyncio
import json
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode
from xml.etree import ElementTree

import azure.functions as func
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import PlaceCall
import TwimlCallMe
import TwimlConference
import TwimlFindMe
import TwimlForward
import TwimlMenu
import TwimlMessage
import TwimlQueue
import TwimlReply
import TwimlVoicemail
import TwimlWhisper
from shared.twilio_limits import MAX_BODY_CHARS
from shared.webhooks.text_replies import OPT_OUT_WORDS
from shared.xml_text import xml_text

if TYPE_CHECKING:
    from tests.functions.conftest import FakeTwilio, SignedRequest

pytestmark = pytest.mark.usefixtures("app")

LINE, CALLER, OWNER = "+12025550100", "+12025550123", "+12025550124"
WEAPONS = [
    "</Say><Dial>+19005550123</Dial><Say>",
    "</Message><Message to='+19005550123'>",
    "<Dial>+19005550123</Dial>",
    "]]><Hangup/><![CDATA[",
    "<![CDATA[<Hangup/>]]>",
    "<!-- --><Hangup/>",
    "<!DOCTYPE a [<!ENTITY b 'c'>]>",
    "<?xml version='1.0'?>",
    "&b; &amp; &#60;Hangup/&#62; &lt;Hangup/&gt;",
    "' \" /> <Hangup/>",
    "\0<\0Hangup/>\x08",
    "\ufffe<Hangup/>",
    "{{From}} ${From}",
    "\uff1cHangup/\uff1e",
]
TEXTS = st.text(max_size=30) | st.lists(
    st.sampled_from(WEAPONS) | st.text(max_size=5), min_size=1, max_size=3
).map("".join)
some = settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])


def in_xml(text: str) -> str:
    """Return a text as an XML parser reads it, with normalized line endings."""
    return xml_text(text).replace("\r\n", "\n").replace("\r", "\n")


def elements(document: str) -> list[tuple[str, str]]:
    """Return each element with its text, and check that there is nothing else."""
    root = ElementTree.fromstring(document)  # noqa: S314 - our own text
    assert root.tag == "Response"
    assert all(not (element.tail or "").strip() for element in root.iter())
    return [(str(element.tag), (element.text or "").strip()) for element in root.iter()][1:]


def answer(
    main: Any,
    signed_request: SignedRequest,
    query: dict[str, str],
    **fields: str,
) -> list[tuple[str, str]]:
    form = {
        "CallSid": "CA" + "0" * 32,
        "MessageSid": "SM" + "0" * 32,
        "From": CALLER,
        "To": LINE,
        **fields,
    }
    request = signed_request(f"/api/Twiml?{urlencode(query)}", list(form.items()))
    response = asyncio.run(main(request))
    assert response.status_code == 200
    return elements(response.get_body().decode())


def heard(text: str) -> list[tuple[str, str]]:
    """Return the <Say> of a message; nothing for a blank one."""
    words = in_xml(text).strip()
    return [("Say", words)] if words else []


@some
@given(TEXTS)
def test_a_spoken_message_is_one_say(twilio: FakeTwilio, text: str) -> None:
    body = json.dumps({"to": CALLER, "message": text}).encode()
    request = func.HttpRequest("POST", "https://app.example/api/PlaceCall", body=body)
    twilio.requests.clear()

    if asyncio.run(PlaceCall.main(request)).status_code == 201:
        assert elements(twilio.requests[0]["data"]["Twiml"]) == heard(text)
    else:
        assert not text.strip() or xml_text(text) != text


@some
@given(TEXTS)
def test_a_message_of_an_answer_is_one_say(signed_request: SignedRequest, text: str) -> None:
    message, say = {"Message": text}, heard(text)
    menu = {**message, "Options[1]": "TwimlHello"}
    dialled = {**message, "PhoneNumber": OWNER}
    conference = answer(TwimlConference.main, signed_request, {**message, "Name": text})
    name = in_xml(text).strip()

    assert answer(TwimlMessage.main, signed_request, message) == say
    assert answer(TwimlMenu.main, signed_request, menu) == [("Gather", ""), *say, ("Redirect", "")]
    assert answer(TwimlQueue.main, signed_request, message) == [*say, ("Enqueue", "support")]
    assert answer(TwimlVoicemail.main, signed_request, message)[-1] == ("Record", "")
    assert say == [] or answer(TwimlVoicemail.main, signed_request, message)[:-1] == say
    assert say == [] or answer(TwimlWhisper.main, signed_request, message)[1:] == say
    assert [tag for tag, _ in conference] == ["Say", "Dial", "Conference"]
    assert say == [] or (conference[0], conference[2]) == (say[0], ("Conference", name))
    assert answer(TwimlCallMe.main, signed_request, dialled) == [("Dial", ""), ("Number", OWNER)]
    dialled = {**message, "PhoneNumbers[]": OWNER}
    assert answer(TwimlFindMe.main, signed_request, dialled) == [("Dial", ""), ("Number", OWNER)]


@some
@given(TEXTS.filter(lambda text: text.strip().upper() not in OPT_OUT_WORDS))  # they get no reply
def test_a_reply_or_a_forwarded_text_is_one_message(
    signed_request: SignedRequest, text: str
) -> None:
    body, words = {"Body": text}, in_xml(text).strip()
    acknowledged = answer(TwimlReply.main, signed_request, {}, **body)
    handed_on = answer(TwimlReply.main, signed_request, {"Forward": OWNER}, **body)
    replied = answer(TwimlReply.main, signed_request, {"Message": text}, Body="Hi")

    assert [tag for tag, _ in acknowledged] == ["Message"]
    assert words[:MAX_BODY_CHARS] in acknowledged[0][1]
    assert handed_on == [("Message", f"From {CALLER}: {words}" if words else f"From {CALLER}")]
    assert replied == ([("Message", words)] if words else [])


@some
@given(TEXTS)
def test_caller_names_and_digits_cannot_inject_twiml(
    signed_request: SignedRequest, text: str
) -> None:
    party = {"From": text, "Caller": text}
    menu = answer(TwimlMenu.main, signed_request, {"Options[**]": "TwimlHello"}, Digits=text)
    query = {"Name": "a", "Moderators[]": OWNER, "EnableSmsNotifications": "1"}
    answered = answer(TwimlConference.main, signed_request, query, **party)
    dialled = answer(TwimlForward.main, signed_request, {"PhoneNumber": OWNER}, **party)
    whispered = answer(TwimlWhisper.main, signed_request, {}, **party)

    assert [tag for tag, _ in menu if tag != "Say"] == ["Gather", "Redirect"]
    assert [tag for tag, _ in answered] == ["Sms", "Say", "Dial", "Conference"]
    assert dialled == [("Dial", OWNER)]
    assert {tag for tag, _ in whispered} == {"Gather", "Say"}
