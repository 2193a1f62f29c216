"""Several handsets at once, and what a call asks of the person."""

from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import Page, expect

from local_stack.testing import HANDSET, HANDSETS, LocalStack

if TYPE_CHECKING:
    from tests.browser.conftest import ScriptedPage

pytestmark = pytest.mark.soak  # detailed browser tests are slow

LINE = "+12025550100"
SECOND = HANDSETS[1]
THIRD = "+12025550125"
NARROW_PX = 390
AT = "2026-11-22T12:00:00.000Z"
ANSWERED = {"at": 0, "kind": "event", "name": "answered", "text": "", "attributes": {}}


def call(sid: str = "CA1", **members: object) -> dict[str, object]:
    """Return a call from the handset to the app in the page's format, changed by `members`."""
    return {
        "sid": sid,
        "from": HANDSET,
        "to": LINE,
        "status": "in-progress",
        "direction": "inbound",
        "at": AT,
        "parent_sid": None,
        "answered_by": None,
        "connected_to": None,
        "wants": [],
        "legs": [],
        "timeline": [ANSWERED],
        **members,
    }


def text(**members: object) -> dict[str, object]:
    """Return a text from the app to the handset in the page's format, changed by `members`."""
    return {
        "sid": "SM1",
        "from": LINE,
        "to": HANDSET,
        "body": "Hello",
        "media": [],
        "status": "delivered",
        "direction": "outbound-api",
        "error_code": None,
        "segments": 1,
        "at": AT,
        **members,
    }


def leg(status: str, **members: object) -> dict[str, object]:
    """Return the call that the app dialed to the second handset."""
    fixed = {"from": HANDSET, "to": SECOND, "direction": "outbound-dial", "parent_sid": "CA1"}
    return call("CA2", status=status, **{**fixed, **members})


def participant(sid: str, number: str, **members: object) -> dict[str, object]:
    states = {"muted": False, "hold": False, "coaching": False, "waiting": False}
    return {"call_sid": sid, "number": number, "label": "", **states, **members}


def test_ringing_handset_can_be_answered_during_another_call(
    page: Page, scripted: "ScriptedPage"
) -> None:
    scripted.show(handsets=list(HANDSETS), calls=[call(), leg("ringing")])
    expect(page.get_by_test_id("in-call")).to_contain_text("Calling (202) 555-0124")

    page.get_by_test_id("answer-tab").click()
    scripted.send("call", leg("in-progress", connected_to="CA1"))

    assert scripted.posted == [("calls/CA2/answer", {})]
    expect(page.get_by_test_id("in-call")).to_contain_text("Connected to (202) 555-0123")


def test_ringing_handset_fits_narrow_page(page: Page, scripted: "ScriptedPage") -> None:
    page.set_viewport_size({"width": NARROW_PX, "height": 844})
    scripted.show(handsets=[*HANDSETS, THIRD], calls=[call(), leg("ringing")])
    button = page.get_by_test_id("answer-tab").bounding_box()

    assert button is not None
    place = button["x"] + button["width"] / 2, button["y"] + button["height"] / 2
    name = "([x, y]) => document.elementFromPoint(x, y).closest('button')?.dataset.testid"
    assert page.evaluate(name, list(place)) == "answer-tab"
    assert page.evaluate("document.documentElement.scrollWidth") == NARROW_PX


def test_call_can_go_to_answering_machine(page: Page, scripted: "ScriptedPage") -> None:
    scripted.show(calls=[leg("ringing", to=HANDSET)])

    page.get_by_role("button", name="Send to answering machine").click()

    expect(page.get_by_test_id("notice")).to_have_count(0)
    assert scripted.posted == [("calls/CA2/answer", {"machine": True})]


def test_speech_is_posted_while_typing_and_when_sent(page: Page, scripted: "ScriptedPage") -> None:
    scripted.show(calls=[call(wants=["speech"])])
    said = page.get_by_test_id("say")

    said.fill("I need hel")
    with page.expect_request("**/speech"):
        pass
    said.fill("I need help")
    with page.expect_request("**/speech"):
        said.press("Enter")

    expect(said).to_have_value("")
    assert scripted.posted == [
        ("calls/CA1/speech", {"text": "I need hel", "final": False}),
        ("calls/CA1/speech", {"text": "I need help", "final": True}),
    ]


def test_recorded_person_can_stop_talking(page: Page, scripted: "ScriptedPage") -> None:
    scripted.show(calls=[call(wants=["recording"])])
    expect(page.get_by_test_id("in-call")).to_contain_text("Recording…")

    page.get_by_role("button", name="Stop talking").click()

    expect(page.get_by_role("button", name="Stop talking")).to_have_attribute(
        "aria-pressed", "true"
    )
    assert scripted.posted == [("calls/CA1/silence", {})]


def test_hang_up_button_fits_low_window(page: Page, scripted: "ScriptedPage") -> None:
    page.set_viewport_size({"width": 1280, "height": 640})
    scripted.show(handsets=[*HANDSETS, THIRD], calls=[call(wants=["recording"])])

    button = page.get_by_test_id("hangup").bounding_box()
    device = page.locator(".device").bounding_box()

    assert button is not None
    assert device is not None
    assert button["y"] + button["height"] < device["y"] + device["height"]


def test_add_handset_by_number(page: Page) -> None:
    page.get_by_test_id("add-handset").click()
    page.get_by_label("Handset number").press("Enter")  # the next number is suggested
    expect(page.get_by_test_id("handset-tab")).to_have_count(3)

    page.get_by_test_id("call-line").click()

    expect(page.get_by_test_id("verb")).to_contain_text("Hello World")
    expect(page.locator(".head").first).to_contain_text("Call from (202) 555-0125")


