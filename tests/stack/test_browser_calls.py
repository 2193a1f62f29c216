"""Calls of browsers through the functions: a TwiML app whose URL is TwimlClientOutgoing."""

from local_stack.testing import LocalStack

ANN, BOB, OFFICE, LINE = "client:ann", "client:bob", "+12025550124", "+12025550100"


def ask_for(stack: LocalStack, to: str, query: str = "", caller: str = ANN) -> str:
    """Let a browser call through the app; return the SID."""
    url = f"{stack.functions_url}/api/TwimlClientOutgoing{query}"
    app = stack.rest("POST", "Applications.json", {"VoiceUrl": url}).json()["sid"]
    response = stack.http.post(
        f"{stack.emulator_url}/emulator/calls",
        json={"from": caller, "application": app, "parameters": {"To": to}},
        timeout=10,
    )
    stack.advance(1)
    return response.json()["sid"]


def ring_bob(stack: LocalStack, more: str) -> str:
    """Call the line, which rings Bob's browser; return the SID."""
    url = f"{stack.functions_url}/api/TwimlClient?Identity=bob&Timeout=10{more}"
    stack.line_goes_to(VoiceUrl=url)
    sid = stack.ring()
    stack.advance(1)
    return sid


def test_a_browser_talks_to_a_phone_which_sees_the_apps_number(stack: LocalStack) -> None:
    sid = ask_for(stack, OFFICE)
    [leg] = stack.legs(sid)
    stack.answer(leg)
    stack.advance(2)
    phone = stack.call(leg)

    assert (phone["from"], phone["to"], phone["status"]) == (LINE, OFFICE, "in-progress")
    assert stack.call(sid)["connected_to"] == leg
    assert stack.alerts() == []


def test_a_browser_talks_to_another_browser(stack: LocalStack) -> None:
    sid = ask_for(stack, BOB)
    [leg] = stack.legs(sid)
    stack.answer(leg)
    stack.advance(2)

    assert (stack.call(leg)["to"], stack.call(sid)["connected_to"]) == (BOB, leg)
    assert stack.alerts() == []


def test_a_browser_waits_in_a_queue_until_an_agents_browser_takes_the_call(
    stack: LocalStack,
) -> None:
    agents = "?Agents%5B%5D=client%3Abob&Queues%5B%5D=support"
    waiting = ask_for(stack, "queue:support", agents)
    agent = ask_for(stack, "queue:support", agents, caller=BOB)
    stack.advance(5)

    assert stack.call(agent)["connected_to"] == waiting
    assert stack.alerts() == []


def test_two_browsers_meet_in_a_conference(stack: LocalStack) -> None:
    rooms = "?Conferences%5B%5D=d*"
    sids = [ask_for(stack, "conference:daily", rooms, caller=caller) for caller in (ANN, BOB)]
    stack.advance(5)
    conferences = stack.rest("GET", "Conferences.json?Status=in-progress").json()["conferences"]

    assert [conference["friendly_name"] for conference in conferences] == ["daily"]
    assert [stack.call(sid)["status"] for sid in sids] == ["in-progress", "in-progress"]


def test_a_browser_hears_why_a_number_is_not_called(stack: LocalStack) -> None:
    sid = ask_for(stack, "+442079460018")

    assert stack.legs(sid) == []
    assert "allowed" in stack.heard(sid)[0]


def test_a_caller_reaches_a_browser(stack: LocalStack) -> None:
    sid = ring_bob(stack, "")
    [leg] = stack.legs(sid)
    stack.answer(leg)
    stack.advance(2)

    assert (stack.call(leg)["to"], stack.call(sid)["connected_to"]) == (BOB, leg)


def test_a_caller_who_reaches_no_browser_leaves_a_message(stack: LocalStack) -> None:
    sid = ring_bob(stack, f"&Notify=%2B{OFFICE[1:]}")
    stack.advance(20)

    assert stack.call(stack.legs(sid)[0])["status"] == "no-answer"
    assert stack.heard(sid) == ["Please leave a message after the beep."]
    assert stack.alerts() == []
