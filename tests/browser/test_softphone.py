"""The softphone in Chromium: Twilio's Voice SDK, unmodified, through the whole local stack.

The microphone is Chromium's own, which beeps.
"""

import io
import json
import wave
from array import array
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import urlencode

import pytest
from playwright.sync_api import Browser, Page, Route, expect

from deskphone.values import APPLICATION_SID, LINE
from local_stack.examples import SOFTPHONE
from local_stack.testing import HANDSET, HANDSETS, LocalStack
from tests.browser.conftest import MICROPHONE, chromium

LIMIT_MS = 20_000
OWNER = HANDSETS[1]
LOUDNESS = """async () => {
  const all = [...(await call._mediaHandler.version.pc.getStats()).values()];
  return all.find((one) => one.type === "inbound-rtp")?.totalAudioEnergy ?? 0;
}"""


@pytest.fixture(scope="module")
def caller() -> Iterator[Browser]:
    """A Chromium with a microphone that every page may use."""
    with chromium(*MICROPHONE) as browser:
        yield browser


@pytest.fixture
def offline(caller: Browser, live_stack: LocalStack, console: list[str]) -> Iterator[Page]:
    """The softphone, just opened; fails if anything is written to the console."""
    live_stack.reset()
    page = caller.new_page()
    page.set_default_timeout(LIMIT_MS)
    page.on("console", lambda message: console.append(message.text))
    page.on("pageerror", lambda error: console.append(str(error)))
    page.goto(f"{live_stack.functions_url}/api/GetSoftphone")
    yield page
    page.close()
    assert console == []


@pytest.fixture
def softphone(offline: Page) -> Page:
    """The softphone, registered."""
    offline.get_by_role("button", name="Go online").click()
    shows(offline, "Online")
    return offline


def shows(page: Page, state: str) -> None:
    """Wait until the page shows a state."""
    expect(page.get_by_role("status")).to_contain_text(state, timeout=LIMIT_MS)


def press(page: Page, name: str) -> None:
    """Click the button with this name."""
    page.get_by_role("button", name=name, exact=True).click()


def dial(page: Page, to: str) -> None:
    """Call from the softphone."""
    page.get_by_label("Phone number").fill(to)
    press(page, "Call")