def test_app_number_is_refused_as_handset(page: Page) -> None:
    page.get_by_test_id("add-handset").click()
    field = page.get_by_label("Handset number")
    field.fill(LINE)
    field.press("Enter")

    assert field.evaluate("(field) => field.validationMessage")
    expect(page.get_by_test_id("handset-tab")).to_have_count(2)


def test_handsets_ringing_at_once_fit_the_switcher(page: Page, scripted: "ScriptedPage") -> None:
    third = {**leg("ringing", to=THIRD), "sid": "CA3"}
    scripted.show(handsets=[*HANDSETS, THIRD], calls=[call(), leg("ringing"), third])
    expect(page.get_by_test_id("answer-tab")).to_have_count(2)

    widths = page.locator(".handsets").evaluate("(list) => [list.scrollWidth, list.clientWidth]")

    assert widths[0] == widths[1]


def test_consecutive_keys_share_one_caption(page: Page, scripted: "ScriptedPage") -> None:
    keys = [{**ANSWERED, "name": "keys", "text": key} for key in "4711"]
    said = {**ANSWERED, "kind": "verb", "name": "Say", "text": "Welcome"}

    scripted.show(calls=[call(timeline=[ANSWERED, *keys, said, keys[0]])])

    expect(page.get_by_test_id("caption")).to_have_text(["4711", "Welcome", "4"])


def test_text_during_a_call_stays_unread_until_it_ends(
    page: Page, scripted: "ScriptedPage"
) -> None:
    scripted.show(calls=[call()])
    scripted.send("text", text())
    expect(page.get_by_test_id("unread")).to_have_count(1)

    scripted.send("call", call(status="completed"))

    expect(page.get_by_test_id("unread")).to_have_count(0)


def test_caller_sees_position_in_queue(page: Page, scripted: "ScriptedPage") -> None:
    member = {"call_sid": "CA1", "number": HANDSET, "position": 2, "since": AT}
    queue = {"sid": "QU1", "name": "support", "max_size": 100, "members": [member]}
    scripted.show(
        calls=[call()], queues=[queue], clock={"kind": "manual", "now": "2026-11-22T12:01:05Z"}
    )

    expect(page.get_by_test_id("in-call")).to_contain_text("Waiting in queue support, position 2")
    expect(page.get_by_test_id("queue")).to_contain_text("waiting 1:05")


def test_conference_lists_participants_and_their_state(
    page: Page, scripted: "ScriptedPage"
) -> None:
    own, other = participant("CA1", HANDSET), participant("CA2", SECOND, muted=True, hold=True)
    conference = {"sid": "CF1", "name": "meeting", "status": "in-progress"}
    scripted.show(calls=[call()], conferences=[{**conference, "participants": [own, other]}])

    situation = "In conference meeting with (202) 555-0124"
    expect(page.get_by_test_id("in-call")).to_contain_text(situation)
    row = page.get_by_test_id("conference").get_by_role("listitem").nth(1)
    expect(row).to_contain_text("(202) 555-0124")
    expect(row).to_contain_text("muted, on hold")


def test_ended_conference_disappears(page: Page, scripted: "ScriptedPage") -> None:
    conference = {"sid": "CF1", "name": "meeting", "participants": [participant("CA1", HANDSET)]}
    scripted.show(calls=[call()], conferences=[{**conference, "status": "in-progress"}])
    expect(page.get_by_test_id("conference")).to_have_count(1)

    scripted.send("conference", {**conference, "status": "completed"})

    expect(page.get_by_test_id("conference")).to_have_count(0)


def test_link_in_a_text_ends_before_the_period(page: Page, live_stack: LocalStack) -> None:
    body = "Listen: https://example.com/a?b=c. Not javascript:alert(1)"
    live_stack.function("SendSms", {"to": HANDSET, "body": body})

    links = page.get_by_test_id("thread").locator("a")

    expect(links).to_have_count(1)
    expect(links).to_have_attribute("href", "https://example.com/a?b=c")
    expect(links).to_have_attribute("target", "_blank")
    expect(links).to_have_attribute("rel", "noopener")


@pytest.mark.parametrize("status", ["failed", "undelivered", "canceled"])
def test_lost_text_is_not_on_the_handset(page: Page, scripted: "ScriptedPage", status: str) -> None:
    scripted.show(texts=[text()])
    lost = text(sid="SM2", body="Again", status="queued")
    scripted.send("text", lost)
    scripted.send("text", {**lost, "status": status, "error_code": 14107})

    expect(page.locator(".trace")).to_have_count(2)
    thread = page.get_by_test_id("thread")
    expect(thread).to_contain_text("Hello")
    expect(thread).not_to_contain_text("Again")
    assert "(1)" not in page.title()


def test_a_client_answers_but_neither_calls_nor_texts(page: Page, live_stack: LocalStack) -> None:
    caller = live_stack.place_call("<Response><Dial><Client>alice</Client></Dial></Response>")
    page.get_by_test_id("answer").click()
    tab = page.locator("[data-number='client:alice']")
    tab.click()
    page.get_by_test_id("answer").click()
    expect(page.get_by_test_id("in-call")).to_have_count(1)

    live_stack.hang_up(caller)
    page.get_by_role("button", name="Done").click()

    expect(page.get_by_text("This client waits for calls.")).to_be_visible()
    expect(page.get_by_test_id("call-line")).to_have_count(0)
