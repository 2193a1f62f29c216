"""GetRecording and GetSharedRecording: a recording's audio, whole or in parts."""

from __future__ import annotations

import asyncio
import json
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import azure.functions as func
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import GetRecording
import GetSharedRecording
from shared import clients
from shared.clock import SystemClock
from shared.config.credentials import Credentials
from shared.config.settings import Secret
from shared.errors import FileTooLongError, TwilioTimeoutError, TwilioUnreachableError
from shared.media.links import Link
from shared.recordings.sound import WantedRecording

if TYPE_CHECKING:
    from tests.conftest import FakeVault
    from tests.functions.conftest import FakeTwilio

pytestmark = pytest.mark.usefixtures("app")

SID = "RE" + "a" * 32
SOUND = bytes(range(100))
KEY = "0123456789" * 4


def get(query: str, main: Any = GetRecording.main, **headers: str) -> func.HttpResponse:
    url = f"https://inner/api/GetRecording?{query}"
    return asyncio.run(main(func.HttpRequest("GET", url, headers=headers, body=b"")))


def problem(response: func.HttpResponse) -> dict[str, Any]:
    assert response.mimetype == "application/problem+json"
    return json.loads(response.get_body())


def test_a_recording_is_fetched_with_the_credentials_of_the_account(twilio: FakeTwilio) -> None:
    twilio.answers.append((200, SOUND))

    response = get(f"code=key&sid={SID}")

    assert (response.status_code, response.get_body()) == (200, SOUND)
    assert response.mimetype == "audio/mpeg"
    assert response.headers["Cache-Control"] == "private, no-store"
    assert response.headers["Accept-Ranges"] == "bytes"
    (request,) = twilio.requests
    account = "AC" + "0" * 32
    assert request["url"] == (
        f"https://api.twilio.com/2010-04-01/Accounts/{account}/Recordings/{SID}.mp3"
    )
    assert request["auth"] == (account, "primary")


def test_the_size_of_a_recording_is_limited_by_the_runtime(twilio: FakeTwilio) -> None:
    twilio.answers.append((200, SOUND))
    get(f"sid={SID}")

    assert twilio.requests[0]["max_bytes"] <= 128_000_000


def test_it_can_be_a_wav_file(twilio: FakeTwilio) -> None:
    twilio.answers.append((200, SOUND))

    response = get(f"sid={SID}&format=wav")

    assert response.mimetype == "audio/wav"
    assert twilio.requests[0]["url"].endswith(f"/{SID}.wav")
    assert f"{SID}.wav" in response.headers["Content-Disposition"]


def test_an_api_key_works_too(twilio: FakeTwilio, values: dict[str, str]) -> None:
    values |= {"TWILIO_REST_CREDENTIAL": "api_key", "TWILIO_API_KEY_SID": "SK" + "1" * 32}
    clients.reset(clients.Clients(values | {"TWILIO_API_KEY_SECRET": "deep"}, SystemClock()))
    twilio.answers.append((200, SOUND))

    get(f"sid={SID}")

    assert twilio.requests[0]["auth"] == ("SK" + "1" * 32, "deep")


@pytest.mark.parametrize(
    ("wanted", "first", "last"),
    [
        ("bytes=0-9", 0, 9),
        ("bytes=90-", 90, 99),
        ("bytes=90-500", 90, 99),
        ("bytes=-5", 95, 99),
        ("bytes=-500", 0, 99),
        ("Bytes = 99-99", 99, 99),
    ],
)
def test_a_player_can_request_a_part(
    twilio: FakeTwilio, wanted: str, first: int, last: int
) -> None:
    twilio.answers.append((200, SOUND))

    response = get(f"sid={SID}", range=wanted)

    assert (response.status_code, response.get_body()) == (206, SOUND[first : last + 1])
    assert response.headers["Content-Range"] == f"bytes {first}-{last}/100"


@pytest.mark.parametrize("wanted", ["bytes=100-", "bytes=100-200", "bytes=-0"])
def test_a_part_beyond_the_end_is_a_416_with_the_length(twilio: FakeTwilio, wanted: str) -> None:
    twilio.answers.append((200, SOUND))

    response = get(f"sid={SID}", range=wanted)

    assert response.status_code == 416
    assert response.headers["Content-Range"] == "bytes */100"
    assert "100 bytes" in problem(response)["detail"]


@pytest.mark.parametrize(
    "wanted", ["", "bytes=", "bytes=-", "bytes=9-5", "bytes=0-1,5-6", "seconds=0-1", "bytes=a-b"]
)
def test_any_other_range_gives_the_whole_file(twilio: FakeTwilio, wanted: str) -> None:
    twilio.answers.append((200, SOUND))

    assert get(f"sid={SID}", range=wanted).get_body() == SOUND


def test_a_part_of_a_file_that_may_have_changed_is_the_whole_file(twilio: FakeTwilio) -> None:
    twilio.answers.append((200, SOUND))

    response = get(f"sid={SID}", **{"range": "bytes=0-1", "if-range": '"etag"'})

    assert response.status_code == 200


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("", "sid"),
        ("sid=", "sid"),
        ("sid=RE1", "sid"),
        (f"sid={SID}%2F..", "sid"),
        (f"sid={SID}%0A", "sid"),
        (f"sid={SID}&sid={SID}", "sid"),
        (f"sid={SID}&format=ogg", "format"),
        (f"sid={SID}&format=", "format"),
        (f"sid={SID}&Format=mp3", "Format"),
    ],
)
def test_a_bad_request_is_a_400_that_names_the_field(
    twilio: FakeTwilio, query: str, field: str
) -> None:
    response = get(query)

    assert (response.status_code, problem(response)["field"]) == (400, field)
    assert twilio.requests == []


