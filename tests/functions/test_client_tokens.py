"""Tokens for browser calls: who gets one, what it says, and what never reaches a log."""

from __future__ import annotations

import asyncio
import importlib
import json
import logging
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

import azure.functions as func
import jwt
import pytest
from hypothesis import given
from hypothesis import strategies as st

from local_stack.host.triggers.http import FunctionRequest, invoke
from shared import clients
from shared.browser_calls.identities import derived
from shared.browser_calls.rates import MAX_TOKENS, PERIOD_S
from shared.config.settings import Settings
from shared.errors import LedgerError
from shared.ledger.memory import MemoryLedger
from shared.ledger.rows import Row, Value
from shared.live_settings.row import KIND, NAME, STOPPED
from tests.functions.conftest import HastyClock

if TYPE_CHECKING:
    from tests.functions.conftest import Runtime

ACCOUNT, KEY, APP = "AC" + "0" * 32, "SK" + "1" * 32, "AP" + "2" * 32
KEY_SECRET, LINK_KEY = "a-secret-of-thirty-two-characters", "k" * 32
API_KEY = {"TWILIO_API_KEY_SID": KEY, "TWILIO_API_KEY_SECRET": KEY_SECRET}
SIGN_IN = {
    "CLIENT_IDENTITY_FROM": "easy_auth",
    "WEBSITE_AUTH_ENABLED": "True",
    "LINK_SIGNING_KEY": LINK_KEY,
}
PERSON = {"X-MS-CLIENT-PRINCIPAL-ID": "6c4bd13f", "X-MS-CLIENT-PRINCIPAL-IDP": "aad"}
FUNCTIONS = ("GetClientToken", "GetMyClientToken")

Ask = Callable[..., func.HttpResponse]


class BrokenLedger(MemoryLedger):
    """A ledger whose storage is down, except for reads."""

    async def insert(self, row: Row) -> Row:
        raise LedgerError("The storage is down.")


def with_settings(
    settings: dict[str, str] | None = None, ledger: MemoryLedger | None = None
) -> HastyClock:
    """Make an app with an API key and more settings; return its clock."""
    settings = settings or {}
    values = {"TWILIO_ACCOUNT_SID": ACCOUNT, "TWILIO_AUTH_TOKEN": "primary", **API_KEY, **settings}
    clock = HastyClock()
    clients.reset(clients.Clients(values, clock, ledger or MemoryLedger()))
    return clock


@pytest.fixture(autouse=True)
def app() -> Iterator[None]:
    """An app with an API key and a sign-in."""
    with_settings(SIGN_IN)
    yield
    clients.reset()


def ask(
    identity: object = "ann", name: str = "GetClientToken", **headers: str
) -> func.HttpResponse:
    """Ask for a token: for an identity, or for the person in the headers."""
    body = json.dumps({"identity": identity}).encode() if name == "GetClientToken" else b""
    request = func.HttpRequest("POST", f"https://inner/api/{name}", headers=headers, body=body)
    main: Any = importlib.import_module(name).main
    return asyncio.run(main(request))


def ask_signed_in(**headers: str) -> func.HttpResponse:
    return ask(name="GetMyClientToken", **{**PERSON, **headers})


def answer(response: func.HttpResponse) -> dict[str, Any]:
    return json.loads(response.get_body())


def claims(response: func.HttpResponse) -> dict[str, Any]:
    """Check the signature; return what the token says."""
    assert response.status_code == 200
    return jwt.decode(answer(response)["token"], KEY_SECRET, algorithms=["HS256"])


def test_a_token_has_what_twilio_requires() -> None:
    with_settings({"TWILIO_TWIML_APP_SID": APP, "TWILIO_REGION": "ie1"})
    response = ask("ann_1")
    found = claims(response)

    assert jwt.get_unverified_header(answer(response)["token"]) == {
        "typ": "JWT",
        "alg": "HS256",
        "cty": "twilio-fpa;v=1",
        "twr": "ie1",
    }
    assert (found["iss"], found["sub"]) == (KEY, ACCOUNT)
    assert found["jti"].startswith(f"{KEY}-")
    assert found["exp"] - found["nbf"] == 3600
    assert found["grants"] == {
        "identity": "ann_1",
        "voice": {"incoming": {"allow": True}, "outgoing": {"application_sid": APP}},
    }


