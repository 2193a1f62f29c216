"""The doctor's checks of browser calls: the API key that signs tokens, and the TwiML app."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from commands.doctor.browser_calls import Key, judge_key
from commands.doctor.findings import State
from deskphone.values import API_KEY_SECRET, API_KEY_SID
from local_stack.testing import LocalStack

if TYPE_CHECKING:
    from commands.doctor.findings import Finding
    from tests.commands.doctor.conftest import Doctor

KEY = {"TWILIO_API_KEY_SID": API_KEY_SID, "TWILIO_API_KEY_SECRET": API_KEY_SECRET}


def app_found(stack: LocalStack, doctor: Doctor, url: str, method: str = "POST") -> Finding:
    """Return what the doctor says about a TwiML app with this URL."""
    form = {"VoiceUrl": url, "VoiceMethod": method}
    sid = stack.rest("POST", "Applications.json", form).json()["sid"]
    return doctor(TWILIO_TWIML_APP_SID=sid, **KEY)["twiml app"]


def test_browser_calls_are_optional(doctor: Doctor) -> None:
    found = doctor()

    assert (found["token key"].state, found["twiml app"].state) == (State.OK, State.OK)
    assert "start has its own" in found["token key"].text


def test_an_app_that_leads_here_is_right(stack: LocalStack, doctor: Doctor) -> None:
    found = app_found(stack, doctor, f"{stack.functions_url}/api/TwimlClientOutgoing?Agents=a")

    assert (found.state, "TwimlClientOutgoing" in found.text) == (State.OK, True)


@pytest.mark.parametrize(
    ("url", "method", "state"),
    [
        ("", "POST", State.WRONG),
        ("https://other.example/api/TwimlClientOutgoing", "POST", State.WRONG),
        ("{here}/api/SendSms", "POST", State.WRONG),
        ("{here}/api/TwimlForward", "POST", State.WARNING),
        ("{here}/api/TwimlClientOutgoing", "GET", State.WRONG),
    ],
)
def test_an_app_that_leads_elsewhere_is_not(
    stack: LocalStack, doctor: Doctor, url: str, method: str, state: State
) -> None:
    found = app_found(stack, doctor, url.format(here=stack.functions_url), method)

    assert found.state is state
    assert found.cure


def test_a_missing_app_is_wrong(doctor: Doctor) -> None:
    found = doctor(TWILIO_TWIML_APP_SID="AP" + "9" * 32, **KEY)

    assert found["twiml app"].state is State.WRONG
    assert "wire --browser-calls" in found["twiml app"].cure


def test_tokens_need_an_api_key(doctor: Doctor) -> None:
    found = doctor(CLIENT_IDENTITY_FROM="easy_auth")["token key"]

    assert found.state is State.WRONG
    assert "TwilioApiKeySid" in found.text


def test_a_key_whose_kind_twilio_does_not_tell_is_accepted(doctor: Doctor) -> None:
    assert doctor(CLIENT_IDENTITY_FROM="easy_auth", **KEY)["token key"].state is State.OK


@pytest.mark.parametrize(
    ("key", "region", "state"),
    [
        (Key(is_restricted=False), "", State.OK),
        (Key(is_restricted=False), "us1", State.OK),
        (Key(is_restricted=True), "", State.WRONG),
        (Key(is_there=False), "", State.WRONG),
        (Key(is_there=False), "ie1", State.SKIPPED),
    ],
)
def test_a_key_must_exist_in_its_region_and_not_be_restricted(
    key: Key, region: str, state: State
) -> None:
    assert judge_key(key, region).state is state