def test_an_unknown_recording_is_a_404(twilio: FakeTwilio) -> None:
    twilio.answers.append((404, b"<TwilioResponse/>"))

    assert problem(get(f"sid={SID}"))["status"] == 404


@pytest.mark.parametrize(
    ("answer", "status"),
    [
        (TwilioUnreachableError("x"), 502),
        (TwilioTimeoutError("x"), 504),
        (FileTooLongError("x"), 502),
        ((500, b""), 502),
        ((403, b""), 502),
        ((302, b""), 502),
        ((206, b""), 502),
        ((401, b""), 502),
        ((429, b""), 429),
    ],
)
def test_twilios_failure_is_reported(twilio: FakeTwilio, answer: Any, status: int) -> None:
    twilio.lasting = answer

    assert problem(get(f"sid={SID}"))["status"] == status


def test_new_credentials_are_tried_when_twilio_refuses_the_old_ones(
    app: clients.Clients, twilio: FakeTwilio, vault: FakeVault
) -> None:
    app.credentials = Credentials(vault, SystemClock())
    asyncio.run(app.credentials.get(*app.settings.rest_secrets))
    vault.secrets[Secret.AUTH_TOKEN] = "second"
    twilio.answers += [(401, b""), (200, SOUND)]

    assert get(f"sid={SID}").status_code == 200
    assert [request["auth"] for request in twilio.requests] == [
        ("AC" + "1" * 32, "first"),
        ("AC" + "1" * 32, "second"),
    ]


@pytest.fixture
def shared(values: dict[str, str], twilio: FakeTwilio) -> FakeTwilio:
    values["LINK_SIGNING_KEY"] = KEY
    clients.reset(clients.Clients(values, SystemClock()))
    twilio.answers.append((200, SOUND))
    return twilio


def link(lifetime: timedelta = timedelta(hours=1)) -> str:
    return Link.lasting(WantedRecording(SID), datetime.now(UTC), lifetime).query(KEY)


def test_a_link_opens_its_recording_without_a_key(shared: FakeTwilio) -> None:
    response = get(link(), GetSharedRecording.main, range="bytes=0-9")

    assert (response.status_code, response.get_body()) == (206, SOUND[:10])
    assert response.headers["Cache-Control"] == "private, no-store"


@pytest.mark.parametrize(
    "added", ["utm_source=x", "fbclid=a%3D&utm_medium=sms", "x", "=", "Sid=RE1"]
)
def test_parameters_that_other_apps_add_to_a_link_are_ignored(
    shared: FakeTwilio, added: str
) -> None:
    assert get(f"{link()}&{added}", GetSharedRecording.main).status_code == 200
    shared.answers.append((200, SOUND))
    assert get(f"{added}&{link()}", GetSharedRecording.main).status_code == 200


def test_head_is_answered_like_get_without_a_range(shared: FakeTwilio) -> None:
    url, headers = f"https://inner/api/GetSharedRecording?{link()}", {"range": "bytes=0-9"}
    request = func.HttpRequest("HEAD", url, headers=headers, body=b"")
    response = asyncio.run(GetSharedRecording.main(request))

    assert (response.status_code, response.mimetype) == (200, "audio/mpeg")
    assert "Content-Range" not in response.headers


@pytest.mark.parametrize(
    "query",
    [
        f"sid={SID}",
        f"{link()}0",
        f"{link()}&format=wav",
        link().replace("a" * 32, "b" * 32),
        link(-timedelta(seconds=1)),
    ],
)
def test_an_invalid_or_expired_link_is_a_403(shared: FakeTwilio, query: str) -> None:
    assert problem(get(query, GetSharedRecording.main))["status"] == 403
    assert shared.requests == []


def test_without_a_signing_key_the_missing_secret_is_named() -> None:
    response = get(link(), GetSharedRecording.main)

    assert response.status_code == 500
    assert "LinkSigningKey" in problem(response)["detail"]


def test_a_weak_signing_key_is_a_configuration_error(
    shared: FakeTwilio, values: dict[str, str]
) -> None:
    clients.reset(clients.Clients(values | {"LINK_SIGNING_KEY": KEY[:31]}, SystemClock()))
    response = get(link(), GetSharedRecording.main)

    assert response.status_code == 500
    assert "LinkSigningKey is shorter than 32 characters" in problem(response)["detail"]
    assert KEY[:31] not in response.get_body().decode()
    assert shared.requests == []


@pytest.mark.parametrize(
    ("main", "query", "wanted", "status"),
    [
        (GetRecording.main, "sid=RE1", "", 400),
        (GetSharedRecording.main, f"{link()}0", "", 403),
        (GetRecording.main, f"sid={SID}", "", 404),
        (GetSharedRecording.main, link(), "bytes=100-", 416),
    ],
)
def test_a_problem_is_not_cacheable(
    shared: FakeTwilio, main: Any, query: str, wanted: str, status: int
) -> None:
    if status == 404:
        shared.answers = [(404, b"")]
    response = get(query, main, range=wanted)

    assert (response.status_code, response.headers["Cache-Control"]) == (status, "no-store")


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text(max_size=80), st.text(max_size=30))
def test_no_query_or_range_causes_an_app_error(shared: FakeTwilio, query: str, wanted: str) -> None:
    for main in (GetRecording.main, GetSharedRecording.main):
        shared.answers.append((200, SOUND))
        assert get(query, main).status_code in (400, 403)
    assert get(f"sid={SID}", range=wanted).status_code in (200, 206, 416)
