"""<Client> inside <Dial>: a client is a handset of its own, which only receives calls."""

import pytest

from deskphone.values import LINE
from local_stack.testing import LocalStack
from tests.stack.test_dial import dialing, hang_up, reported, statuses

ALICE = "client:alice"


@pytest.mark.covers("Client")
def test_a_client_rings_and_is_connected(stack: LocalStack) -> None:
    sid = dialing(stack, inside="<Client>alice</Client>")
    (leg,) = stack.legs(sid)
    ringing = stack.call(leg)
    stack.answer(leg)
    stack.advance(5)
    connected = stack.call(sid)["connected_to"]
    hang_up(stack, leg)

    assert (ringing["to"], ringing["status"], connected) == (ALICE, "ringing", leg)
    assert statuses(stack, sid, leg) == ["completed", "completed"]


@pytest.mark.covers("Identity", "Parameter", "Parameter.name", "Parameter.value")
def test_an_identity_in_its_own_element_comes_with_parameters(stack: LocalStack) -> None:
    inside = (
        "<Client><Identity>alice</Identity><Parameter name='ticket' value='42'/>"
        "<Parameter name='who' value='Jo &amp; Co'/></Client>"
    )
    (leg,) = stack.legs(dialing(stack, inside=inside))
    given = [
        entry["text"] for entry in stack.call(leg)["timeline"] if entry["name"] == "parameters"
    ]

    assert stack.call(leg)["to"] == ALICE
    assert given == ["ticket=42, who=Jo & Co"]


def test_a_client_and_a_number_ring_together(stack: LocalStack) -> None:
    sid = dialing(stack, inside="<Client>alice</Client><Number>+12025550124</Number>")
    client, phone = stack.legs(sid)
    stack.answer(client)
    stack.advance(1)

    assert statuses(stack, client, phone) == ["in-progress", "canceled"]


@pytest.mark.covers("Client.url", "Client.method")
def test_a_client_hears_the_whisper_first(stack: LocalStack) -> None:
    url = stack.twiml_url("<Response><Pause length='8'/></Response>")
    sid = dialing(stack, inside=f"<Client url='{url}' method='GET'>alice</Client>")
    (leg,) = stack.legs(sid)
    stack.answer(leg)
    stack.advance(1)
    before = stack.call(sid)["connected_to"]
    stack.advance(9)

    assert (before, stack.call(sid)["connected_to"]) == (None, leg)
    assert stack.webhooks(leg)[0]["method"] == "GET"


@pytest.mark.covers(
    "Client.statusCallback", "Client.statusCallbackEvent", "Client.statusCallbackMethod"
)
def test_the_requested_events_of_a_client_are_reported(stack: LocalStack) -> None:
    url = f"{stack.functions_url}/api/OnCallStatus"
    noun = (
        f"<Client statusCallback='{url}' statusCallbackMethod='POST' "
        "statusCallbackEvent='ringing completed'>alice</Client>"
    )
    (leg,) = stack.legs(dialing(stack, inside=noun))
    stack.answer(leg)
    stack.advance(3)
    hang_up(stack, leg)
    reports = [dict(map(tuple, one["form"])) for one in stack.webhooks(leg)]

    assert [(one["To"], one["CallStatus"]) for one in reports] == [
        (ALICE, "ringing"),
        (ALICE, "completed"),
    ]


@pytest.mark.parametrize("identity", ["", "two words", "a" * 257])
def test_an_invalid_identity_is_a_warning(stack: LocalStack, identity: str) -> None:
    action = f"action='{stack.functions_url}/api/TwimlMessage?Message=Done'"
    sid = dialing(stack, action, inside=f"<Client>{identity}</Client>")

    assert [alert["code"] for alert in stack.alerts()] == [13223]
    assert reported(stack, sid)["DialCallStatus"] == "failed"


def test_the_rest_api_calls_a_client(stack: LocalStack) -> None:
    sid = stack.place_call("<Response><Say>Hello</Say></Response>", To=ALICE)
    stack.advance(1)
    stack.answer(sid)
    stack.advance(3)
    call = stack.rest("GET", f"Calls/{sid}.json").json()

    assert (call["to"], call["to_formatted"], call["from"]) == (ALICE, ALICE, LINE)
    assert stack.heard(sid) == ["Hello"]


def test_a_trial_account_calls_clients(stack: LocalStack) -> None:
    stack.trial()
    sid = stack.place_call("<Response><Say>Hello</Say></Response>", To=ALICE)
    stack.advance(1)

    assert stack.call(sid)["status"] == "ringing"
