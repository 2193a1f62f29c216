"""Any valid TwiML plays, or the alert names the part that isn't emulated."""

from random import Random
from xml.sax.saxutils import quoteattr

import pytest

from deskphone.twiml.coverage import VOICE
from local_stack.testing import LocalStack

PLAYED = [
    "<Say voice='Polly.Joanna-Neural' language='en-GB'>Hello <break time='1s'/>there</Say>",
    "<Say><prosody rate='slow'>On <say-as interpret-as='date'>2026-11-22</say-as></prosody></Say>",
    "<Say loop='2'>Twice</Say><Pause length='3'/><Hangup/>",
    "<Play digits='wwww3'/><Play loop='2'>{url}/GetHoldMusic?Bucket=com.twilio.music.rock</Play>",
    "<Gather input='dtmf' timeout='3' numDigits='1' finishOnKey='*'><Say>Press</Say></Gather>",
    "<Gather input='speech dtmf' hints='sales' speechTimeout='auto'><Say>Speak</Say></Gather>",
    "<Gather input='speech' partialResultCallback='{url}/TwimlHello' language='de-DE'/>",
    "<Redirect method='GET'>{url}/TwimlHello</Redirect>",
    "<Reject reason='busy'/>",
    "<Dial>+12025550124</Dial><Say>Goodbye</Say>",
    "<Dial timeout='10' record='record-from-answer-dual'>202-555-0124</Dial>",
    "<Dial callerId='+12025550100' answerOnBridge='true' ringTone='us-old'>+12025550124</Dial>",
    "<Dial sequential='true'><Number>+12025550124</Number><Number>+12025550125</Number></Dial>",
    "<Dial><Number sendDigits='wwww1928' url='{url}/TwimlWhisper'>+12025550124</Number></Dial>",
    "<Dial action='{url}/TwimlHello' method='GET' hangupOnStar='true'>+12025550124</Dial>",
    "<Dial timeout='5'><Queue url='{url}/TwimlHello'>support</Queue></Dial>",
    "<Dial timeLimit='60'><Conference>Room 1234</Conference></Dial>",
    "<Dial timeLimit='60'><Conference muted='true' beep='false' startConferenceOnEnter='false' "
    "endConferenceOnExit='true' waitUrl='' maxParticipants='5' record='record-from-start' "
    "statusCallbackEvent='start end join leave mute hold' "
    "statusCallback='{url}/OnCallStatus'>Room 1234</Conference></Dial>",
    "<Record timeout='10' maxLength='20' finishOnKey='*' trim='do-not-trim' "
    "action='{url}/TwimlHello'/>",
    "<Record recordingStatusCallback='{url}/OnRecording' maxLength='5' playBeep='true' "
    "action='{url}/TwimlHello'/>",
    "<Record transcribe='true' transcribeCallback='{url}/TwimlHello' maxLength='3' "
    "action='{url}/TwimlHello'/>",
    "<Enqueue waitUrl='{url}/TwimlHoldMusic?Bucket=com.twilio.music.classical'>support</Enqueue>",
    "<Enqueue action='{url}/TwimlHello'>support</Enqueue>",
    "<Dial><Client><Identity>joey</Identity><Parameter name='FirstName' value='Joey'/></Client>"
    "</Dial>",
    "<Sms to='+12025550124' from='+12025550100'>The king stay the king.</Sms><Say>Sent</Say>",
]
"""One for each usage in Twilio's docs; each plays without an alert."""

