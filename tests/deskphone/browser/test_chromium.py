"""Twilio's Voice SDK, unmodified, in Chromium: a page of another site with the emulator alone.

The microphone is Chromium's own, which beeps. Applications are served by this module.
"""

import json
import math
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import jwt
import pytest
from playwright.sync_api import Browser, Page, Route, TimeoutError

from deskphone.values import ACCOUNT_SID, API_KEY_SECRET, API_KEY_SID, HANDSETS, LINE
from tests.browser.conftest import MICROPHONE, NO_CLICK_NEEDED, chromium
from tests.deskphone.standalone import ROOT, Standalone, running

SDK = ROOT / "GetSoftphone/page/voice-sdk-2.18.5.js"
LIMIT_MS = 60_000
LONG = "<Say>This is a sentence that takes a while.</Say><Pause length='600'/>"
SCRIPT = """
const happened = [], heard = {}, calls = {};
const follow = (name, call) => {
  calls[name] = call;
  const events = ["ringing", "accept", "cancel", "disconnect", "reject", "reconnecting",
    "reconnected", "messageSent", "messageReceived", "error"];
  for (const event of events) {
    call.on(event, (value) => happened.push([name, event, value?.code ?? value?.content ?? ""]));
  }
  call.on("volume", (input, output) => heard[name] = Math.max(heard[name] ?? 0, output));
};
const device = async (name, token) => {
  const made = window[name] = new Twilio.Device(token, {logLevel: "silent"});
  made.on("incoming", (call) => { follow(name, call); happened.push([name, "incoming", ""]); });
  made.on("error", (error) => happened.push([name, "error", error.code]));
  for (const event of ["registered", "unregistered", "tokenWillExpire"]) {
    made.on(event, () => happened.push([name, event, ""]));
  }
};
const connect = async (name, options) => { follow(name, await window[name].connect(options)); };
"""


class Site(BaseHTTPRequestHandler):
    """The page with the SDK at /, and TwiML at /twiml?document=…"""

    emulator = ""

    def do_GET(self) -> None:
        sources = (f"{self.emulator}/voice-shim.js", "/sdk.js")
        scripts = "".join(f"<script src='{source}'></script>" for source in sources)
        page = f"<!doctype html>{scripts}<script>{SCRIPT}</script>"
        if self.path == "/sdk.js":
            self._send("text/javascript", SDK.read_bytes())
        else:
            self._send("text/html", page.encode())

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        document = parse_qs(urlsplit(self.path).query)["document"][0]
        self._send("text/xml", f"<Response>{document}</Response>".encode())

    def _send(self, content_type: str, body: bytes) -> None:
        self.send_response(200)
        self.send_header("Content-Type", content_type)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        pass