def soon[Value](page: Page, find: Callable[[], Value]) -> Value:
    """Return what `find` returns as soon as it is true."""
    for _ in range(LIMIT_MS // 50):
        if found := find():
            return found
        page.wait_for_timeout(50)
    pytest.fail("it did not happen")


def calls(stack: LocalStack, number: str, status: str = "ringing") -> list[dict[str, Any]]:
    """Return the calls of a handset in a state."""
    found = stack.look(f"handsets/{number}")["calls"]
    return [call for call in found if call["status"] == status]


def ringing(page: Page, stack: LocalStack, number: str = HANDSET) -> str:
    """Wait until a handset rings; return the SID of the call."""
    return soon(page, lambda: calls(stack, number))[0]["sid"]


def ring_softphone(stack: LocalStack, **parameters: str) -> str:
    """Call the line, which rings the softphone; return the SID."""
    query = urlencode({"Identity": SOFTPHONE, **parameters})
    stack.line_goes_to(VoiceUrl=f"{stack.functions_url}/api/TwimlClient?{query}")
    return stack.ring()


def answers(stack: LocalStack, function: str, **parameters: str) -> None:
    """Let a function answer the softphone's calls."""
    url = f"{stack.functions_url}/api/{function}?{urlencode(parameters)}"
    stack.rest("POST", f"Applications/{APPLICATION_SID}.json", {"VoiceUrl": url})


def test_the_softphone_registers_as_the_person_who_is_signed_in(softphone: Page) -> None:
    expect(softphone.locator("#identity")).to_have_text(f"client:{SOFTPHONE}")
    expect(softphone.get_by_role("alert")).to_be_empty()


def test_it_calls_a_handset_which_sees_the_apps_number_and_hangs_up(
    softphone: Page, live_stack: LocalStack
) -> None:
    dial(softphone, HANDSET)
    shows(softphone, "Ringing")
    sid = ringing(softphone, live_stack)
    live_stack.answer(sid)
    shows(softphone, f"Talking to {HANDSET}")
    assert live_stack.call(sid)["from"] == LINE
    live_stack.hang_up(sid)

    shows(softphone, "Online")


def test_it_hangs_up_on_a_handset(softphone: Page, live_stack: LocalStack) -> None:
    dial(softphone, HANDSET)
    sid = ringing(softphone, live_stack)
    live_stack.answer(sid)
    shows(softphone, "Talking")
    press(softphone, "Hang up")

    shows(softphone, "Online")
    soon(softphone, lambda: live_stack.call(sid)["status"] == "completed")


def test_it_cancels_a_call_that_still_rings(softphone: Page, live_stack: LocalStack) -> None:
    dial(softphone, HANDSET)
    sid = ringing(softphone, live_stack)
    press(softphone, "Hang up")

    shows(softphone, "Online")
    soon(softphone, lambda: live_stack.call(sid)["status"] == "canceled")


def test_a_handset_calls_it_through_the_line(softphone: Page, live_stack: LocalStack) -> None:
    sid = ring_softphone(live_stack)
    shows(softphone, f"Call from {HANDSET}")
    press(softphone, "Answer")
    shows(softphone, f"Talking to {HANDSET}")
    [leg] = live_stack.legs(sid)
    soon(softphone, lambda: live_stack.call(sid)["connected_to"] == leg)
    live_stack.hang_up(sid)

    shows(softphone, "Online")


def test_a_rejected_call_continues_at_fail_url(softphone: Page, live_stack: LocalStack) -> None:
    sid = ring_softphone(live_stack, FailUrl="TwimlMessage?Message=Nobody+is+here")
    shows(softphone, "Call from")
    press(softphone, "Reject")

    shows(softphone, "Online")
    soon(softphone, lambda: live_stack.heard(sid) == ["Nobody is here"])


def test_a_call_that_no_one_answers_becomes_a_voicemail(
    softphone: Page, live_stack: LocalStack
) -> None:
    sid = ring_softphone(live_stack, Timeout="5", Notify=OWNER)
    shows(softphone, "Call from")
    shows(softphone, "Online")  # after five seconds
    verbs = "timeline"
    soon(
        softphone,
        lambda: any(entry["name"] == "Record" for entry in live_stack.call(sid)[verbs]),
    )
    live_stack.hang_up(sid)


def test_keys_reach_a_menu(softphone: Page, live_stack: LocalStack) -> None:
    options = {"Options[1]": "TwimlMessage?Message=One", "Options[27]": "TwimlMessage?Message=Two"}
    answers(live_stack, "TwimlMenu", Message="Choose", **options)
    dial(softphone, "menu")
    shows(softphone, "Talking")
    [sid] = [one["sid"] for one in live_stack.rest("GET", "Calls.json").json()["calls"]]
    soon(softphone, lambda: live_stack.heard(sid))  # keys before that have no effect
    press(softphone, "2")
    softphone.keyboard.press("7")

    soon(softphone, lambda: "Two" in live_stack.heard(sid))


def test_it_can_be_muted(softphone: Page, live_stack: LocalStack) -> None:
    dial(softphone, HANDSET)
    live_stack.answer(ringing(softphone, live_stack))
    shows(softphone, "Talking")
    mute = softphone.get_by_role("button", name="Mute")
    mute.click()
    expect(mute).to_have_attribute("aria-pressed", "true")
    assert softphone.evaluate("call.isMuted()")
    mute.click()

    expect(mute).to_have_attribute("aria-pressed", "false")


def test_it_hears_what_the_line_says(softphone: Page, live_stack: LocalStack) -> None:
    answers(live_stack, "TwimlMessage", Message="This is a rather long sentence to listen to.")
    dial(softphone, "anything")
    shows(softphone, "Talking")

    soon(softphone, lambda: softphone.evaluate(LOUDNESS) > 0.001)


def test_a_recording_holds_what_it_said(softphone: Page, live_stack: LocalStack) -> None:
    end = live_stack.twiml_url("<Response><Hangup/></Response>")
    twiml = f"<Response><Record maxLength='3' playBeep='false' action='{end}'/></Response>"
    answers(live_stack, "TwimlEcho", Twiml=twiml)
    dial(softphone, "anything")
    shows(softphone, "Online")  # when the recording ends, the call does
    [row] = live_stack.rest("GET", "Recordings.json").json()["recordings"]
    address = f"{live_stack.emulator_url}/emulator/recordings/{row['sid']}.wav"
    with wave.open(io.BytesIO(live_stack.http.get(address, timeout=10).content)) as sound:
        samples = array("h", sound.readframes(sound.getnframes()))

    assert max(samples) > 1000


def test_the_token_is_refreshed(softphone: Page, live_stack: LocalStack) -> None:
    with softphone.expect_response("**/GetMyClientToken") as refreshed:
        softphone.evaluate("device.emit('tokenWillExpire', device)")

    assert refreshed.value.status == 200
    ring_softphone(live_stack)
    shows(softphone, "Call from")


def test_an_expired_token_is_replaced(
    offline: Page, live_stack: LocalStack, console: list[str]
) -> None:
    with live_stack.faults({"service": "browsers", "kind": "expired", "count": 1}) as faults:
        press(offline, "Go online")
        shows(offline, "Online")
        assert faults.happened() == [1]

    ring_softphone(live_stack)
    shows(offline, "Call from")
    console.clear()  # the SDK reports the error


def test_a_call_survives_a_dropped_connection(
    softphone: Page, live_stack: LocalStack, console: list[str]
) -> None:
    dial(softphone, HANDSET)
    sid = ringing(softphone, live_stack)
    live_stack.answer(sid)
    shows(softphone, "Talking")
    with live_stack.faults({"service": "browsers", "kind": "dropped", "count": 1}) as faults:
        soon(softphone, lambda: faults.happened() == [1])
    soon(softphone, lambda: softphone.evaluate("device.state === 'registered'"))
    shows(softphone, "Talking")
    expect(softphone.get_by_role("alert")).to_be_empty()
    live_stack.hang_up(sid)

    shows(softphone, "Online")
    console.clear()  # the SDK reports the lost connection


def test_a_refused_token_is_explained(offline: Page, console: list[str]) -> None:
    def forge(route: Route) -> None:
        token = route.fetch().json()
        route.fulfill(json={**token, "token": token["token"][:-4] + "AAAA"})

    offline.route("**/GetMyClientToken", forge)
    press(offline, "Go online")

    expect(offline.get_by_role("alert")).to_contain_text("20101")
    shows(offline, "Offline")
    expect(offline.get_by_role("button", name="Go online")).to_be_visible()
    console.clear()  # the SDK reports the error


def test_while_it_talks_another_call_is_not_shown(softphone: Page, live_stack: LocalStack) -> None:
    dial(softphone, OWNER)
    live_stack.answer(ringing(softphone, live_stack, OWNER))
    shows(softphone, "Talking")
    sid = ring_softphone(live_stack, Timeout="5", FailUrl="TwimlMessage?Message=Busy")

    soon(softphone, lambda: live_stack.heard(sid) == ["Busy"])
    shows(softphone, f"Talking to {OWNER}")


def test_without_a_token_the_page_says_why_and_offers_to_sign_in(
    offline: Page, console: list[str]
) -> None:
    def refuse(route: Route) -> None:
        problem = {"status": 403, "title": "Not signed in", "detail": "Sign in, then try again."}
        route.fulfill(status=403, body=json.dumps(problem))

    offline.route("**/GetMyClientToken", refuse)
    press(offline, "Go online")

    expect(offline.get_by_role("alert")).to_have_text("Sign in, then try again.")
    expect(offline.get_by_role("link", name="Sign in")).to_be_visible()
    shows(offline, "Offline")
    console.clear()  # the browser reports the 403


def test_without_a_microphone_the_page_says_so(softphone: Page, console: list[str]) -> None:
    softphone.evaluate(
        """() => {
          const refused = new DOMException("no", "NotAllowedError");
          navigator.mediaDevices.getUserMedia = () => Promise.reject(refused);
        }"""
    )
    dial(softphone, HANDSET)

    expect(softphone.get_by_role("alert")).to_contain_text("microphone")
    shows(softphone, "Online")
    console.clear()


def test_the_page_works_with_the_keyboard_alone(offline: Page, live_stack: LocalStack) -> None:
    offline.keyboard.press("Tab")
    offline.keyboard.press("Enter")
    shows(offline, "Online")
    offline.keyboard.press("Tab")
    offline.keyboard.type(HANDSET)
    offline.keyboard.press("Enter")
    live_stack.answer(ringing(offline, live_stack))

    shows(offline, "Talking")
