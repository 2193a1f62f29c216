"""The account and its phone numbers."""

from typing import TYPE_CHECKING
from urllib.parse import urlencode

import pytest

from deskphone.values import ACCOUNT_SID, AUTH_TOKEN, LINE, LINE_SID
from local_stack.testing import HANDSET, LocalStack

if TYPE_CHECKING:
    from tests.conftest import WebServer

SECOND = "+12025550111"

ACCOUNT_KEYS = {
    "auth_token",
    "date_created",
    "date_updated",
    "friendly_name",
    "owner_account_sid",
    "sid",
    "status",
    "subresource_uris",
    "type",
    "uri",
}


@pytest.mark.parametrize(
    ("form", "code"),
    [
        ({"PhoneNumber": "12"}, 21421),
        ({"PhoneNumber": LINE}, 21422),
        ({"AreaCode": "1"}, 21451),
        ({"PhoneNumber": "+12025550111", "VoiceUrl": "nowhere"}, 21402),
        ({"PhoneNumber": "+12025550111", "SmsMethod": "PUT"}, 21403),
    ],
)
def test_an_invalid_number_gets_twilios_code(
    stack: LocalStack, form: dict[str, str], code: int
) -> None:
    answer = stack.rest("POST", "IncomingPhoneNumbers.json", form)

    assert (answer.status_code, answer.json()["code"]) == (400, code)


def test_an_update_of_a_number_keeps_its_other_settings(stack: LocalStack) -> None:
    stack.line_goes_to(VoiceUrl="https://example.com/v", VoiceMethod="GET")
    stack.line_goes_to(SmsUrl="")

    number = stack.rest("GET", f"IncomingPhoneNumbers/{LINE_SID}.json").json()
    assert (number["voice_url"], number["voice_method"]) == ("https://example.com/v", "GET")
    assert number["sms_url"] == ""


def test_the_account_can_be_listed_and_renamed(stack: LocalStack) -> None:
    base = f"{stack.emulator_url}/2010-04-01/Accounts"
    own = (ACCOUNT_SID, AUTH_TOKEN)
    name = {"FriendlyName": "Desk"}
    stack.http.post(f"{base}/{ACCOUNT_SID}.json", data=name, auth=own, timeout=5)
    listed = stack.http.get(f"{base}.json", auth=own, timeout=5).json()
    subaccount = stack.http.post(f"{base}.json", auth=own, timeout=5)

    assert [account["friendly_name"] for account in listed["accounts"]] == ["Desk"]
    assert set(listed) - {"accounts"} == set(stack.rest("GET", "Calls.json").json()) - {"calls"}
    assert subaccount.status_code == 501


def test_the_account_has_twilios_members(stack: LocalStack) -> None:
    url = f"{stack.emulator_url}/2010-04-01/Accounts/{ACCOUNT_SID}.json"
    account = stack.http.get(url, auth=(ACCOUNT_SID, AUTH_TOKEN), timeout=5).json()

    assert (set(account), account["status"], account["type"]) == (ACCOUNT_KEYS, "active", "Full")


def buy(stack: LocalStack, number: str, **settings: str) -> str:
    """Buy a number; return its SID."""
    answer = stack.rest("POST", "IncomingPhoneNumbers.json", {"PhoneNumber": number, **settings})
    answer.raise_for_status()
    return answer.json()["sid"]


def reach(stack: LocalStack, number: str) -> None:
    """Text and call a number."""
    stack.world("texts", {"from": HANDSET, "to": number, "body": "Hi"})
    stack.world("calls", {"from": HANDSET, "to": number})
    stack.advance(1)


def test_a_bought_number_routes_texts_and_calls_at_once(
    stack: LocalStack, web_server: "WebServer"
) -> None:
    first, second = (web_server.twiml(path, "<Response/>") for path in ("/first", "/second"))
    sid = buy(stack, SECOND, SmsUrl=first, VoiceUrl=first, VoiceMethod="GET")
    reach(stack, SECOND)
    changes = {"SmsUrl": second, "VoiceUrl": second, "SmsMethod": "GET"}
    stack.rest("POST", f"IncomingPhoneNumbers/{sid}.json", changes).raise_for_status()
    reach(stack, SECOND)

    assert sorted(request.method for request in web_server.asked("/first")) == ["GET", "POST"]
    assert sorted(request.method for request in web_server.asked("/second")) == ["GET", "GET"]