@dataclass
class Line:
    """An emulator, a site of its own, and a page of that site."""

    phone: Standalone
    site: str
    page: Page

    def token(self, identity: str, document: str = "", *, ttl: int = 3600) -> str:
        """Return a token for an application with this document."""
        voice: dict[str, Any] = {"incoming": {"allow": True}}
        if document:
            voice["outgoing"] = {"application_sid": self.application(document)}
        now = math.floor(time.time())
        claims = {
            "jti": API_KEY_SID, "iss": API_KEY_SID, "sub": ACCOUNT_SID, "iat": now,
            "exp": now + ttl, "grants": {"identity": identity, "voice": voice},
        }  # fmt: skip
        headers = {"cty": "twilio-fpa;v=1"}
        return jwt.encode(claims, API_KEY_SECRET, algorithm="HS256", headers=headers)

    def application(self, document: str) -> str:
        url = f"{self.site}/twiml?{urlencode({'document': document})}"
        return self.phone.rest("POST", "Applications.json", {"VoiceUrl": url}).json()["sid"]

    def device(self, name: str, token: str) -> None:
        """Make a Device of this name on the page."""
        self.page.evaluate("([name, token]) => device(name, token)", [name, token])

    def registered(self, name: str, identity: str, document: str = "") -> None:
        """Make a Device and register it."""
        self.device(name, self.token(identity, document))
        self.page.evaluate(f"{name}.register()")
        self.wait(name, "registered")

    def connect(self, name: str, **options: Any) -> None:
        """Call with a Device."""
        self.page.evaluate("([name, options]) => connect(name, options)", [name, options])

    def wait(self, name: str, event: str, value: Any = None) -> None:
        """Wait until something has happened on the page, and forget it."""
        script = """([name, event, value]) => {
          const found = happened.findIndex((one) => one[0] === name && one[1] === event
            && (value === null || JSON.stringify(one[2]) === JSON.stringify(value)));
          return found >= 0 && happened.splice(found, 1);
        }"""
        try:
            self.page.wait_for_function(script, arg=[name, event, value], timeout=LIMIT_MS)
        except TimeoutError:
            pytest.fail(f"{name} {event} did not happen: {self.page.evaluate('happened')}")

    def seen(self, name: str) -> list[str]:
        """Return what else has happened to a Device and its calls."""
        return self.page.evaluate(
            "(name) => happened.filter((one) => one[0] === name).map((one) => one[1])", name
        )

    def hears(self, name: str) -> None:
        """Wait until a Device hears something in its call."""
        self.page.wait_for_function(f"heard.{name} > 0.05", timeout=LIMIT_MS)

    def connected(self, name: str) -> None:
        """Wait until the media of a Device's call are connected."""
        pc = f"calls.{name}._mediaHandler.version.pc"
        self.page.wait_for_function(f"{pc}.connectionState === 'connected'", timeout=LIMIT_MS)

    def sid(self, name: str) -> str:
        """Return the SID of a Device's call."""
        return self.page.evaluate(f"calls.{name}.parameters.CallSid")

    def call(self, sid: str) -> dict[str, Any]:
        return self.phone.world(f"calls/{sid}", method="GET").json()

    def ring(self, identity: str) -> str:
        """Let the REST API call an identity; return the SID."""
        form = {"To": f"client:{identity}", "From": LINE, "Twiml": f"<Response>{LONG}</Response>"}
        return self.phone.rest("POST", "Calls.json", form).json()["sid"]

    def ends(self, sid: str, status: str) -> None:
        """Wait until a call has this status."""
        self.until(lambda: self.call(sid)["status"] == status)

    def until(self, holds: Callable[[], object]) -> None:
        """Wait until something holds in the emulator."""
        deadline = time.monotonic() + LIMIT_MS / 1000
        while not holds():
            assert time.monotonic() < deadline, self.page.evaluate("happened")
            self.page.wait_for_timeout(50)


def keys(call: dict[str, Any]) -> list[str]:
    """Return the keys that arrived in a call."""
    return [entry["text"] for entry in call["timeline"] if entry["name"] == "keys"]


@pytest.fixture(scope="module")
def phone() -> Iterator[Standalone]:
    with running(clock="system") as phone:
        yield phone


@pytest.fixture(scope="module")
def site(phone: Standalone) -> Iterator[str]:
    handler = type("OurSite", (Site,), {"emulator": phone.url})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://localhost:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture(scope="module")
def caller() -> Iterator[Browser]:
    with chromium(*MICROPHONE, NO_CLICK_NEEDED) as browser:
        yield browser


def refuse(route: Route) -> None:
    route.abort()


@pytest.fixture
def line(phone: Standalone, site: str, caller: Browser) -> Iterator[Line]:
    assert phone.world("reset").ok
    page = caller.new_page()
    # Nothing leaves this machine, not even a name.
    page.route("https://*.twilio.com/**", refuse)
    page.goto(site)
    yield Line(phone, site, page)
    page.close()


def test_a_device_registers(line: Line) -> None:
    line.registered("alice", "alice")

    facts = line.page.evaluate("[alice.identity, alice.edge, alice.home, alice.state]")
    assert facts == ["alice", "ashburn", "us1", "registered"]


