"""Scenes that make the emulator send each kind of request, and what was sent."""

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from deskphone.values import HANDSETS, LINE
from local_stack.testing import HANDSET, LocalStack

if TYPE_CHECKING:
    from tests.conftest import Received, WebServer

EMPTY = "<Response/>"
LONG = "<Response><Pause length='600'/></Response>"
RINGS_S = 1
SERVICE = "MG" + "0" * 32


class Scene:
    """A stack and a web server that stands for an app."""

    def __init__(self, stack: LocalStack, server: "WebServer") -> None:
        self.stack = stack
        self.server = server
        for path in ("/done", "/report", "/wait"):
            server.twiml(path, LONG if path == "/wait" else EMPTY)

    def answered(self, document: str, **options: str) -> str:
        """Place a call that runs the document at /first, and answer it; return its SID."""
        self.server.twiml("/first", document)
        sid = self.stack.place_call(Url=f"{self.server.url}/first", **options)
        self.stack.advance(RINGS_S)
        self.stack.answer(sid)
        self.stack.advance(0)
        return sid

    def incoming(self, document: str = EMPTY, caller: str = HANDSET, **settings: str) -> str:
        """Call the line, which runs the document at /line; return the call's SID."""
        self.stack.line_goes_to(VoiceUrl=self.server.twiml("/line", document), **settings)
        sid = self.stack.ring(caller)
        self.stack.advance(0)
        return sid

    def texted(self, picture: str = "", sender: str = HANDSET, **settings: str) -> None:
        """Text the line, which answers at /sms, with a picture or words."""
        self.stack.line_goes_to(**{"SmsUrl": self.server.twiml("/sms", EMPTY), **settings})
        content = {"body": "", "media_url": picture} if picture else {"body": "Hello"}
        self.stack.world("texts", {"from": sender, "to": LINE, **content})
        self.stack.advance(1)

    def dialed(self, dial: str = "", number: str = "", *, answers: bool = True) -> str:
        """Let an incoming call dial a handset for 4 s; return its SID."""
        noun = f"<Number {number}>{HANDSETS[1]}</Number>"
        sid = self.incoming(f"<Response><Dial action='/done' {dial}>{noun}</Dial></Response>")
        self.stack.advance(RINGS_S)
        [leg] = self.stack.legs(sid)
        if answers:
            self.stack.answer(leg)
            self.stack.advance(4)
        self.stack.hang_up(leg)
        self.stack.advance(0)
        return sid

    def asked(self, path: str) -> "Received":
        """Return the only request for a path."""
        [request] = self.server.asked(path)
        return request


Names = list[str]


def _names(scene: Scene, path: str) -> Names:
    return list(scene.asked(path).form)


def _call(scene: Scene) -> Names:
    scene.incoming()
    return _names(scene, "/line")


def _document(scene: Scene) -> Names:
    scene.answered(EMPTY)
    return _names(scene, "/first")


def _end(scene: Scene, ending: str = "", **options: str) -> Names:
    sid = scene.stack.place_call(EMPTY, StatusCallback=f"{scene.server.url}/report", **options)
    scene.stack.advance(RINGS_S)
    if ending:
        scene.stack.world(f"calls/{sid}/{ending}")
    scene.stack.advance(60)
    return _names(scene, "/report")


def _leg_answered(scene: Scene) -> Names:
    scene.dialed(number="statusCallback='/report' statusCallbackEvent='answered'")
    return _names(scene, "/report")


def _incoming_end(scene: Scene) -> Names:
    scene.incoming(StatusCallback=f"{scene.server.url}/report")
    return _names(scene, "/report")


def _gather(scene: Scene) -> Names:
    sid = scene.answered("<Response><Gather action='/done' numDigits='1'/></Response>")
    scene.stack.press(sid, "1")
    scene.stack.advance(0)
    return _names(scene, "/done")


def _record(scene: Scene, path: str, attributes: str = "", *, hangs_up: bool = False) -> Names:
    record = f"<Record action='/done' {attributes}/>"
    sid = scene.answered(f"<Response>{record}</Response>")
    scene.stack.speak(sid, "Call me back")
    scene.stack.advance(5)
    if hangs_up:
        scene.stack.hang_up(sid)
    else:
        scene.stack.press(sid, "#")
    scene.stack.advance(0)
    return _names(scene, path)


