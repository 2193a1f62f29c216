"""Call messages between a page and its app."""

from typing import Any
from urllib.parse import parse_qs

import pytest

from tests.deskphone.browser.softphone import Exchange, Softphone, with_browsers

TALK = "<Say>Hello.</Say><Pause length='600'/>"


async def in_call(line: Exchange) -> tuple[Softphone, str]:
    """Return a Device in a call, and the call's SID."""
    phone = await line.device("alice", application=await line.application(TALK))
    await phone.connect()
    return phone, (await phone.next("answer"))["callsid"]


def message(sid: str, **changes: Any) -> dict[str, Any]:
    """Return the payload that `Call.sendMessage` sends."""
    given = {
        "callsid": sid,
        "content": {"hello": "我"},
        "contenttype": "application/json",
        "messagetype": "user-defined-message",
        "voiceeventsid": "KX1",
    }
    return given | changes


def test_a_message_is_confirmed() -> None:
    async def use(line: Exchange) -> None:
        phone, sid = await in_call(line)
        await phone.send("message", **message(sid))

        assert await phone.next("ack") == {
            "acktype": "message",
            "callsid": sid,
            "voiceeventsid": "KX1",
        }

    with_browsers(use)


def test_a_subscription_gets_the_messages_signed() -> None:
    async def use(line: Exchange) -> None:
        phone, sid = await in_call(line)
        url = line.world.serve("/told", "")
        status, made = await line.world.rest(
            "POST", f"Calls/{sid}/UserDefinedMessageSubscriptions.json", {"Callback": url}
        )
        await phone.send("message", **message(sid))
        await phone.next("ack")
        await line.world.clock.advance(1)

        assert status == 201
        assert made.keys() == {"account_sid", "call_sid", "date_created", "sid", "uri"}
        assert made["uri"].endswith(f"/UserDefinedMessageSubscriptions/{made['sid']}.json")
        assert parse_qs(line.world.bodies[-1]) == {
            "AccountSid": [made["account_sid"]],
            "CallSid": [sid],
            "Sid": ["KX1"],
            "Content": ['{"hello":"我"}'],
            "ContentType": ["application/json"],
            "SequenceNumber": ["1"],
        }
        [delivery] = [one for one in line.world.emulator.store.deliveries if one.url == url]
        assert delivery.signed

    with_browsers(use)


def test_a_deleted_subscription_gets_nothing() -> None:
    async def use(line: Exchange) -> None:
        phone, sid = await in_call(line)
        path = f"Calls/{sid}/UserDefinedMessageSubscriptions"
        url = line.world.serve("/told", "")
        _, made = await line.world.rest("POST", f"{path}.json", {"Callback": url})
        status, _ = await line.world.rest("DELETE", f"{path}/{made['sid']}.json")
        await phone.send("message", **message(sid))
        await phone.next("ack")
        await line.world.clock.advance(1)

        assert status == 204
        assert "/told" not in line.world.asked

    with_browsers(use)


def test_the_app_sends_a_message_to_the_page() -> None:
    async def use(line: Exchange) -> None:
        phone, sid = await in_call(line)
        status, made = await line.world.rest(
            "POST", f"Calls/{sid}/UserDefinedMessages.json", {"Content": '{"a": [1]}'}
        )

        assert status == 201
        assert made.keys() == {"account_sid", "call_sid", "date_created", "sid"}
        assert await phone.next("message") == {
            "callsid": sid,
            "content": {"a": [1]},
            "contenttype": "application/json",
            "messagetype": "user-defined-message",
            "voiceeventsid": made["sid"],
        }

    with_browsers(use)


@pytest.mark.parametrize(
    ("changes", "code"),
    [({"messagetype": "other"}, 31210), ({"content": {"x": "y" * 10_000}}, 31209)],
)
def test_a_wrong_message_is_refused(changes: dict[str, Any], code: int) -> None:
    async def use(line: Exchange) -> None:
        phone, sid = await in_call(line)
        await phone.send("message", **message(sid, **changes))

        refused = await phone.next("error")

        assert (refused["callsid"], refused["voiceeventsid"]) == (sid, "KX1")
        assert refused["error"]["code"] == code

    with_browsers(use)


@pytest.mark.parametrize(
    ("path", "form"),
    [
        ("UserDefinedMessages", {"Content": "not JSON"}),
        ("UserDefinedMessages", {}),
        ("UserDefinedMessages", {"Content": '"' + "x" * 10_000 + '"'}),
        ("UserDefinedMessageSubscriptions", {}),
        ("UserDefinedMessageSubscriptions", {"Callback": "nowhere"}),
        ("UserDefinedMessageSubscriptions", {"Callback": "http://a.b/", "Method": "PUT"}),
    ],
)
def test_a_request_with_a_wrong_value_is_refused(path: str, form: dict[str, str]) -> None:
    async def use(line: Exchange) -> None:
        _, sid = await in_call(line)

        status, _ = await line.world.rest("POST", f"Calls/{sid}/{path}.json", form)

        assert status == 400

    with_browsers(use)


def test_a_call_without_a_browser_gets_no_messages() -> None:
    async def use(line: Exchange) -> None:
        sid = await line.world.call(TALK)
        form = {"Content": "{}"}

        status, _ = await line.world.rest("POST", f"Calls/{sid}/UserDefinedMessages.json", form)

        assert status == 400

    with_browsers(use)