def test_the_phone_page_shows_that_a_client_is_registered_in_a_browser(
    line: Line, caller: Browser
) -> None:
    line.registered("alice", "alice")
    sid = line.ring("alice")
    line.wait("alice", "incoming")
    line.page.evaluate("calls.alice.reject()")
    line.ends(sid, "busy")
    phone = caller.new_page()
    phone.goto(line.phone.url)
    phone.locator("[data-number='client:alice']").click()

    phone.get_by_text("This client is registered in a browser.").wait_for(timeout=LIMIT_MS)
    line.page.close()
    phone.get_by_text("This client waits for calls.").wait_for(timeout=LIMIT_MS)
    phone.close()


def test_a_call_is_answered_heard_and_ended_by_the_app(line: Line) -> None:
    line.device("alice", line.token("alice", LONG))
    line.connect("alice")
    line.wait("alice", "ringing")
    line.wait("alice", "accept")
    line.hears("alice")
    line.phone.rest("POST", f"Calls/{line.sid('alice')}.json", {"Status": "completed"})

    line.wait("alice", "disconnect")
    assert line.seen("alice") == []


def test_a_call_arrives_is_accepted_and_hung_up(line: Line) -> None:
    line.registered("alice", "alice")
    sid = line.ring("alice")
    line.wait("alice", "incoming")
    assert line.page.evaluate("calls.alice.parameters.From") == LINE
    line.page.evaluate("calls.alice.accept()")
    line.wait("alice", "accept")
    line.hears("alice")
    line.page.evaluate("calls.alice.disconnect()")

    line.ends(sid, "completed")


def test_a_rejected_call_is_busy(line: Line) -> None:
    line.registered("alice", "alice")
    sid = line.ring("alice")
    line.wait("alice", "incoming")
    line.page.evaluate("calls.alice.reject()")

    line.ends(sid, "busy")


def test_keys_arrive(line: Line) -> None:
    document = "<Gather numDigits='9' timeout='60'/>"
    line.device("alice", line.token("alice", document))
    line.connect("alice")
    line.wait("alice", "accept")
    line.connected("alice")  # or the browser sends the first tones to no one
    line.page.evaluate("calls.alice.sendDigits('1*w2#')")
    sid = line.sid("alice")

    line.until(lambda: keys(line.call(sid)) == ["1", "*", "2", "#"])


def test_two_browsers_talk_once_the_second_has_accepted(line: Line) -> None:
    client = "<Identity>bob</Identity><Parameter name='a + b' value='我 + 1'/>"
    line.registered("bob", "bob")
    line.device("alice", line.token("alice", f"<Dial><Client>{client}</Client></Dial>"))
    line.connect("alice")
    line.wait("bob", "incoming")
    parameters = line.page.evaluate("Object.fromEntries(calls.bob.customParameters)")
    assert "accept" not in line.seen("alice")
    line.page.evaluate("calls.bob.accept()")
    for name in ("alice", "bob"):
        line.wait(name, "accept")
        line.hears(name)

    assert parameters == {"a + b": "我 + 1"}


def test_the_first_of_two_devices_wins(line: Line) -> None:
    line.registered("desk", "alice")
    line.registered("sofa", "alice")
    line.ring("alice")
    for name in ("desk", "sofa"):
        line.wait(name, "incoming")
    line.page.evaluate("calls.sofa.accept()")

    line.wait("sofa", "accept")
    line.wait("desk", "cancel")


def test_a_call_survives_a_dropped_socket(line: Line) -> None:
    line.device("alice", line.token("alice", LONG))
    line.connect("alice")
    line.wait("alice", "accept")
    fault = {"service": "browsers", "kind": "dropped", "count": 1}
    assert line.phone.world("faults", {"faults": [fault]}, "PUT").ok
    line.wait("alice", "reconnecting")

    line.wait("alice", "reconnected")
    assert line.call(line.sid("alice"))["status"] == "in-progress"


