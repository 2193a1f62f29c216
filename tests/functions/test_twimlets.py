"""The Twimlets with Twilio's requests: signatures, redirects, refusals; and the public music."""

from __future__ import annotations

import asyncio
import importlib
import io
import json
import re
import wave
from pathlib import Path
from typing import TYPE_CHECKING, Any

import azure.functions as func
import pytest

import GetHoldMusic
import TwimlForward
import TwimlHoldMusic
import TwimlMenu
import TwimlVoicemail
from shared import clients
from shared.answers.melodies import BUCKETS, Melody
from shared.clock import SystemClock

if TYPE_CHECKING:
    from tests.functions.conftest import Run, SignedRequest

pytestmark = pytest.mark.usefixtures("app")

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "use" / "twimlets.md").read_text()
EXAMPLES = re.findall(r"^`APP/((\w+)\?.*)`$", PAGE, re.MULTILINE)
REFUSING = [
    *("TwimlForward", "TwimlSimulring", "TwimlFindMe", "TwimlCallMe"),
    *("TwimlVoicemail", "TwimlConference", "TwimlMenu"),
]
CALL = [("CallSid", "CA" + "0" * 32), ("From", "+12025550123"), ("To", "+12025550100")]


def main_of(name: str) -> Any:
    return importlib.import_module(name).main


def music(bucket: str | None, etag: str = "") -> func.HttpRequest:
    params = {} if bucket is None else {"Bucket": bucket}
    headers = {"If-None-Match": etag} if etag else {}
    url = "http://inner/api/GetHoldMusic"
    return func.HttpRequest("GET", url, headers=headers, params=params, body=b"")


@pytest.mark.parametrize(("url", "name"), EXAMPLES, ids=[name for _, name in EXAMPLES])
def test_the_examples_of_the_page_work(
    run: Run, signed_request: SignedRequest, url: str, name: str
) -> None:
    response = run(main_of(name), signed_request(f"/api/{url}", CALL))

    assert response.status_code == 200
    assert response.mimetype == "text/xml"
    assert "<Response><" in response.get_body().decode()
    assert "not set up correctly" not in response.get_body().decode()


@pytest.mark.parametrize(("url", "name"), EXAMPLES, ids=[name for _, name in EXAMPLES])
def test_a_twimlet_answers_only_twilio(
    run: Run, signed_request: SignedRequest, url: str, name: str
) -> None:
    response = run(main_of(name), signed_request(f"/api/{url}", CALL, signature="x" * 27 + "="))

    assert response.status_code == 403


def test_an_option_of_a_menu_is_a_redirection(run: Run, signed_request: SignedRequest) -> None:
    path = "/api/TwimlMenu?Options%5B1%5D=https%3A%2F%2Fexample.com%2Fsales%3Fa%3Db"
    response = run(TwimlMenu.main, signed_request(path, [*CALL, ("Digits", "1")]))

    assert response.status_code == 302
    assert response.headers["Location"] == "https://example.com/sales?a=b"
    assert response.get_body() == b""


def test_a_redirect_to_a_function_uses_the_apps_public_url(
    run: Run, signed_request: SignedRequest
) -> None:
    path = "/lines/TwimlMenu?Options%5B1%5D=TwimlForward%3FPhoneNumber%3D1"
    response = run(TwimlMenu.main, signed_request(path, [*CALL, ("Digits", "1")]))

    assert response.headers["Location"] == "https://app.example/lines/TwimlForward?PhoneNumber=1"


def test_the_step_after_a_dial_also_works_by_get(run: Run, signed_request: SignedRequest) -> None:
    path = "/api/TwimlForward?Dial=true&FailUrl=https://example.com/a&DialCallStatus=no-answer"
    response = run(TwimlForward.main, signed_request(path, method="GET"))

    assert (response.status_code, response.headers["Location"]) == (302, "https://example.com/a")


