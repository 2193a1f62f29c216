"""When the speech of a call stops."""

import io
import wave
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import Page, expect

from local_stack.testing import LocalStack

if TYPE_CHECKING:
    from tests.conftest import WebServer

pytestmark = pytest.mark.soak  # detailed browser tests are slow

TALKS_ON = "<Response><Say>Old words</Say><Pause length='60'/></Response>"
SLOW_VOICE = """() => {
  const did = (action) => { document.documentElement.dataset.voice += `${action}. `; };
  document.documentElement.dataset.voice = "";
  speechSynthesis.speak = ({ text }) => did(text);
  speechSynthesis.cancel = () => did("Cut");
}"""
"""A voice that never finishes; what it did is written to the document."""
WATCH_AUDIO = """() => {
  const { play } = HTMLMediaElement.prototype;
  HTMLMediaElement.prototype.play = function () {
    for (const name of ["playing", "pause"]) {
      this.addEventListener(name, () => { document.documentElement.dataset.audio = name; });
    }
    return play.call(this);
  };
}"""
HEARD_TWICE = """async () => {
  const { Voice } = await import("/voice.js");
  const entry = { kind: "verb", name: "Say", text: "Hello", attributes: {} };
  const call = { sid: "CA1", status: "in-progress", entries: 1, timeline: [entry] };
  const voice = new Voice();
  const hear = async () => { voice.hear(call); await new Promise((done) => setTimeout(done)); };
  window.said.length = 0;
  await hear();
  await hear();
  const before = window.said.length;
  voice.begin(new Map());
  await hear();
  return [before, window.said.length];
}"""

CONNECTED = """async () => {
  const { Voice } = await import("/voice.js");
  const entry = (name) => ({ name, text: "+12025550124", attributes: {} });
  const call = { sid: "CA1", status: "in-progress" };
  const voice = new Voice();
  let cuts = 0;
  voice.hear({ ...call, entries: 1, timeline: [entry("Say")] });
  speechSynthesis.cancel = () => (cuts += 1);
  voice.hear({ ...call, entries: 2, timeline: [entry("Say"), entry("connected")] });
  return cuts;
}"""


def expect_voice(page: Page, *actions: str) -> None:
    """Wait until the slow voice has done exactly this."""
    written = "".join(f"{action}. " for action in actions)
    expect(page.locator("html")).to_have_attribute("data-voice", written)


@pytest.fixture
def talking(page: Page, live_stack: LocalStack) -> str:
    """The SID of a call that is speaking."""
    page.get_by_test_id("compose").wait_for()
    page.evaluate(SLOW_VOICE)
    sid = live_stack.place_call(TALKS_ON)
    page.get_by_test_id("answer").click()
    expect_voice(page, "Old words")
    return sid


def test_end_of_call_stops_speech(page: Page, live_stack: LocalStack, talking: str) -> None:
    live_stack.rest("POST", f"Calls/{talking}.json", {"Status": "completed"}).raise_for_status()

    expect_voice(page, "Old words", "Cut")


def test_hanging_up_stops_speech(page: Page, talking: str) -> None:
    page.get_by_test_id("hangup").click()

    expect_voice(page, "Old words", "Cut")


def test_redirect_stops_speech_and_speaks_the_new_text(
    page: Page, live_stack: LocalStack, talking: str
) -> None:
    twiml = TALKS_ON.replace("Old", "New")
    live_stack.rest("POST", f"Calls/{talking}.json", {"Twiml": twiml}).raise_for_status()

    expect_voice(page, "Old words", "Cut", "New words")


@pytest.mark.usefixtures("talking")
def test_switching_handsets_stops_speech(page: Page) -> None:
    page.get_by_test_id("handset-tab").nth(1).click()

    expect_voice(page, "Old words", "Cut")


@pytest.mark.usefixtures("talking")
def test_new_snapshot_stops_speech(page: Page, live_stack: LocalStack) -> None:
    live_stack.reset()

    expect_voice(page, "Old words", "Cut")


def test_end_of_another_call_does_not_stop_speech(
    page: Page, live_stack: LocalStack, talking: str
) -> None:
    other = live_stack.place_call(TALKS_ON)
    live_stack.rest("POST", f"Calls/{other}.json", {"Status": "canceled"}).raise_for_status()
    expect(page.locator(".head").filter(has_text="canceled")).to_be_visible()

    expect_voice(page, "Old words")


def test_end_of_call_stops_audio_file(
    page: Page, live_stack: LocalStack, web_server: "WebServer"
) -> None:
    page.evaluate(WATCH_AUDIO)
    url = web_server.answer("/music.wav", silence(seconds=30), "audio/wav")
    sid = live_stack.place_call(f"<Response><Play>{url}</Play></Response>")
    page.get_by_test_id("answer").click()
    expect(page.locator("html")).to_have_attribute("data-audio", "playing")

    live_stack.rest("POST", f"Calls/{sid}.json", {"Status": "completed"}).raise_for_status()

    expect(page.locator("html")).to_have_attribute("data-audio", "pause")


def test_new_snapshot_forgets_spoken_text(page: Page) -> None:
    assert page.evaluate(HEARD_TWICE) == [1, 2]


def test_connecting_to_another_call_stops_speech(page: Page) -> None:
    assert page.evaluate(CONNECTED) == 1


def silence(*, seconds: int) -> bytes:
    """Return a WAV file, 8 kHz, 8 bits."""
    file = io.BytesIO()
    with wave.open(file, "wb") as audio:
        audio.setparams((1, 1, 8000, 0, "NONE", "not compressed"))
        audio.writeframes(b"\x80" * 8000 * seconds)
    return file.getvalue()
