"""URLs as Twilio sees them."""

import logging

import pytest

from shared.config.settings import Settings
from shared.http.urls import PublicUrls


def urls(public_url: str = "https://app.example", local_stack_url: str = "") -> PublicUrls:
    return PublicUrls(Settings(public_url=public_url, local_stack_url=local_stack_url))


@pytest.mark.parametrize("prefix", ["/api", "/twilio/v1", ""])
def test_the_url_of_another_function_follows_the_route_prefix(prefix: str) -> None:
    url = urls().of_function("OnCallStatus", f"http://inner{prefix}/PlaceCall?code=secret")

    assert url == f"https://app.example{prefix}/OnCallStatus"


def test_a_trailing_slash_makes_no_difference() -> None:
    url = urls().of_function("OnCallStatus", "http://inner/api/PlaceCall/?code=secret")

    assert url == "https://app.example/api/OnCallStatus"


def test_a_public_url_can_have_a_path() -> None:
    url = urls("https://gateway.example/phone").of_function("OnCallStatus", "https://inner/api/X")

    assert url == "https://gateway.example/phone/api/OnCallStatus"


def test_the_real_twilio_cannot_report_to_loopback_and_the_log_says_so_once(
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.INFO)
    loopback = urls("http://localhost:7071")

    reports = [loopback.of_report("OnCallStatus", "/api/PlaceCall") for _ in range(3)]

    assert reports == [None, None, None]
    assert len(caplog.records) == 1


def test_the_local_stack_can_report_to_loopback() -> None:
    local = urls("http://127.0.0.1:7071", local_stack_url="http://127.0.0.1:7072")

    report = local.of_report("OnCallStatus", "http://127.0.0.1:7071/api/PlaceCall")

    assert report == "http://127.0.0.1:7071/api/OnCallStatus#rc=3&rp=5xx,ct"


def test_a_report_url_can_name_a_claim() -> None:
    report = urls().of_report("OnCallStatus", "https://inner/api/PlaceCall?code=secret", "a-b")

    assert report == "https://app.example/api/OnCallStatus?claim=a-b#rc=3&rp=5xx,ct"
