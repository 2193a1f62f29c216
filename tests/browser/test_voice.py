"""When the voice of a call falls silent."""

import io
import wave
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import Page, expect

from local_stack.testing import LocalStack

if TYPE_CHECKING:
    from tests.conftest import WebServer

pytestmark = pytest.mark.soak  # what the page does in detail takes its time in a browser

TALKS_ON = "<Response><Say>Old words</Say><Pause length='60'/></Response>"
SLOW_VOICE = """() => {
  const did = (deed) => { document.documentElement.dataset.voice += `${deed}. `; };
  document.documentElement.dataset.voice = "";
  speechSynthesis.speak = ({ text }) => did(text);
  speechSynthesis.cancel = () => did("Cut");
}"""
"""A voice that never comes to the end of its words; what it did is written on the document."""
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
  const { Voice } = await import("/speech.js");
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
  const { Voice } = await import("/speech.js");
  const entry = (name) => ({ name, text: "+12025550124", attributes: {} });
  const call = { sid: "CA1", status: "in-progress" };
  const voice = new Voice();
  let cuts = 0;
  voice.hear({ ...call, entries: 1, timeline: [entry("Say")] });
  speechSynthesis.cancel = () => (cuts += 1);
  voice.hear({ ...call, entries: 2, timeline: [entry("Say"), entry("connected")] });
  return cuts;
}"""


def expect_voice(page: Page, *deeds: str) -> None:
    """Wait until the slow voice has done this and nothing else."""
    written = "".join(f"{deed}. " for deed in deeds)
    expect(page.locator("html")).to_have_attribute("data-voice", written)


@pytest.fixture
def talking(page: Page, live_stack: LocalStack) -> str:
    """The SID of a call whose voice is in the middle of its words."""
    page.get_by_test_id("compose").wait_for()
    page.evaluate(SLOW_VOICE)
    sid = live_stack.place_call(TALKS_ON)
    page.get_by_test_id("answer").click()
    expect_voice(page, "Old words")
    return sid


def test_the_end_of_the_call_cuts_the_voice_off(
    page: Page, live_stack: LocalStack, talking: str
) -> None:
    live_stack.rest("POST", f"Calls/{talking}.json", {"Status": "completed"}).raise_for_status()

    expect_voice(page, "Old words", "Cut")


def test_hanging_up_cuts_the_voice_off(page: Page, talking: str) -> None:
    page.get_by_test_id("hangup").click()

    expect_voice(page, "Old words", "Cut")


def test_a_redirect_cuts_the_voice_off_and_the_new_words_follow(
    page: Page, live_stack: LocalStack, talking: str
) -> None:
    twiml = TALKS_ON.replace("Old", "New")
    live_stack.rest("POST", f"Calls/{talking}.json", {"Twiml": twiml}).raise_for_status()

    expect_voice(page, "Old words", "Cut", "New words")


@pytest.mark.usefixtures("talking")
def test_taking_another_handset_cuts_the_voice_off(page: Page) -> None:
    page.get_by_test_id("handset-tab").nth(1).click()

    expect_voice(page, "Old words", "Cut")


@pytest.mark.usefixtures("talking")
def test_a_fresh_snapshot_cuts_the_voice_off(page: Page, live_stack: LocalStack) -> None:
    live_stack.reset()

    expect_voice(page, "Old words", "Cut")


def test_the_end_of_another_call_leaves_the_voice_alone(
    page: Page, live_stack: LocalStack, talking: str
) -> None:
    other = live_stack.place_call(TALKS_ON)
    live_stack.rest("POST", f"Calls/{other}.json", {"Status": "canceled"}).raise_for_status()
    expect(page.locator(".head").filter(has_text="canceled")).to_be_visible()

    expect_voice(page, "Old words")


def test_the_end_of_the_call_stops_an_audio_file(
    page: Page, live_stack: LocalStack, web_server: "WebServer"
) -> None:
    page.evaluate(WATCH_AUDIO)
    url = web_server.answer("/music.wav", silence(seconds=30), "audio/wav")
    sid = live_stack.place_call(f"<Response><Play>{url}</Play></Response>")
    page.get_by_test_id("answer").click()
    expect(page.locator("html")).to_have_attribute("data-audio", "playing")

    live_stack.rest("POST", f"Calls/{sid}.json", {"Status": "completed"}).raise_for_status()

    expect(page.locator("html")).to_have_attribute("data-audio", "pause")


def test_a_fresh_snapshot_forgets_what_was_heard(page: Page) -> None:
    assert page.evaluate(HEARD_TWICE) == [1, 2]


def test_a_connection_with_somebody_cuts_the_voice_off(page: Page) -> None:
    assert page.evaluate(CONNECTED) == 1


def silence(*, seconds: int) -> bytes:
    """Return a WAV file, 8 kHz, 8 bits."""
    file = io.BytesIO()
    with wave.open(file, "wb") as audio:
        audio.setparams((1, 1, 8000, 0, "NONE", "not compressed"))
        audio.writeframes(b"\x80" * 8000 * seconds)
    return file.getvalue()