NAMED = {
    "<Start><Stream url='wss://example.com/audio'/></Start>": "<Start>",
    "<Start><Transcription/></Start>": "<Start>",
    "<Connect><Stream url='wss://example.com/audio'/></Connect>": "<Connect>",
    "<Connect><ConversationRelay url='wss://example.com/relay'/></Connect>": "<Connect>",
    "<Stop><Stream name='one'/></Stop>": "<Stop>",
    "<Pay chargeAmount='20.45'/>": "<Pay>",
    "<Prompt/>": "<Prompt>",
    "<Refer><Sip>sip:a@example.com</Sip></Refer>": "<Refer>",
    "<Dial><Sip>sip:a@example.com</Sip></Dial>": "<Sip>",
    "<Dial><WhatsApp>+12025550124</WhatsApp></Dial>": "<WhatsApp>",
    "<Dial><Application><ApplicationSid>AP1</ApplicationSid></Application></Dial>": "<Application>",
    "<Dial><Sim>DE1</Sim></Dial>": "<Sim>",
    "<Dial referUrl='/refer'>+12025550124</Dial>": "referUrl",
    "<Dial><Number machineDetection='Enable'>+12025550124</Number></Dial>": "machineDetection",
    "<Enqueue workflowSid='WW1'><Task>{{}}</Task></Enqueue>": "Enqueue",
}
"""Real TwiML that isn't emulated, and its name in the alert."""


def play(stack: LocalStack, documents: list[str], seconds: float = 400) -> list[str]:
    """Place a call with each document, answer it, and wait until it ends; return the SIDs."""
    url = f"{stack.functions_url}/api"
    twiml = [f"<Response>{document.format(url=url)}</Response>" for document in documents]
    sids = [stack.place_call(one, TimeLimit="300") for one in twiml]
    stack.advance(1)
    for sid in sids:
        stack.answer(sid)
    stack.advance(seconds)
    return sids


def test_twilios_examples_are_played(stack: LocalStack) -> None:
    sids = play(stack, PLAYED)
    alerts = {alert["sid"]: alert["message"] for alert in stack.alerts()}

    assert {document: alerts.get(sid) for document, sid in zip(PLAYED, sids, strict=True)} == (
        dict.fromkeys(PLAYED)
    )
    assert {stack.call(sid)["status"] for sid in sids} == {"completed"}


def test_a_part_that_is_not_emulated_is_named(stack: LocalStack) -> None:
    sids = play(stack, list(NAMED))
    alerts = {alert["sid"]: alert for alert in stack.alerts()}

    for (document, name), sid in zip(NAMED.items(), sids, strict=True):
        assert alerts[sid]["kind"] == "emulator", document
        assert name in alerts[sid]["message"]


VALUES = (
    *("", "0", "1", "2", "5", "-1", "99999", "true", "false", "GET", "POST", "dtmf", "speech"),
    *("dtmf speech", "busy", "*", "#", "12", "+12025550124", "call me", "é", "do-not-trim"),
    *("record-from-answer", "http://127.0.0.1:1/x", "TwimlHello", "join leave", "auto", "a b"),
)
TEXTS = ("", "Hello", "+12025550124", "support", "http://127.0.0.1:1/x", "é👋", "202-555-0125")


def element(random: Random, depth: int) -> str:
    """Return a random element with known and unknown attributes and children."""
    name = random.choice([*VOICE, "Nonsense"])
    known = [*VOICE[name].attributes, "nonsense"] if name in VOICE else ["nonsense"]
    names = random.sample(known, min(len(known), random.randrange(4)))
    attributes = "".join(f" {one}={quoteattr(random.choice(VALUES))}" for one in names)
    inside = [element(random, depth - 1) for _ in range(random.randrange(3))] if depth else []
    return f"<{name}{attributes}>{random.choice(TEXTS)}{''.join(inside)}</{name}>".replace(
        " xml:lang", " lang"
    )


@pytest.mark.soak
@pytest.mark.parametrize("seed", range(4))
def test_the_player_survives_every_document(stack: LocalStack, seed: int) -> None:
    random = Random(seed)  # noqa: S311 - documents, no secrets
    documents = [
        "".join(element(random, 2) for _ in range(random.randrange(1, 5))).replace("{", "{{")
        for _ in range(60)
    ]
    sids = play(stack, documents, seconds=1000)

    assert [alert for alert in stack.alerts() if "failed here" in alert["message"]] == []
    assert {stack.call(sid)["status"] for sid in sids} <= {"completed", "busy", "no-answer"}