def _dial(scene: Scene, path: str, dial: str = "", number: str = "") -> Names:
    scene.dialed(dial, number)
    return _names(scene, path)


def _queue(scene: Scene, path: str, ending: str = "") -> Names:
    wait = f"waitUrl='{scene.server.url}/wait'"
    sid = scene.incoming(f"<Response><Enqueue action='/done' {wait}>support</Enqueue></Response>")
    scene.stack.advance(3)
    if ending == "hangup":
        scene.stack.hang_up(sid)
    elif ending:
        scene.stack.rest("POST", f"Calls/{sid}.json", {"Twiml": LONG})
    scene.stack.advance(0)
    return _names(scene, path)


def _conference(scene: Scene) -> Names:
    wait = f"waitUrl='{scene.server.url}/wait'"
    scene.answered(f"<Response><Dial><Conference {wait}>Room</Conference></Dial></Response>")
    return _names(scene, "/wait")


def _text(scene: Scene, picture: str = "") -> Names:
    scene.texted(picture)
    return _names(scene, "/sms")


def _text_fallback(scene: Scene) -> Names:
    bad = scene.server.answer("/bad", b"", "text/plain", 500)
    scene.texted(SmsUrl=bad, SmsFallbackUrl=scene.server.twiml("/sms", EMPTY))
    return _names(scene, "/sms")


def _text_report(scene: Scene, status: str, **options: str) -> Names:
    form = {"To": HANDSET, "From": LINE, "Body": "Hi", **options}
    form["StatusCallback"] = f"{scene.server.url}/report"
    scene.stack.rest("POST", "Messages.json", form)
    scene.stack.advance(2)
    forms = [request.form for request in scene.server.asked("/report")]
    return next(list(form) for form in forms if form["MessageStatus"] == status)


def _text_undelivered(scene: Scene) -> Names:
    scene.stack.text("STOP")
    scene.stack.advance(1)
    return _text_report(scene, "failed", MessagingServiceSid=SERVICE, From="")


KINDS: Mapping[str, Callable[[Scene], Names]] = {
    "incoming call": _call,
    "document of a placed call": _document,
    "end of a placed call: completed": lambda scene: _end(scene, "answer"),
    "end of a placed call: busy": lambda scene: _end(scene, "decline"),
    "end of a placed call: no-answer": _end,
    "end of a placed call after machine detection": lambda scene: _end(
        scene, "answer", MachineDetection="Enable"
    ),
    "answer of a dialed call": _leg_answered,
    "end of an incoming call": _incoming_end,
    "Gather action": _gather,
    "Record action: key": lambda scene: _record(scene, "/done"),
    "Record action: hangup": lambda scene: _record(scene, "/done", hangs_up=True),
    "recording by Record": lambda scene: _record(
        scene, "/report", "recordingStatusCallback='/report'"
    ),
    "transcription": lambda scene: _record(
        scene, "/report", "transcribe='true' transcribeCallback='/report'"
    ),
    "Dial action": lambda scene: _dial(scene, "/done"),
    "Dial action, recorded": lambda scene: _dial(scene, "/done", "record='true'"),
    "recording by Dial": lambda scene: _dial(
        scene, "/report", "record='true' recordingStatusCallback='/report'"
    ),
    "whisper": lambda scene: _dial(scene, "/report", number="url='/report'"),
    "Enqueue wait": lambda scene: _queue(scene, "/wait"),
    "Enqueue action: hangup": lambda scene: _queue(scene, "/done", "hangup"),
    "Enqueue action: redirected": lambda scene: _queue(scene, "/done", "redirect"),
    "Conference wait": _conference,
    "received text": _text,
    "received pictures": lambda scene: _text(scene, "https://example.com/a.jpg"),
    "fallback of a received text": _text_fallback,
    "text sent": lambda scene: _text_report(scene, "sent"),
    "text delivered": lambda scene: _text_report(scene, "delivered"),
    "text undelivered": _text_undelivered,
}
"""The kinds of requests; each scene returns the names of the fields in order."""
