"""A connection with a real Chromium: tones both ways, keys, no loss, and an ICE restart."""

import array
import asyncio
import math
import sys
import threading
from collections.abc import Callable, Coroutine, Iterator
from concurrent.futures import Future
from dataclasses import dataclass, field
from typing import TypeVar

import pytest
from playwright.sync_api import Page, Route

from deskphone.media.pace import Pace
from deskphone.media.peer import Peer, State
from deskphone.media.rtp import SAMPLE_RATE
from tests.browser.conftest import MICROPHONE, NO_CLICK_NEEDED, chromium

PATIENCE = 60.0
PAGE = "http://localhost:9/"  # never asked: Playwright answers
FROM_PAGE, FROM_US, NEITHER = 441, 523, 700  # Hz
SOUND = 100
"""Packets to hear: two seconds."""
SCRIPT = """
const context = new AudioContext(), tone = context.createOscillator();
const out = context.createMediaStreamDestination();
tone.frequency.value = FROM_PAGE;
tone.connect(out);
tone.start();
const analyser = context.createAnalyser();
analyser.fftSize = 16384;
analyser.smoothingTimeConstant = 0;
const pc = new RTCPeerConnection();
const sender = pc.addTrack(out.stream.getAudioTracks()[0], out.stream);
pc.ontrack = ({streams: [stream]}) => {
  // Chromium only feeds Web Audio from a stream that an element plays.
  const audio = new Audio();
  audio.srcObject = stream;
  audio.play();
  context.createMediaStreamSource(stream).connect(analyser);
};
const offered = async (options) => {
  await pc.setLocalDescription(await pc.createOffer(options));
  return pc.localDescription.sdp;
};
const answered = async (sdp) => {
  await pc.setRemoteDescription({type: "offer", sdp});
  await pc.setLocalDescription(await pc.createAnswer());
  return pc.localDescription.sdp;
};
const accept = (sdp) => pc.setRemoteDescription({type: "answer", sdp});
const loudest = () => {
  const bins = new Float32Array(analyser.frequencyBinCount);
  analyser.getFloatFrequencyData(bins);
  const bin = bins.indexOf(Math.max(...bins));
  return bins[bin] > -60 ? bin * context.sampleRate / analyser.fftSize : 0;
};
const stats = async () => {
  const all = [...(await pc.getStats()).values()];
  const of = (type) => all.find((one) => one.type === type) ?? {};
  return {
    lost: of("inbound-rtp").packetsLost,
    received: of("inbound-rtp").packetsReceived,
    lostByUs: of("remote-inbound-rtp").packetsLost,
    roundTrip: of("remote-inbound-rtp").roundTripTime,
    codec: of("codec").mimeType,
  };
};
const measured = async () => {
  for (let tries = 0; tries < 1200; tries++) {
    const all = await stats();
    if (all.roundTrip !== undefined) return all;
    await new Promise((done) => setTimeout(done, 50));
  }
  throw new Error("the page got no report");
};
""".replace("FROM_PAGE", str(FROM_PAGE))
Result = TypeVar("Result")


@dataclass
class Call:
    """Our end, on an event loop of its own: Playwright blocks this thread's."""

    loop: asyncio.AbstractEventLoop
    pace: Pace
    said: array.array[int] = field(default_factory=lambda: array.array("h"))
    digits: list[str] = field(default_factory=list[str])
    states: list[State] = field(default_factory=list[State])
    changed: threading.Condition = field(default_factory=threading.Condition)
    played: int = 0

    def __post_init__(self) -> None:
        self.peer = Peer(self, self._say, self._press, self._change, pace=self.pace)

    def read(self, samples: int) -> bytes:
        """Return a tone."""
        times = range(self.played, self.played + samples)
        self.played += samples
        tone = [int(9000 * math.sin(2 * math.pi * FROM_US * one / SAMPLE_RATE)) for one in times]
        return ordered(array.array("h", tone)).tobytes()

    def run(self, coroutine: Coroutine[None, None, Result]) -> Result:
        """Return a coroutine's result."""
        return asyncio.run_coroutine_threadsafe(coroutine, self.loop).result(PATIENCE)

    def call(self, function: Callable[..., Result], *args: object) -> Result:
        """Return a function's result, called on the loop."""
        result: Future[Result] = Future()

        def work() -> None:
            try:
                result.set_result(function(*args))
            except Exception as error:  # noqa: BLE001 - it's raised in the test
                result.set_exception(error)

        self.loop.call_soon_threadsafe(work)
        return result.result(PATIENCE)

    def wait(self, is_so: Callable[[], bool]) -> None:
        with self.changed:
            assert self.changed.wait_for(is_so, PATIENCE), (self.states, len(self.said))

    def hear(self, packets: int = SOUND) -> array.array[int]:
        """Return the next sound of the page."""
        start = len(self.said)
        end = start + 160 * packets
        self.wait(lambda: len(self.said) >= end)
        return self.said[start:end]

    def _say(self, samples: bytes) -> None:
        with self.changed:
            self.said.extend(ordered(array.array("h", samples)))
            self.changed.notify_all()

    def _press(self, digit: str) -> None:
        with self.changed:
            self.digits.append(digit)
            self.changed.notify_all()

    def _change(self, state: State) -> None:
        with self.changed:
            self.states.append(state)
            self.changed.notify_all()


