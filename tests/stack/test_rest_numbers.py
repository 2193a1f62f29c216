"""The account and its phone numbers."""

import pytest

from emulator.local_values import ACCOUNT_SID, AUTH_TOKEN, LINE, LINE_SID
from emulator.testing import LocalStack

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
        ({"AreaCode": "1"}, 21452),
        ({"PhoneNumber": "+12025550111", "VoiceUrl": "nowhere"}, 21402),
        ({"PhoneNumber": "+12025550111", "SmsMethod": "PUT"}, 21403),
    ],
)
def test_a_wrong_number_gets_twilios_number(
    stack: LocalStack, form: dict[str, str], code: int
) -> None:
    answer = stack.rest("POST", "IncomingPhoneNumbers.json", form)

    assert (answer.status_code, answer.json()["code"]) == (400, code)


def test_what_the_number_resource_is_not_told_stays(stack: LocalStack) -> None:
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