@pytest.mark.parametrize("name", REFUSING)
def test_a_blocked_caller_is_refused(
    run: Run, signed_request: SignedRequest, values: dict[str, str], name: str
) -> None:
    clients.reset(clients.Clients({**values, "BLOCKED_CALLERS": "+12025550123"}, SystemClock()))
    path = f"/api/{name}?PhoneNumber=%2B12025550124&PhoneNumbers=%2B12025550124"
    response = run(main_of(name), signed_request(path, CALL))

    assert b'<Response><Reject reason="rejected" /></Response>' in response.get_body()


def test_the_end_of_a_recording_is_the_second_pass(run: Run, signed_request: SignedRequest) -> None:
    form = [*CALL, ("RecordingUrl", "https://api.twilio.com/x"), ("RecordingDuration", "3")]
    response = run(TwimlVoicemail.main, signed_request("/api/TwimlVoicemail", form))

    assert b"<Say>Thanks. Goodbye.</Say><Hangup />" in response.get_body()


@pytest.mark.parametrize("bucket", sorted(BUCKETS))
def test_a_melody_is_a_short_sound_for_a_telephone(
    run: Run, signed_request: SignedRequest, bucket: str
) -> None:
    path = f"/api/TwimlHoldMusic?Bucket={bucket}"
    document = run(TwimlHoldMusic.main, signed_request(path, method="GET")).get_body().decode()
    response = run(GetHoldMusic.main, music(bucket))

    assert f"<Play>GetHoldMusic?Bucket={bucket}</Play>" in document
    assert response.mimetype == "audio/wav"
    assert response.headers["Cache-Control"] == "public, max-age=604800"
    assert len(response.get_body()) < 250_000
    with wave.open(io.BytesIO(response.get_body())) as sound:
        assert sound.getparams()[:3] == (1, 2, 8000)
        assert 5 < sound.getnframes() / 8000 < 20
        assert len(set(sound.readframes(8000))) > 100


@pytest.mark.parametrize("bucket", [None, "", "com.twilio.music.polka", "../rock", "a" * 5000])
def test_an_unknown_melody_is_not_found(run: Run, bucket: str | None) -> None:
    response = run(GetHoldMusic.main, music(bucket))

    assert response.status_code == 404
    assert "Bucket" in json.loads(response.get_body())["detail"]


def test_a_melody_is_computed_once_for_concurrent_requests(monkeypatch: pytest.MonkeyPatch) -> None:
    unheard = Melody("1 . 8 . 1 . 8 .", "-9 -9", 0.4, (1, 0.5), 0.1, 0.9)
    monkeypatch.setattr("shared.answers.melodies._MELODIES", {"rock": unheard})

    async def crowd() -> list[func.HttpResponse]:
        requests = [music("com.twilio.music.rock") for _ in range(8)]
        return await asyncio.gather(*map(GetHoldMusic.main, requests))

    first, *others = [response.get_body() for response in asyncio.run(crowd())]

    assert all(other is first for other in others)


def test_a_cached_melody_is_not_sent_again(run: Run) -> None:
    first = run(GetHoldMusic.main, music("com.twilio.music.rock"))
    again = run(GetHoldMusic.main, music("com.twilio.music.rock", first.headers["ETag"]))
    other = run(GetHoldMusic.main, music("com.twilio.music.ambient", first.headers["ETag"]))

    assert (again.status_code, again.get_body()) == (304, b"")
    assert (again.headers["ETag"], again.mimetype) == (first.headers["ETag"], "audio/wav")
    assert other.status_code == 200


@pytest.mark.parametrize(("ampersand", "is_named"), [("&amp;", True), ("&", False)])
def test_a_url_copied_from_html_is_named_in_the_log(
    run: Run,
    signed_request: SignedRequest,
    caplog: pytest.LogCaptureFixture,
    ampersand: str,
    is_named: bool,
) -> None:
    query = ampersand.join(["Message=x", "Options[1]=TwimlHello", "Options[2]=TwimlEcho"])

    assert run(TwimlMenu.main, signed_request(f"/api/TwimlMenu?{query}", CALL)).status_code == 200
    assert [("copied from HTML" in message) for message in caplog.messages] == [True] * is_named
