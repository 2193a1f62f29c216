"""Cross-site pages in a real browser: they get nothing from this machine's servers."""

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from deskphone.values import LINE
from local_stack.testing import HANDSET, LocalStack

if TYPE_CHECKING:
    from tests.conftest import WebServer

PROBES = """async ([phone, functions, recording, music]) => {
  const added = (name, attributes) =>
    document.body.appendChild(Object.assign(document.createElement(name), attributes));
  const heard = (source, ...good) => new Promise((resolve) => {
    for (const event of good) source.addEventListener(event, () => resolve("got it"));
    source.addEventListener("error", () => resolve("nothing"));
  });
  const loaded = (name, attributes) =>
    heard(added(name, attributes), "load", "loadedmetadata");
  const fetched = (url, options) => fetch(url, options).then(() => "got it", () => "nothing");
  const text = JSON.stringify({ to: "+12025550123", body: "Hi" });
  const send = `${functions}/api/SendSms?code=local`;
  navigator.sendBeacon(send, text);
  return {
    script: await loaded("script", { src: `${phone}/emulator/webhooks` }),
    module: await loaded("script", { src: `${phone}/app.js`, type: "module" }),
    style: await loaded("link", { rel: "stylesheet", href: `${phone}/base.css` }),
    sound: await loaded("audio", { src: recording }),
    film: await loaded("video", { src: recording }),
    picture: await loaded("img", { src: `${phone}/icon.svg` }),
    blind: await fetched(`${phone}/emulator/webhooks`, { mode: "no-cors" }),
    open: await fetched(`${phone}/emulator/webhooks`),
    reset: await fetched(`${phone}/emulator/reset`, { method: "POST", mode: "no-cors" }),
    events: await heard(new EventSource(`${phone}/events`), "open"),
    socket: await heard(new WebSocket(`${phone.replace("http", "ws")}/events`), "open"),
    health: await loaded("script", { src: `${functions}/api/GetHealth?code=local` }),
    music: await loaded("audio", { src: music }),
    melody: await fetched(music, { mode: "no-cors" }),
    send: await fetched(send, { method: "POST", mode: "no-cors", body: text }),
  };
}"""
FRAME = """(src) =>
  document.body.appendChild(Object.assign(document.createElement("iframe"), { src }))"""
FORM = """(url) => {
  const form = document.createElement("form");
  Object.assign(form, { action: url, method: "post", target: "_blank" });
  document.body.appendChild(form).submit();
}"""
REFUSED = "it came from a page on another site"


@pytest.fixture(params=["127.0.0.1", "localhost"])
def other_site(
    request: pytest.FixtureRequest, context: BrowserContext, web_server: "WebServer"
) -> Iterator[Page]:
    """A page on another port of the same host (same-site), and one on another host (cross-site)."""
    url = web_server.answer("/", b"<!doctype html><link rel=icon href=data:,>", "text/html")
    page = context.new_page()
    page.goto(url.replace("127.0.0.1", request.param))
    yield page
    page.close()


@pytest.fixture
def statuses(context: BrowserContext, other_site: Page) -> list[int]:
    """The statuses of the page's requests, which the page itself can't see."""
    found: list[int] = []

    def hear(event: dict[str, Any]) -> None:
        found.append(event["statusCode"])

    wire = context.new_cdp_session(other_site)
    wire.send("Network.enable")
    wire.on("Network.responseReceivedExtraInfo", hear)
    return found


def wait_for(condition: Callable[[], bool], page: Page) -> None:
    """Let the page's events arrive until the condition holds; fail after 20 seconds."""
    for _ in range(200):
        if condition():
            return
        page.wait_for_timeout(100)
    pytest.fail("the condition never held")


@pytest.fixture
def recording(stack: LocalStack) -> str:
    """The URL of a recording's audio."""
    action = stack.twiml_url("<Response/>")
    sid = stack.place_call(f"<Response><Record action='{action}' maxLength='2'/></Response>")
    stack.advance(1)
    stack.answer(sid)
    stack.advance(5)
    [recording] = stack.rest("GET", "Recordings.json").json()["recordings"]
    return f"{stack.emulator_url}/emulator/recordings/{recording['sid']}.wav"


@pytest.fixture
def music(stack: LocalStack) -> str:
    """The URL of an audio file that a function returns."""
    return f"{stack.functions_url}/api/GetHoldMusic?Bucket=com.twilio.music.classical"


def test_cross_site_embeds_and_requests_are_refused(
    other_site: Page, stack: LocalStack, recording: str, music: str, statuses: list[int]
) -> None:
    found = other_site.evaluate(PROBES, [stack.emulator_url, stack.functions_url, recording, music])

    assert {probe for probe, outcome in found.items() if outcome != "nothing"} == set()
    wait_for(lambda: len(statuses) >= len(found), other_site)
    assert set(statuses) == {403}
    assert stack.rest("GET", "Recordings.json").json()["recordings"] != []
    assert stack.texts() == []


@pytest.mark.parametrize("path", ["/", "/emulator/webhooks"])
def test_frame_shows_the_refusal(other_site: Page, stack: LocalStack, path: str) -> None:
    with other_site.expect_response(stack.emulator_url + path) as answer:
        other_site.evaluate(FRAME, stack.emulator_url + path)

    assert answer.value.status == 403


@pytest.mark.parametrize("opens", ["(url) => void open(url)", FORM])
@pytest.mark.parametrize("server", ["emulator_url", "functions_url"])
def test_window_shows_the_refusal(
    other_site: Page, stack: LocalStack, opens: str, server: str
) -> None:
    with other_site.expect_popup() as opened:
        other_site.evaluate(opens, f"{getattr(stack, server)}/api/TwimlHello")

    expect(opened.value.locator("body")).to_contain_text(REFUSED)
    opened.value.close()


@pytest.fixture(params=["127.0.0.1", "localhost"])
def phone(
    request: pytest.FixtureRequest, context: BrowserContext, stack: LocalStack
) -> Iterator[Page]:
    """The phone page under both of this machine's names."""
    page = context.new_page()
    page.goto(stack.emulator_url.replace("127.0.0.1", request.param))
    page.get_by_test_id("handset-tab").first.wait_for()
    yield page
    page.close()


def test_phone_page_loads_pictures_from_the_functions(
    context: BrowserContext, phone: Page, stack: LocalStack, music: str
) -> None:
    kept = context.new_page()
    kept.goto(music)  # puts it into the browser's cache
    with phone.expect_response(lambda response: "GetHoldMusic" in response.url) as loaded:
        sent = stack.rest("POST", "Messages.json", {"To": HANDSET, "From": LINE, "MediaUrl": music})
        sent.raise_for_status()
        stack.advance(1)

    assert (loaded.value.request.resource_type, loaded.value.status) == ("image", 200)


def test_link_in_a_text_opens_the_functions_response(
    phone: Page, stack: LocalStack, music: str
) -> None:
    stack.function("SendSms", {"to": HANDSET, "body": f"Hear {music}"})
    stack.advance(1)
    with phone.expect_popup() as opened:
        phone.get_by_role("link").click()

    expect(opened.value.locator("video, audio")).to_have_count(1)
    opened.value.close()
