"""Access control by the headers that browsers and programs send."""

from collections.abc import Mapping

import pytest
from aiohttp.test_utils import make_mocked_request
from hypothesis import given
from hypothesis import strategies as st
from multidict import CIMultiDict

from deskphone.doorkeeper import OTHER_SITE, WRONG_HOST, refusal

HOST = "127.0.0.1:7071"
OWN_PAGE = {"Origin": "http://127.0.0.1:7071", "Sec-Fetch-Site": "same-origin"}
PHONE_PORT = 7072
PHONE = {"Sec-Fetch-Site": "same-site", "Referer": "http://127.0.0.1:7072/"}
METHODS = ("GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS", "PATCH")
MODES = {"Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "document", "Sec-Fetch-User": "?1"}


def judged(
    headers: Mapping[str, str] | CIMultiDict[str],
    method: str = "GET",
    port: int | None = PHONE_PORT,
) -> str:
    named = CIMultiDict({"Host": HOST})
    named.update(headers)
    return refusal(make_mocked_request(method, "/", named), port)


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize(
    "headers",
    [
        {},  # curl, an SDK
        {"Sec-Fetch-Mode": "cors"},  # fetch() in Node.js
        {"Sec-Fetch-Site": "none", **MODES},
        {"Sec-Fetch-Site": "same-origin"},
        {"Host": "LOCALHOST", "Origin": "http://LOCALHOST"},
        {"Host": "[::1]:7071", "Origin": "http://[::1]:7071"},
        OWN_PAGE,
    ],
)
def test_programs_own_page_and_address_bar_are_allowed(
    method: str, headers: dict[str, str]
) -> None:
    assert judged(headers, method) == ""


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Sec-Fetch-Site": "cross-site", **MODES},
        {"Sec-Fetch-Site": "Same-Origin"},
        {"Sec-Fetch-Site": ""},
        {"Sec-Fetch-Site": "none, cross-site"},
        {"Sec-Fetch-Site": "cross-site", "Origin": "http://127.0.0.1:7071"},
        {"Sec-Fetch-Site": "none", "Origin": "https://example.com"},
        {"Origin": "http://127.0.0.1:7072"},
        {"Origin": "http://localhost:7071"},
        {"Origin": "https://127.0.0.1:7071"},
        {"Origin": "null"},
        {"Origin": ""},
        # Chromium's preflight before a public page may reach a private network.
        {"Origin": "https://example.com", "Access-Control-Request-Private-Network": "true"},
    ],
)
def test_pages_on_other_sites_are_refused(method: str, headers: dict[str, str]) -> None:
    assert judged(headers, method) == OTHER_SITE


@pytest.mark.parametrize("name", ["Sec-Fetch-Site", "Origin"])
def test_every_repeated_header_is_checked(name: str) -> None:
    headers = CIMultiDict(OWN_PAGE)
    headers.add(name, "cross-site")

    assert judged(headers) == OTHER_SITE


@pytest.mark.parametrize(
    "host", ["evil.example", "127.0.0.1.evil.example:7071", "", "[::2]:7071", "api.twilio.com"]
)
def test_other_host_name_is_refused(host: str) -> None:
    assert judged({"Host": host}) == WRONG_HOST


def test_a_host_name_can_be_allowed() -> None:
    request = make_mocked_request("GET", "/", {"Host": "Host.Docker.Internal:7072"})

    assert refusal(request) == WRONG_HOST
    assert refusal(request, allowed_names=["host.docker.internal"]) == ""


def test_two_or_no_hosts_are_refused() -> None:
    for hosts in ([], [HOST, HOST]):
        headers = CIMultiDict([("Host", host) for host in hosts])
        assert refusal(make_mocked_request("GET", "/", headers)) == WRONG_HOST


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
def test_guest_may_get(host: str) -> None:
    headers = {**PHONE, "Host": f"{host}:7071", "Referer": f"http://{host}:7072/"}

    assert (judged(headers), judged(headers, port=None)) == ("", OTHER_SITE)


@pytest.mark.parametrize("method", METHODS[1:])
def test_guest_may_do_nothing_else(method: str) -> None:
    assert judged(PHONE, method) == OTHER_SITE


@given(
    site=st.sampled_from(["same-site", "cross-site", "x"]),
    referer=st.sampled_from(
        [
            "http://127.0.0.1:7072/",
            "http://127.0.0.1:7072/page",
            "http://127.0.0.1:7073/",
            "http://localhost:7072/",
            "https://127.0.0.1:7072/",
            "http://127.0.0.1:None/",
            "",
        ]
    ),
    origin=st.sampled_from([None, "http://127.0.0.1:7072", "null"]),
)
def test_only_the_page_on_that_port_is_a_guest(site: str, referer: str, origin: str | None) -> None:
    headers = {"Sec-Fetch-Site": site, "Referer": referer}
    if origin is not None:
        headers["Origin"] = origin

    is_guest = headers == PHONE
    assert (judged(headers) == "", judged(headers, port=None)) == (is_guest, OTHER_SITE)
