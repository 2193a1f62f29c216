"""Follow a placed call through all its answers."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from urllib.parse import quote

import azure.functions as func
import pytest
from hypothesis import HealthCheck, example, given, settings

import PlaceCall
from shared import clients
from shared.clock import SystemClock
from shared.config.guard_settings import GuardSettings
from shared.guards.limits import Demand, Limits, Taken
from tests.functions.conftest import FakeTwilio
from tests.functions.following import (
    APP,
    CALLED,
    OUTGOING,
    followed,
    own_addresses,
)

demands: list[Demand] = []


def connected(local_stack_url: str) -> FakeTwilio:
    return FakeTwilio()


@pytest.fixture(autouse=True, scope="module")
def counting() -> Iterator[None]:
    """An app with plain settings that records the demands of its calls."""
    take = Limits.take

    async def watched(self: Limits, demand: Demand, guards: GuardSettings) -> Taken:
        demands.append(demand)
        return await take(self, demand, guards)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Limits, "take", watched)
        patch.setattr("shared.twilio_api.transport.TwilioHttp", connected)
        clients.reset(
            clients.Clients(
                {
                    "TWILIO_ACCOUNT_SID": "AC" + "0" * 32,
                    "TWILIO_AUTH_TOKEN": "primary",
                    "TWILIO_FROM_NUMBER": "+12025550100",
                    "PUBLIC_URL": APP,
                    "DAILY_CALL_LIMIT": "0",
                    "DAILY_SEGMENT_LIMIT": "0",
                },
                SystemClock(),
            )
        )
        yield
        clients.reset()


def placed(**inputs: str) -> Demand | None:
    """Return a call's demand; None if it is refused."""
    demands.clear()
    body = json.dumps({"to": CALLED, **inputs}).encode()
    response = asyncio.run(
        PlaceCall.main(func.HttpRequest("POST", f"{APP}/api/PlaceCall", body=body))
    )
    assert response.status_code in (201, 400, 403)
    return demands[0] if response.status_code == 201 else None


def require_counted(address: str) -> None:
    """Check that a call is refused, or contacts only counted numbers and allowed hosts."""
    url = f"{APP}/api/{quote(address, safe='!$&()*+,/:;=?@[]~%')}"
    if (demand := placed(url=url)) is not None:
        seen = followed(url, more=[])
        assert seen.hosts | seen.sounds <= {"app.example"}
        assert seen.dialed | seen.texted <= {*demand.others}


@given(own_addresses())
@settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow])
@example("TwimlForward?PhoneNumber=%2B12025550124&FailUrl=https:/%00/evil.example/x")
@example("TwimlMenu?Options%5B1%5D=TwimlSimulring%3FPhoneNumbers%5B%5D%3D2025550124")
@example("TwimlConference?EnableSmsNotifications=1&Moderators%5B%5D=%2B12025550124&Password=12")
def test_a_call_reaches_only_what_was_counted(address: str) -> None:
    require_counted(address)


@pytest.mark.soak
@given(own_addresses())
@settings(max_examples=3_000, suppress_health_check=[HealthCheck.too_slow])
def test_three_thousand_calls_reach_only_what_was_counted(address: str) -> None:
    require_counted(address)


@given(own_addresses())
@settings(max_examples=40, suppress_health_check=[HealthCheck.too_slow])
@example("TwimlForward?PhoneNumber=%2B12025550124&FailUrl=https:/%00/evil.example/x")
@example("TwimlMenu?Options%5B1%5D=TwimlForward%3FFailUrl%3Dhttps%253A%252F%252Fevil.example")
def test_answers_to_outgoing_calls_use_allowed_hosts_only(address: str) -> None:
    url = f"{APP}/api/{quote(address, safe='!$&()*+,/:;=?@[]~%')}"

    assert followed(url, more=[OUTGOING]).hosts <= {"app.example"}
