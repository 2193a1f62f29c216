"""Refused REST requests: what a value, a state or a method doesn't allow."""

from typing import Any

import pytest

from deskphone.values import HANDSETS, LINE, MESSAGING_SERVICE_SID
from tests.deskphone.in_process import World, in_process

SECOND = "+12025550111"
URL = "https://example.com/"
TALK = "<Response><Pause length='60'/></Response>"


@pytest.mark.parametrize(
    "path",
    [
        "Calls.json?Status=in_progress",
        "Conferences.json?Status=running",
        "/2010-04-01/Accounts.json?Status=sleeping",
        "IncomingPhoneNumbers.json?Origin=mars",
        "IncomingPhoneNumbers/Local.json?Beta=maybe",
        "Conferences/room/Participants.json?Muted=maybe",
        "Conferences/room/Participants.json?Hold=maybe",
        "Conferences/room/Participants.json?Coaching=maybe",
        "Messages.json?DateSent=yesterday",
    ],
)
def test_a_filter_with_an_invalid_value_is_refused(path: str) -> None:
    async def use(world: World) -> None:
        sid = await world.call("<Dial><Conference>room</Conference></Dial>")
        await world.pick_up(sid)
        status, body = await world.rest("GET", path)

        assert (status, body["code"]) == (400, 20001)

    in_process(use)


def test_a_queue_with_a_waiting_call_is_not_deleted() -> None:
    async def use(world: World) -> None:
        await world.pick_up(await world.call("<Enqueue waitUrl=''>support</Enqueue>"))
        [queue] = world.emulator.store.queues
        status, body = await world.rest("DELETE", f"Queues/{queue.sid}.json")

        assert (status, body["code"]) == (409, 20409)
        assert len(world.emulator.store.queues) == 1

    in_process(use)


@pytest.mark.parametrize("form", [{}, {"FallbackMethod": "GET"}])
def test_a_fallback_url_alone_does_not_change_a_call(form: dict[str, str]) -> None:
    async def use(world: World) -> None:
        sid = await world.call("", Twiml=TALK)
        await world.pick_up(sid)
        fallback = {"FallbackUrl": URL, **form}
        status, body = await world.rest("POST", f"Calls/{sid}.json", fallback)

        assert (status, body["code"]) == (400, 21205)

    in_process(use)


def test_a_fallback_url_goes_with_twiml() -> None:
    async def use(world: World) -> None:
        sid = await world.call("", Twiml=TALK)
        await world.pick_up(sid)
        url = world.serve("/fallback", "<Say>Sorry</Say>")
        broken = {"Twiml": "<Response>", "FallbackUrl": url}
        status, _ = await world.rest("POST", f"Calls/{sid}.json", broken)
        await world.clock.advance(1)

        assert (status, world.heard(sid)) == (200, ["Sorry"])

    in_process(use)


@pytest.mark.parametrize(
    ("sender", "status", "code"),
    [(LINE, 201, None), (SECOND, 400, 21711), ("Name", 400, 21711), ("+12025550112", 400, 21659)],
)
def test_a_sender_beside_a_messaging_service_must_be_in_its_pool(
    sender: str, status: int, code: int | None
) -> None:
    async def use(world: World) -> None:
        await world.rest("POST", "IncomingPhoneNumbers.json", {"PhoneNumber": SECOND})
        recipient = HANDSETS[0] if sender.startswith("+") else "+442079460123"
        form = {"To": recipient, "From": sender, "Body": "Hi"}
        answer, body = await world.rest(
            "POST", "Messages.json", {**form, "MessagingServiceSid": MESSAGING_SERVICE_SID}
        )

        assert (answer, body.get("code")) == (status, code)

    in_process(use)


@pytest.mark.parametrize(
    "path",
    ["Messages.json", "Calls.json?Status=completed", "Calls/{call}.json", "Calls/CA1.json"],
)
def test_head_is_answered_like_get_without_a_body(path: str) -> None:
    async def use(world: World) -> None:
        asked = path.format(call=await world.call("", Twiml=TALK))
        get, body = await world.rest("GET", asked)
        head, nothing = await world.rest("HEAD", asked)

        assert (head, nothing) == (get, None)
        assert body

    in_process(use)


