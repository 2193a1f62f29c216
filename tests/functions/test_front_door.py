"""Signatures behind Front Door, API Management and Azure's own front end."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol
from urllib.parse import urlencode

import azure.functions as func
import pytest

import OnMessageStatus
from shared import clients
from shared.clock import SystemClock
from shared.http.request_parts import FORM_TYPE
from shared.webhooks.signatures import sign

if TYPE_CHECKING:
    from tests.functions.conftest import Run

pytestmark = pytest.mark.usefixtures("app")

FORM = [("MessageSid", "SM" + "0" * 32), ("MessageStatus", "sent"), ("ErrorCode", "")]
PATH = "/api/OnMessageStatus"


class Deliver(Protocol):
    """Delivers a request signed for one URL to the app at another URL; returns the status."""

    def __call__(self, signed: str, public_url: str, inner: str = ..., **headers: str) -> int: ...


@pytest.fixture
def deliver(run: Run, values: dict[str, str]) -> Deliver:
    """Returns the status; header names have underscores."""

    def request(
        signed: str,
        public_url: str,
        inner: str = f"https://switchboard.azurewebsites.net{PATH}",
        **headers: str,
    ) -> int:
        clients.reset(clients.Clients(values | {"PUBLIC_URL": public_url}, SystemClock()))
        given = {
            "Content-Type": FORM_TYPE,
            "X-Twilio-Signature": sign("primary", signed, FORM).decode(),
            **{name.replace("_", "-"): value for name, value in headers.items()},
        }
        body = urlencode(FORM).encode()
        req = func.HttpRequest("POST", inner, headers=given, body=body)
        return run(OnMessageStatus.main, req).status_code

    return request


@pytest.mark.parametrize(
    ("signed", "public_url"),
    [
        ("https://phone.example.com", "https://phone.example.com"),
        ("https://phone.example.com", "https://phone.example.com/"),
        ("https://gateway.example.com/phone/v1", "https://gateway.example.com/phone/v1"),
        ("https://phone.example.com:8443", "https://phone.example.com:8443"),
        ("https://phone.example.com", "https://phone.example.com:8443"),  # a call over HTTPS
        ("https://phone.example.com:443", "https://phone.example.com"),
        ("http://phone.example.com:8080", "http://phone.example.com:8080"),
        ("https://Phone.Example.com", "https://Phone.Example.com"),
        ("https://[2001:db8::1]:8443/phone", "https://[2001:db8::1]:8443/phone"),
        ("https://[2001:db8::1]/phone", "https://[2001:db8::1]:8443/phone"),
    ],
)
def test_public_url_is_what_twilio_signs(deliver: Deliver, signed: str, public_url: str) -> None:
    assert deliver(f"{signed}{PATH}", public_url) == 204
    assert deliver(f"{signed}{PATH}?x", public_url) == 403


@pytest.mark.parametrize(
    ("signed", "public_url"),
    [
        ("https://switchboard.azurewebsites.net", "https://phone.example.com"),
        ("https://phone.example.com", "https://phone.example.com/phone"),
        ("https://phone.example.com:8444", "https://phone.example.com:8443"),
        ("http://phone.example.com", "https://phone.example.com"),
        ("https://Phone.example.com", "https://phone.example.com"),
        ("https://user:pass@phone.example.com", "https://phone.example.com"),
        ("https://phone.example.com.evil.example", "https://phone.example.com"),
    ],
)
def test_other_addresses_are_refused(deliver: Deliver, signed: str, public_url: str) -> None:
    assert deliver(f"{signed}{PATH}", public_url) == 403


@pytest.mark.parametrize("header", ["Host", "X_Forwarded_Host", "Disguised_Host"])
def test_host_names_in_the_request_are_ignored(deliver: Deliver, header: str) -> None:
    named = {header: "switchboard.azurewebsites.net", "X_Forwarded_Proto": "https"}
    signed = f"https://switchboard.azurewebsites.net{PATH}"

    assert deliver(signed, "https://phone.example.com", **named) == 403


@pytest.mark.parametrize("header", ["X_Original_Url", "X_Waws_Unencoded_Url"])
@pytest.mark.parametrize(
    ("sent", "inner"),
    [
        ("claim=a%2Bb%3D%3D", "claim=a%2bb=="),
        ("claim=Gr%C3%BC%C3%9Fe%20x", "claim=Grüße+x"),
        ("claim=a&code=x%3D", "claim=a&code=x="),
    ],
)
def test_the_original_path_counts_if_only_the_encoding_differs(
    deliver: Deliver, header: str, sent: str, inner: str
) -> None:
    public, app = "https://phone.example.com/phone", f"https://inner.example{PATH}?{inner}"
    signed = f"{public}{PATH}?{sent}"

    assert deliver(signed, public, app, **{header: f"{PATH}?{sent}"}) == 204
    assert deliver(signed, public, app) == 403


@pytest.mark.parametrize(
    ("sent", "inner"),
    [
        (f"{PATH}?claim=a", f"{PATH}?claim=b"),
        (f"{PATH}?claim=a", PATH),
        (f"{PATH}?claim=a%26b=1", f"{PATH}?claim=a&b=1"),
        (f"{PATH}?claim=a%252B", f"{PATH}?claim=a%2B"),
        (f"{PATH}?claim=a+", f"{PATH}?claim=a%2B"),
        ("/api/OnCallStatus", PATH),
        ("/api/x/../OnMessageStatus", PATH),
        ("/api%2FOnMessageStatus", PATH),
    ],
)
def test_a_signed_request_cannot_be_replayed_against_another_one(
    deliver: Deliver, sent: str, inner: str
) -> None:
    public, headers = "https://phone.example.com", {"X_Original_Url": sent}
    headers["X_Waws_Unencoded_Url"] = sent

    assert deliver(public + sent, public, f"https://inner.example{inner}", **headers) == 403


@pytest.mark.parametrize(
    "signed",
    ["From=sip:1001@pbx&To=sip:1002@pbx", "From=sip:1001@pbx&To=sip%3A1002%40pbx"],
)
def test_a_sip_address_in_the_query_can_be_signed_raw(deliver: Deliver, signed: str) -> None:
    public, sent = "https://phone.example.com", "From=sip%3A1001%40pbx&To=sip%3A1002%40pbx"

    assert deliver(f"{public}{PATH}?{signed}", public, f"{public}{PATH}?{sent}") == 204
    other = sent.replace("1001", "1003")
    assert deliver(f"{public}{PATH}?{signed}", public, f"{public}{PATH}?{other}") == 403


def test_an_apostrophe_in_the_query_can_be_encoded_in_transit(deliver: Deliver) -> None:
    public, inner = "https://phone.example.com", "https://inner.example"

    assert deliver(f"{public}{PATH}?claim=it's", public, f"{inner}{PATH}?claim=it%27s") == 204
    assert deliver(f"{public}{PATH}?claim=it%27s", public, f"{inner}{PATH}?claim=it's") == 204
    assert deliver(f"{public}{PATH}?claim=it's", public, f"{inner}{PATH}?claim=it%2527s") == 403