def ordered(samples: array.array[int]) -> array.array[int]:
    """Return little-endian samples from this machine's, or the other way round."""
    if sys.byteorder == "big":
        samples.byteswap()
    return samples


def power(samples: array.array[int], frequency: float) -> float:
    """Return the amplitude of a frequency in samples, by Goertzel's algorithm."""
    factor = 2 * math.cos(2 * math.pi * frequency / SAMPLE_RATE)
    before, last = 0.0, 0.0
    for sample in samples:
        before, last = last, sample + factor * last - before
    square = before * before + last * last - factor * before * last
    return 2 * math.sqrt(max(square, 0)) / len(samples)


@pytest.fixture(scope="module")
def loop() -> Iterator[asyncio.AbstractEventLoop]:
    """An event loop in a thread."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    yield loop
    loop.call_soon_threadsafe(loop.stop)
    thread.join()
    loop.close()


@pytest.fixture(scope="module")
def page() -> Iterator[Page]:
    with chromium(*MICROPHONE, NO_CLICK_NEEDED) as browser:
        page = browser.new_page()
        page.route(PAGE, empty)
        yield page


def empty(route: Route) -> None:
    route.fulfill(content_type="text/html", body=f"<script>{SCRIPT}</script>")


@pytest.fixture
def call(loop: asyncio.AbstractEventLoop, page: Page) -> Iterator[Call]:
    """A call, and a page with a fresh connection."""
    page.goto(PAGE)
    call = Call(loop, Pace())
    yield call
    call.call(call.peer.close)
    assert call.states[-1] == "closed"


def both_hear(call: Call, page: Page) -> None:
    """Check the tones both ways."""
    page.wait_for_function(f"Math.abs(loudest() - {FROM_US}) < 5")
    heard = call.hear()

    assert power(heard, FROM_PAGE) > 3000
    assert power(heard, NEITHER) < 300


def test_a_page_calls(call: Call, page: Page) -> None:
    answer = call.run(call.peer.answer(page.evaluate("offered()")))
    page.evaluate("sdp => accept(sdp)", answer)
    call.wait(lambda: "connected" in call.states)
    both_hear(call, page)

    stats, figures = page.evaluate("measured()"), call.call(call.peer.figures)
    assert (stats["lost"], stats["lostByUs"], figures.lost, figures.lost_by_browser) == (0,) * 4
    assert stats["codec"] == "audio/PCMU"
    assert stats["received"] >= SOUND
    assert 0 <= stats["roundTrip"] < PATIENCE


def test_keys_of_a_page(call: Call, page: Page) -> None:
    answer = call.run(call.peer.answer(page.evaluate("offered()")))
    page.evaluate("sdp => accept(sdp)", answer)
    call.wait(lambda: "connected" in call.states)
    page.evaluate("sender.dtmf.insertDTMF('1#9*', 40, 30)")
    call.wait(lambda: len(call.digits) == 4)
    call.hear(5)

    assert call.digits == ["1", "#", "9", "*"]


def test_a_page_is_called_and_restarts_ice(call: Call, page: Page) -> None:
    call.call(call.peer.accept, page.evaluate("sdp => answered(sdp)", call.run(call.peer.offer())))
    call.wait(lambda: "connected" in call.states)
    both_hear(call, page)

    answer = call.call(call.peer.restart, page.evaluate("offered({iceRestart: true})"))
    page.evaluate("sdp => accept(sdp)", answer)
    page.wait_for_function("pc.iceConnectionState === 'connected'")
    both_hear(call, page)
    page.evaluate("sender.dtmf.insertDTMF('5', 40, 30)")
    call.wait(lambda: call.digits == ["5"])
    assert call.states == ["connecting", "connected"]


def test_a_page_hangs_up(call: Call, page: Page) -> None:
    answer = call.run(call.peer.answer(page.evaluate("offered()")))
    page.evaluate("sdp => accept(sdp)", answer)
    call.wait(lambda: "connected" in call.states)
    page.evaluate("pc.close()")

    call.wait(lambda: call.states[-1] == "closed")