def test_head_of_what_only_takes_posts_is_refused() -> None:
    async def use(world: World) -> None:
        _, message = await world.rest(
            "POST", "Messages.json", {"To": HANDSETS[0], "From": LINE, "Body": "Hi"}
        )
        status, _ = await world.rest("HEAD", f"Messages/{message['sid']}/Feedback.json")

        assert status == 405

    in_process(use)


async def participant(world: World) -> str:
    """Invite a person to a conference; return the path of the ringing participant."""
    form = {"To": HANDSETS[0], "From": LINE}
    _, invited = await world.rest("POST", "Conferences/room/Participants.json", form)
    await world.clock.advance(1)
    return f"Conferences/{invited['conference_sid']}/Participants/{invited['call_sid']}.json"


async def member(world: World) -> str:
    """Let a person wait in a queue; return the path of the member."""
    sid = await world.call("<Enqueue waitUrl=''>support</Enqueue>")
    await world.pick_up(sid)
    [queue] = world.emulator.store.queues
    return f"Queues/{queue.sid}/Members/{sid}.json"


@pytest.mark.parametrize(
    ("method", "place", "form"),
    [("DELETE", participant, None), ("POST", member, {"Url": URL})],
)
def test_a_call_that_ends_at_the_same_moment_is_in_the_wrong_state(
    method: str, place: Any, form: dict[str, str] | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def use(world: World) -> None:
        path = await place(world)
        exchange = world.emulator.network.exchange
        end = exchange.end
        change = end if method == "DELETE" else exchange.redirect

        # Another request ends the call, whose task still has to leave the conference or queue.
        def changed(sid: str, *more: Any) -> None:
            end(sid)
            change(sid, *more)

        monkeypatch.setattr(exchange, change.__name__, changed)
        status, body = await world.rest(method, path, form)

        assert (status, body["code"]) == (400, 21220)

    in_process(use)


def test_an_ended_conference_hears_no_announcement() -> None:
    async def use(world: World) -> None:
        sid = await world.call("<Dial><Conference waitUrl=''>room</Conference></Dial>")
        await world.pick_up(sid)
        [conference] = world.emulator.store.conferences
        path = f"Conferences/{conference.sid}.json"
        announced, _ = await world.rest("POST", path, {"AnnounceUrl": URL, "Status": "completed"})
        status, body = await world.rest("POST", path, {"AnnounceUrl": URL})

        assert (announced, status, body["code"]) == (200, 400, 16022)

    in_process(use)


@pytest.mark.parametrize(
    ("name", "value", "other"),
    [
        ("AddressRetention", "retain", "obfuscate"),
        ("ContentRetention", "retain", "discard"),
        ("ForceDelivery", "false", "true"),
        ("ProvideFeedback", "False", "true"),
        ("RiskCheck", "enable", "disable"),
    ],
)
def test_a_parameter_that_is_not_emulated_may_have_its_default(
    name: str, value: str, other: str
) -> None:
    async def use(world: World) -> None:
        form = {"To": HANDSETS[0], "From": LINE, "Body": "Hi"}
        accepted, _ = await world.rest("POST", "Messages.json", {**form, name: value})
        refused, _ = await world.rest("POST", "Messages.json", {**form, name: other})

        assert (accepted, refused) == (201, 501)

    in_process(use)


def test_a_maximum_price_has_no_effect() -> None:
    async def use(world: World) -> None:
        form = {"To": HANDSETS[0], "From": LINE, "Body": "Hi", "MaxPrice": "0.01"}
        status, _ = await world.rest("POST", "Messages.json", form)

        assert (status, world.alerts()) == (201, [])

    in_process(use)


def test_all_numbers_of_an_area_code_can_be_bought() -> None:
    async def use(world: World) -> None:
        answers = [
            await world.rest("POST", "IncomingPhoneNumbers.json", {"AreaCode": "415"})
            for _ in range(101)
        ]

        assert [status for status, _ in answers] == [201] * 100 + [400]
        assert answers[-1][1]["code"] == 21452

    in_process(use)


@pytest.mark.parametrize("body", [{'{"To":"+12025550199","Body":"Secret"}': ""}, {"x" * 41: ""}])
def test_a_body_that_is_not_a_form_is_not_repeated_in_an_alert(body: dict[str, str]) -> None:
    async def use(world: World) -> None:
        await world.rest("POST", "Messages.json", body)

        assert world.alerts() == [20001]
        [alert] = world.emulator.store.alerts
        assert "form" in alert.message
        assert not any(part in alert.message for part in ("Secret", "0199", "xx"))

    in_process(use)
