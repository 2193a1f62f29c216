"""The sound of a call in the page, as the browser plays it."""

import io
import wave
from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from deskphone.sound.tones import tone
from deskphone.sound.wav import wav
from local_stack.testing import HANDSETS, LocalStack
from tests.browser.conftest import opened
from tests.deskphone.sound.spectrum import level

if TYPE_CHECKING:
    from tests.conftest import WebServer

HZ = 441
LISTEN = """
const { connect } = AudioNode.prototype;
const ears = new Map();
AudioNode.prototype.connect = function (target, ...rest) {
  const { context } = this;
  if (target === context.destination) {
    if (!ears.has(context)) ears.set(context, new AnalyserNode(context, { fftSize: 2048 }));
    connect.call(this, ears.get(context));
  }
  return connect.call(this, target, ...rest);
};
const loudest = (ear) => {
  const levels = new Float32Array(ear.frequencyBinCount);
  ear.getFloatFrequencyData(levels);
  const place = levels.indexOf(Math.max(...levels));
  return levels[place] > -40 ? place * ear.context.sampleRate / ear.fftSize : 0;
};
window.heard = (hz) => [...ears.values()].some((ear) =>
  ear.context.state === "running" && Math.abs(loudest(ear) - hz) < 5);
"""
"""Adds an analyser beside the output of each AudioContext."""

MICROPHONE = """(frequency) => {
  navigator.mediaDevices.getUserMedia = async () => {
    const audio = new AudioContext();
    const voice = new OscillatorNode(audio, { frequency });
    const { stream } = voice.connect(new MediaStreamAudioDestinationNode(audio));
    voice.start();
    return stream;
  };
}"""
NO_MICROPHONE = """() => {
  navigator.mediaDevices.getUserMedia = async () => {
    throw new DOMException("Permission denied", "NotAllowedError");
  };
}"""

STOP_AT_ONCE = """async (sid) => (await import("/line-sound.js")).playCall(sid)()"""
FLOOD = """async (messages) => {
  const { playCall } = await import("/line-sound.js");
  const { start } = AudioBufferSourceNode.prototype;
  let started = 0;
  AudioBufferSourceNode.prototype.start = function (when) {
    started += 1;
    return start.call(this, when);
  };
  let socket;
  window.WebSocket = function () { socket = this; this.close = () => {}; };
  const stop = playCall("CA1");
  const data = new Int16Array(320).buffer;
  for (let count = 0; count < messages; count += 1) socket.onmessage({ data });
  stop();
  return started;
}"""
"""Delivers many messages at once, and returns how many of them are played."""


@pytest.fixture
def listening_page(
    context: BrowserContext, live_stack: LocalStack, console: list[str]
) -> Iterator[Page]:
    """The phone page with `heard(hz)`: whether this is the loudest frequency at the moment."""
    live_stack.reset()
    context.add_init_script(LISTEN)
    yield from opened(context, live_stack.emulator_url, console)


def wait_until_heard(page: Page, *, heard: bool = True) -> None:
    page.wait_for_function("([hz, heard]) => window.heard(hz) === heard", arg=[HZ, heard])


@pytest.fixture
def playing(listening_page: Page, live_stack: LocalStack, web_server: "WebServer") -> str:
    """The SID of an answered call that plays a tone again and again."""
    url = web_server.answer("/tone.wav", wav(tone((HZ,), 2)), "audio/wav")
    sid = live_stack.place_call(f"<Response><Play loop='0'>{url}</Play></Response>")
    listening_page.get_by_test_id("answer").click()
    return sid


def test_person_hears_what_the_call_plays(
    listening_page: Page, live_stack: LocalStack, playing: str
) -> None:
    wait_until_heard(listening_page)

    live_stack.hang_up(playing)
    wait_until_heard(listening_page, heard=False)


@pytest.mark.usefixtures("playing")
def test_muting_a_call_lasts_until_it_is_unmuted(listening_page: Page) -> None:
    mute = listening_page.get_by_label("Mute audio")
    wait_until_heard(listening_page)
    mute.click()
    wait_until_heard(listening_page, heard=False)

    mute.click()
    wait_until_heard(listening_page)


@pytest.mark.usefixtures("playing")
def test_only_the_selected_handset_is_heard(listening_page: Page) -> None:
    tabs = listening_page.get_by_test_id("handset-tab")
    wait_until_heard(listening_page)
    tabs.nth(1).click()
    wait_until_heard(listening_page, heard=False)

    tabs.nth(0).click()
    wait_until_heard(listening_page)


@pytest.mark.usefixtures("playing")
def test_reloaded_page_is_heard_after_a_click(listening_page: Page) -> None:
    wait_until_heard(listening_page)
    listening_page.reload()
    expect(listening_page.get_by_test_id("in-call")).to_be_visible()

    listening_page.get_by_label("Captions").click()
    wait_until_heard(listening_page)


def test_sound_that_stops_before_it_is_connected_writes_nothing_to_the_console(
    listening_page: Page, live_stack: LocalStack, console: list[str]
) -> None:
    listening_page.get_by_test_id("compose").click()
    sid = live_stack.ring(HANDSETS[1])
    with listening_page.expect_websocket() as opened:
        listening_page.evaluate(STOP_AT_ONCE, sid)
    if not opened.value.is_closed():
        opened.value.wait_for_event("close")

    assert console == []


def test_page_that_was_held_up_skips_old_sound(listening_page: Page) -> None:
    listening_page.get_by_test_id("compose").click()

    assert 3 <= listening_page.evaluate(FLOOD, 100) <= 10


def test_microphone_is_heard_in_the_recording(listening_page: Page, live_stack: LocalStack) -> None:
    listening_page.evaluate(MICROPHONE, HZ)
    sid = live_stack.place_call("<Response><Record maxLength='60'/></Response>")
    with listening_page.expect_websocket():  # the one that plays the call
        listening_page.get_by_test_id("answer").click()
    expect(listening_page.get_by_test_id("in-call")).to_contain_text("Recording")
    with listening_page.expect_websocket() as opened:
        listening_page.get_by_label("Microphone").click()
    for _ in range(60):  # 20 ms each
        opened.value.wait_for_event("framesent")
    live_stack.hang_up(sid)

    player = listening_page.get_by_test_id("recording").locator("audio")
    url = f"{live_stack.emulator_url}{player.get_attribute('src')}"
    with wave.open(io.BytesIO(live_stack.http.get(url, timeout=20).content)) as audio:
        samples = audio.readframes(audio.getnframes())
    assert level(samples, HZ) > 1000


def test_refused_microphone_says_why(listening_page: Page, live_stack: LocalStack) -> None:
    listening_page.evaluate(NO_MICROPHONE)
    live_stack.place_call("<Response><Pause length='60'/></Response>")
    listening_page.get_by_test_id("answer").click()
    microphone = listening_page.get_by_label("Microphone")
    microphone.click()

    expect(listening_page.get_by_test_id("notice")).to_contain_text("Permission denied")
    expect(microphone).to_have_attribute("aria-pressed", "false")