def test_another_device_takes_a_ringing_call_over(line: Line) -> None:
    line.registered("desk", "alice")
    sid = line.ring("alice")
    line.wait("desk", "incoming")
    line.device("sofa", line.token("alice"))
    line.connect("sofa", connectToken=line.page.evaluate("calls.desk.connectToken"))

    line.wait("sofa", "accept")
    line.wait("desk", "cancel")
    assert line.sid("sofa") == sid


def test_the_media_find_a_new_path(line: Line) -> None:
    line.device("alice", line.token("alice", LONG))
    line.connect("alice")
    line.wait("alice", "accept")
    pc = "calls.alice._mediaHandler.version.pc"
    before = line.page.evaluate(f"{pc}.remoteDescription.sdp")
    line.connected("alice")
    line.page.evaluate("calls.alice._mediaHandler.iceRestart()")
    line.page.wait_for_function(
        f"(before) => {pc}.signalingState === 'stable' && {pc}.remoteDescription.sdp !== before",
        arg=before,
        timeout=LIMIT_MS,
    )

    line.page.wait_for_function(f"{pc}.iceConnectionState === 'connected'", timeout=LIMIT_MS)


def test_messages_go_both_ways(line: Line) -> None:
    line.device("alice", line.token("alice", LONG))
    line.connect("alice")
    line.wait("alice", "accept")
    message = {"content": {"a": 1}, "messageType": "user-defined-message"}
    line.page.evaluate("(message) => calls.alice.sendMessage(message)", message)
    line.wait("alice", "messageSent", {"a": 1})
    path = f"Calls/{line.sid('alice')}/UserDefinedMessages.json"
    assert line.phone.rest("POST", path, {"Content": json.dumps({"b": 2})}).status_code == 201

    line.wait("alice", "messageReceived", {"b": 2})


@pytest.mark.parametrize(
    ("identity", "ttl", "code"), [("alice", -1, 20104), ("x" * 300, 60, 20101)]
)
def test_a_bad_token_is_an_error(line: Line, identity: str, ttl: int, code: int) -> None:
    line.device("alice", line.token(identity, ttl=ttl))
    line.page.evaluate("void alice.register()")

    line.wait("alice", "error", code)


def test_a_token_is_refreshed_in_a_call(line: Line) -> None:
    line.device("alice", line.token("alice", LONG, ttl=11))
    line.connect("alice")
    line.wait("alice", "accept")
    line.wait("alice", "tokenWillExpire")
    line.page.evaluate("(token) => alice.updateToken(token)", line.token("alice", ttl=12))

    line.wait("alice", "tokenWillExpire")
    assert line.page.evaluate("calls.alice.status()") == "open"
    assert line.seen("alice") == ["ringing"]


def test_a_preflight_completes(line: Line) -> None:
    token = line.token("alice", "<Say>One two three four.</Say><Pause length='4'/>")
    script = """(token) => new Promise((done, fail) => {
      const test = Twilio.Device.runPreflight(token);
      test.on("completed", (report) => done([report.callQuality, report.callSid]));
      test.on("failed", (error) => fail(new Error(error.message)));
    })"""
    quality, sid = line.page.evaluate(script, token)

    assert (quality, line.call(sid)["status"]) == ("excellent", "completed")


def test_a_handset_of_the_page_and_a_browser_talk(line: Line) -> None:
    line.device("alice", line.token("alice", f"<Dial>{HANDSETS[0]}</Dial>"))
    line.connect("alice")
    line.wait("alice", "ringing")
    parent = line.sid("alice")
    children = f"Calls.json?ParentCallSid={parent}&Status=ringing"
    line.until(lambda: line.phone.rest("GET", children).json()["calls"])
    [leg] = line.phone.rest("GET", children).json()["calls"]
    assert line.phone.world(f"calls/{leg['sid']}/answer").ok

    line.wait("alice", "accept")
