"""Scheduled texts: valid times, and what goes to Twilio."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.config.settings import Settings
from shared.errors import InvalidRequestError
from shared.http.inputs import Inputs
from shared.sending.text import TextMessage
from shared.sending.timing import MessageTiming

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
SERVICE = "MG" + "a" * 32


def timing(send_at: str) -> MessageTiming:
    return MessageTiming.from_inputs(Inputs({"send_at": send_at}))


@pytest.mark.parametrize(
    "send_at",
    [
        "2026-11-22T14:00:00+01:00",
        "2026-11-22T13:00Z",
        "2026-11-22 13:00:00.5Z",
        "2026-11-22T07:30:00-05:30",
    ],
)
def test_a_time_goes_to_twilio_in_utc(send_at: str) -> None:
    parameters = timing(send_at).parameters()

    assert parameters["schedule_type"] == "fixed"
    assert f"{parameters['send_at']:%Y-%m-%dT%H:%M:%SZ}" == "2026-11-22T13:00:00Z"


def test_an_unescaped_plus_in_a_form_is_part_of_the_time_zone() -> None:
    inputs = Inputs({"send_at": ["2026-11-22T14:00:00 01:00"]}, is_encoded=True)

    assert MessageTiming.from_inputs(inputs).send_at == NOW + timedelta(hours=1)


@pytest.mark.parametrize(
    "send_at",
    [
        "",
        "2026-11-22T13:00:00",
        "2026-11-22",
        "13:00Z",
        "20261122T130000Z",
        "2026-11-31T13:00:00Z",
        "2026-11-22T25:00:00Z",
        "2026-11-22T13:00:00+99:00",
        "0001-01-01T00:00:00+00:01",
        "9999-12-31T23:59:59-00:01",
    ],
)
def test_an_invalid_time_is_refused_with_an_example(send_at: str) -> None:
    with pytest.raises(InvalidRequestError, match="for example") as caught:
        timing(send_at)
    assert caught.value.field == "send_at"


@pytest.mark.parametrize("ahead", [timedelta(minutes=15), timedelta(days=35)])
def test_times_at_twilios_limits_are_accepted(ahead: timedelta) -> None:
    timing((NOW + ahead).isoformat()).require_possible(NOW)


@pytest.mark.parametrize(
    "ahead", [timedelta(minutes=14, seconds=59), timedelta(days=35, seconds=1), -timedelta(days=1)]
)
def test_a_time_too_soon_or_too_far_is_refused_before_calling_twilio(ahead: timedelta) -> None:
    too_near_or_too_far = timing((NOW + ahead).isoformat())

    with pytest.raises(InvalidRequestError, match="15 minutes to 35 days") as caught:
        too_near_or_too_far.require_possible(NOW)
    assert caught.value.field == "send_at"


def invalid_field(send_at: str) -> str | None:
    try:
        timing(send_at)
    except InvalidRequestError as error:
        return error.field
    return "send_at"


@given(st.text(alphabet="0123456789-+:TZ. ", max_size=30))
def test_any_time_is_parsed_or_refused(text: str) -> None:
    assert invalid_field(text) == "send_at"


def message(config: Settings, **inputs: str) -> TextMessage:
    given = {"to": "+12025550123", "body": "Hi", "send_at": "2026-11-23T12:00:00Z", **inputs}
    return TextMessage.from_inputs(Inputs(given), config)


def test_the_apps_own_messaging_service_can_be_used() -> None:
    assert message(Settings(messaging_service_sid=SERVICE)).messaging_service_sid is None
    assert message(Settings(), messaging_service_sid=SERVICE).timing.send_at is not None


def test_a_scheduled_text_requires_a_messaging_service() -> None:
    with pytest.raises(InvalidRequestError, match="messaging service") as caught:
        message(Settings(from_number="+12025550100"))
    assert caught.value.field == "messaging_service_sid"


def test_a_scheduled_text_cannot_have_a_sender() -> None:
    with pytest.raises(InvalidRequestError) as caught:
        message(Settings(messaging_service_sid=SERVICE), **{"from": "+12025550100"})
    assert caught.value.field == "from"