def test_the_response_is_never_cached() -> None:
    response = ask("ann")

    assert response.headers["Cache-Control"] == "no-store"
    assert {**answer(response), "token": ""} == {
        "token": "",
        "identity": "ann",
        "expires_in": 3600,
    }


def test_without_a_twiml_app_a_browser_only_takes_calls() -> None:
    assert claims(ask())["grants"]["voice"] == {"incoming": {"allow": True}}


def test_without_a_region_the_header_has_none() -> None:
    assert "twr" not in jwt.get_unverified_header(answer(ask())["token"])


@pytest.mark.parametrize("lifetime_s", [60, 86_400])
def test_the_lifetime_is_a_setting(lifetime_s: int) -> None:
    with_settings({"CLIENT_TOKEN_SECONDS": str(lifetime_s)})
    response = ask()

    assert answer(response)["expires_in"] == lifetime_s
    assert claims(response)["exp"] - claims(response)["nbf"] == lifetime_s


@pytest.mark.parametrize(
    ("missing", "secret"),
    [
        ("TWILIO_API_KEY_SID", "TwilioApiKeySid"),
        ("TWILIO_API_KEY_SECRET", "TwilioApiKeySecret"),
    ],
)
@pytest.mark.parametrize("name", FUNCTIONS)
def test_without_an_api_key_a_503_names_the_secret(name: str, missing: str, secret: str) -> None:
    with_settings({**SIGN_IN, missing: ""})
    response = ask(name=name, **PERSON)

    assert response.status_code == 503
    assert secret in answer(response)["detail"]
    assert "token" not in answer(response)


def test_without_a_key_for_identities_a_503_names_it() -> None:
    with_settings({**SIGN_IN, "LINK_SIGNING_KEY": ""})
    response = ask_signed_in()

    assert response.status_code == 503
    assert "LinkSigningKey" in answer(response)["detail"]


@given(st.from_regex("[A-Za-z0-9_]{1,121}", fullmatch=True))
def test_every_valid_identity_gets_a_token(identity: str) -> None:
    with_settings()

    assert claims(ask(identity))["grants"]["identity"] == identity


@given(
    st.one_of(
        st.text().filter(lambda text: not text.isascii() or not text.replace("_", "a").isalnum()),
        st.from_regex("[A-Za-z0-9_]{122,300}", fullmatch=True),
        st.integers() | st.none() | st.lists(st.text(), min_size=2),
    )
)
def test_no_other_identity_gets_one(identity: object) -> None:
    response = ask(identity)

    assert (response.status_code, answer(response)["field"]) == (400, "identity")


@pytest.mark.parametrize("headers", [{}, {"X-MS-CLIENT-PRINCIPAL-ID": ""}])
def test_no_one_who_is_not_signed_in_gets_a_token(headers: dict[str, str]) -> None:
    assert ask(name="GetMyClientToken", **headers).status_code == 403


@pytest.mark.parametrize("setting", ["CLIENT_IDENTITY_FROM", "WEBSITE_AUTH_ENABLED"])
def test_a_principal_counts_only_if_the_settings_say_so(setting: str) -> None:
    with_settings({**SIGN_IN, setting: ""})
    response = ask_signed_in()

    assert response.status_code == 403
    assert setting in answer(response)["detail"]


@given(st.text(max_size=300), st.text(max_size=20))
def test_a_derived_identity_is_opaque_and_valid(principal: str, provider: str) -> None:
    identity = derived(principal, provider, LINK_KEY)

    assert identity == derived(principal, provider, LINK_KEY)
    assert identity.isalpha()
    assert identity.isascii()
    assert len(identity) == 32
    assert identity != derived(principal, provider, "j" * 32)
    assert identity != derived(f"{principal}x", provider, LINK_KEY)
    assert identity != derived(principal, f"{provider}x", LINK_KEY)


