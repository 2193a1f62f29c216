"""GetSharedMedia: a text's picture or file, from a link."""

from __future__ import annotations

import asyncio
import json
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import azure.functions as func
import pytest

import GetSharedMedia
import GetSharedRecording
from shared import clients
from shared.clock import SystemClock
from shared.errors import FileTooLongError, TwilioUnreachableError
from shared.media.files import WantedMedia
from shared.media.links import Link
from shared.recordings.sound import WantedRecording
from shared.twilio_limits import MAX_MEDIA_BYTES

if TYPE_CHECKING:
    from tests.functions.conftest import FakeTwilio

MESSAGE, SID = "MM" + "a" * 32, "ME" + "b" * 32
PICTURE = bytes(range(100))
KEY = "0123456789" * 4
HOUR = timedelta(hours=1)


def link(lifetime: timedelta = HOUR) -> str:
    return Link.lasting(WantedMedia(MESSAGE, SID), datetime.now(UTC), lifetime).query(KEY)


def get(query: str, **headers: str) -> func.HttpResponse:
    url = f"https://inner/api/GetSharedMedia?{query}"
    request = func.HttpRequest("GET", url, headers=headers, body=b"")
    return asyncio.run(GetSharedMedia.main(request))


@pytest.fixture(autouse=True)
def media(app: clients.Clients, values: dict[str, str], twilio: FakeTwilio) -> FakeTwilio:
    clients.reset(clients.Clients(values | {"LINK_SIGNING_KEY": KEY}, SystemClock()))
    twilio.answers.append((200, PICTURE))
    twilio.media_type = "image/png"
    return twilio


def test_a_link_opens_its_picture_with_the_credentials_of_the_account(media: FakeTwilio) -> None:
    response = get(link())

    assert (response.status_code, response.get_body()) == (200, PICTURE)
    assert response.mimetype == "image/png"
    assert response.headers["Cache-Control"] == "private, no-store"
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert response.headers["Content-Disposition"] == f'inline; filename="{SID}.png"'
    (request,) = media.requests
    account = "AC" + "0" * 32
    assert request["url"] == (
        f"https://api.twilio.com/2010-04-01/Accounts/{account}/Messages/{MESSAGE}/Media/{SID}"
    )
    assert request["auth"] == (account, "primary")
    assert request["max_bytes"] == MAX_MEDIA_BYTES


def test_head_and_added_parameters_work_as_for_recordings() -> None:
    url = f"https://inner/api/GetSharedMedia?{link()}&utm_source=x"
    request = func.HttpRequest("HEAD", url, headers={"range": "bytes=0-9"}, body=b"")
    response = asyncio.run(GetSharedMedia.main(request))

    assert (response.status_code, response.mimetype) == (200, "image/png")


def test_a_part_can_be_requested() -> None:
    response = get(link(), range="bytes=0-9")

    assert (response.status_code, response.get_body()) == (206, PICTURE[:10])


@pytest.mark.parametrize(
    ("media_type", "disposition"),
    [
        ("image/jpeg", "inline"),
        ("video/mp4", "inline"),
        ("audio/amr", "inline"),
        ("application/pdf", "attachment"),
        ("text/vcard", "attachment"),
        ("text/x-vcard", "attachment"),
    ],
)
def test_pictures_are_shown_and_documents_saved(
    media: FakeTwilio, media_type: str, disposition: str
) -> None:
    media.media_type = media_type
    response = get(link())

    assert (response.status_code, response.mimetype) == (200, media_type)
    assert response.headers["Content-Disposition"].partition(";")[0] == disposition


@pytest.mark.parametrize(
    "media_type",
    ["text/html", "image/svg+xml", "application/xhtml+xml", "text/plain", "image/png,a", ""],
)
def test_a_file_of_an_unsafe_type_is_not_returned(media: FakeTwilio, media_type: str) -> None:
    media.media_type = media_type
    response = get(link())

    assert (response.status_code, response.mimetype) == (502, "application/problem+json")


@pytest.mark.parametrize(
    "query",
    [
        f"message={MESSAGE}&sid={SID}",
        f"{link()}0",
        link().replace("a" * 32, "c" * 32),
        link().replace("b" * 32, "c" * 32),
        link().replace("MM", "SM"),
        link(-timedelta(seconds=1)),
    ],
)
def test_an_invalid_or_expired_link_is_a_403_without_a_request_to_twilio(
    media: FakeTwilio, query: str
) -> None:
    assert get(query).status_code == 403
    assert media.requests == []


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("", "message"),
        (f"message={MESSAGE}", "sid"),
        (f"message={MESSAGE}&sid=ME1", "sid"),
        (f"message=../Recordings&sid={SID}", "message"),
        (f"message={MESSAGE}%2F..&sid={SID}", "message"),
        (f"message={MESSAGE}&sid={SID}&sid={SID}", "sid"),
    ],
)
def test_a_bad_request_is_a_400_that_names_the_field(
    media: FakeTwilio, query: str, field: str
) -> None:
    response = get(query)

    assert (response.status_code, json.loads(response.get_body())["field"]) == (400, field)
    assert media.requests == []


def test_a_link_to_a_recording_opens_no_media(media: FakeTwilio) -> None:
    recording = WantedRecording("RE" + "b" * 32)
    query = Link.lasting(recording, datetime.now(UTC), HOUR).query(KEY)
    request = func.HttpRequest("GET", f"https://inner/api/x?{link()}", headers={}, body=b"")

    assert get(query.replace("RE", "ME") + f"&message={MESSAGE}").status_code == 403
    assert asyncio.run(GetSharedRecording.main(request)).status_code == 400
    assert media.requests == []


@pytest.mark.parametrize(
    ("answer", "status"),
    [
        ((404, b""), 404),
        ((500, b""), 502),
        ((401, b""), 502),
        ((429, b""), 429),
        (TwilioUnreachableError("x"), 502),
        (FileTooLongError("x"), 502),
    ],
)
def test_twilios_failure_is_reported(
    media: FakeTwilio, answer: tuple[int, bytes] | Exception, status: int
) -> None:
    media.answers.clear()
    media.lasting = answer

    assert get(link()).status_code == status