def test_a_released_number_cannot_be_reached_or_used(stack: LocalStack) -> None:
    sid = buy(stack, SECOND)
    stack.rest("DELETE", f"IncomingPhoneNumbers/{sid}.json").raise_for_status()
    url = f"{stack.emulator_url}/emulator/texts"
    text = {"from": HANDSET, "to": SECOND, "body": "Hi"}
    form = {"To": HANDSET, "From": SECOND, "Body": "Hi"}

    assert stack.http.post(url, json=text, timeout=5).status_code == 400
    assert stack.rest("POST", "Messages.json", form).json()["code"] == 21659


@pytest.mark.parametrize(
    ("kind", "number"),
    [("Local", SECOND), ("Mobile", "+447400123456"), ("TollFree", "+18005550111")],
)
def test_numbers_are_bought_and_listed_by_kind(stack: LocalStack, kind: str, number: str) -> None:
    path = f"IncomingPhoneNumbers/{kind}.json"
    bought = stack.rest("POST", path, {"PhoneNumber": number})
    listed = stack.rest("GET", path).json()["incoming_phone_numbers"]
    others = {"Local": "Mobile", "Mobile": "TollFree", "TollFree": "Local"}
    wrong = stack.rest(
        "POST", f"IncomingPhoneNumbers/{others[kind]}.json", {"PhoneNumber": number[:-1] + "2"}
    )

    assert (bought.status_code, number in [one["phone_number"] for one in listed]) == (201, True)
    assert all("type" not in one for one in [bought.json(), *listed])
    assert len(listed) == (2 if kind == "Local" else 1)
    assert wrong.json()["code"] == 21458


@pytest.mark.parametrize(
    ("part", "count"), [("202555", 2), ("0111", 1), ("+1202555****", 2), ("55501*1", 1), ("*5*", 2)]
)
def test_a_part_of_a_number_finds_it(stack: LocalStack, part: str, count: int) -> None:
    buy(stack, SECOND)
    query = urlencode({"PhoneNumber": part})
    found = stack.rest("GET", f"IncomingPhoneNumbers.json?{query}").json()

    assert len(found["incoming_phone_numbers"]) == count


def test_unknown_parameters_of_the_account_are_named(stack: LocalStack) -> None:
    url = f"{stack.emulator_url}/2010-04-01/Accounts/{ACCOUNT_SID}.json"
    form = {"FriendlyName": "Desk", "Nickname": "D"}
    stack.http.post(url, data=form, auth=(ACCOUNT_SID, AUTH_TOKEN), timeout=5).raise_for_status()

    [alert] = stack.alerts()
    assert (alert["code"], "Nickname" in alert["message"]) == (20001, True)


def test_what_is_not_set_is_null_or_empty_as_twilio_has_it(stack: LocalStack) -> None:
    sid = buy(stack, SECOND)
    stack.advance(1)
    path = f"IncomingPhoneNumbers/{sid}.json"
    bought = stack.rest("GET", path).json()
    changed = stack.rest("POST", path, {"VoiceUrl": ""}).json()
    urls = ("voice_url", "voice_fallback_url", "sms_url", "sms_fallback_url", "status_callback")

    assert [bought[name] for name in urls] == [None, None, "", "", ""]
    assert [changed[name] for name in urls] == [""] * 5
    assert (bought["voice_application_sid"], bought["sms_application_sid"]) == ("", "")
    assert bought["trunk_sid"] is None


def test_a_number_bought_with_a_voice_url_has_an_empty_fallback(stack: LocalStack) -> None:
    form = {"PhoneNumber": SECOND, "VoiceUrl": "https://example.com/v"}
    bought = stack.rest("POST", "IncomingPhoneNumbers.json", form).json()

    assert bought["voice_fallback_url"] == ""