def test_the_identity_of_a_person_stays_the_same_and_is_never_read_from_the_request() -> None:
    url = "https://inner/api/GetMyClientToken?identity=ann"
    body = json.dumps({"identity": "ann"}).encode()
    main: Any = importlib.import_module("GetMyClientToken").main
    response = asyncio.run(main(func.HttpRequest("POST", url, headers=PERSON, body=body)))

    assert answer(response)["identity"] == answer(ask_signed_in())["identity"]
    assert answer(response)["identity"] == derived("6c4bd13f", "aad", LINK_KEY)


def test_an_email_address_is_not_in_the_token() -> None:
    response = ask_signed_in(
        **{"X-MS-CLIENT-PRINCIPAL-ID": "ann@example.com", "X-MS-CLIENT-PRINCIPAL-NAME": "ann@x.com"}
    )

    assert "ann" not in json.dumps(claims(response))


@pytest.mark.parametrize("name", FUNCTIONS)
def test_the_kill_switch_stops_issuing(name: str) -> None:
    with_settings({**SIGN_IN, "KILL_SWITCH": "true"})
    response = ask(name=name, **PERSON)

    assert response.status_code == 403
    assert "KILL_SWITCH" in answer(response)["detail"]


@pytest.mark.parametrize("name", FUNCTIONS)
def test_the_row_of_live_settings_stops_issuing(name: str) -> None:
    ledger = MemoryLedger()
    values: dict[str, Value] = {STOPPED: "true"}
    asyncio.run(ledger.insert(Row(KIND, NAME, values)))
    with_settings(SIGN_IN, ledger)
    response = ask(name=name, **PERSON)

    assert response.status_code == 403
    assert "resume-sending" in answer(response)["detail"]


def test_one_identity_gets_only_so_many_tokens_in_an_hour() -> None:
    clock = with_settings()
    statuses = [ask("ann").status_code for _ in range(MAX_TOKENS)]
    refused = ask("ann")

    assert set(statuses) == {200}
    assert refused.status_code == 429
    assert 0 < int(refused.headers["Retry-After"]) <= PERIOD_S
    assert ask("bob").status_code == 200
    assert clock.slept_s == 0


@pytest.mark.parametrize(("outage", "status"), [("refuse_keyed", 200), ("refuse_all", 503)])
def test_an_outage_of_the_ledger_refuses_tokens_only_if_the_settings_say_so(
    outage: str, status: int
) -> None:
    with_settings({"STORAGE_OUTAGE": outage}, BrokenLedger())

    assert ask().status_code == status


@pytest.mark.parametrize("name", FUNCTIONS)
def test_the_audit_line_names_the_identity_and_no_token_or_key(
    caplog: pytest.LogCaptureFixture, name: str
) -> None:
    caplog.set_level(logging.DEBUG)
    response = ask("ann_12025550123", name=name, **PERSON)
    [line] = [record.getMessage() for record in caplog.records if "audit" in record.getMessage()]
    everything = caplog.text

    assert json.loads(line)["audit"] == "client token"
    for part in (*answer(response)["token"].split("."), KEY_SECRET, LINK_KEY, KEY, "12025550123"):
        assert part not in everything


@pytest.mark.parametrize(
    ("setting", "value"),
    [
        ("CLIENT_TOKEN_SECONDS", "86401"),
        ("CLIENT_TOKEN_SECONDS", "59"),
        ("CLIENT_IDENTITY_FROM", "header"),
        ("TWILIO_TWIML_APP_SID", "AP12"),
        ("TWILIO_REGION", "Ireland"),
    ],
)
def test_a_malformed_setting_is_named(setting: str, value: str) -> None:
    with pytest.raises(Exception, match=setting):
        Settings.from_mapping({setting: value})


def test_without_the_platforms_sign_in_a_thousand_forged_principals_get_no_token(
    runtime: Runtime,
) -> None:
    with_settings({**SIGN_IN, "WEBSITE_AUTH_ENABLED": ""})

    async def forge(number: int) -> int:
        seen = FunctionRequest(
            method="POST",
            url="http://127.0.0.1:7071/api/GetMyClientToken",
            headers={"x-ms-client-principal-id": f"person-{number}"},
            params={},
            route_params={},
            body=b"",
        )
        return (await invoke(runtime["GetMyClientToken"], seen)).status

    async def forge_all() -> set[int]:
        return {await forge(number) for number in range(1_000)}

    assert asyncio.run(forge_all()) == {403}
