"""Twilio's REST API as the unmodified SDK and plain HTTP see it."""

import base64
import re
from datetime import timedelta
from typing import Any

import pytest
from twilio.base.exceptions import TwilioRestException
from twilio.http.http_client import TwilioHttpClient
from twilio.rest import Client

from emulator.local_values import (
    ACCOUNT_SID,
    API_KEY_SECRET,
    API_KEY_SID,
    AUTH_TOKEN,
    LINE,
    LINE_SID,
)
from emulator.testing import HANDSET, LocalStack

DATE = re.compile(r"[A-Z][a-z]{2}, \d{2} [A-Z][a-z]{2} \d{4} \d{2}:\d{2}:\d{2} \+0000")
MESSAGE_KEYS = {
    "body",
    "num_segments",
    "direction",
    "from",
    "to",
    "date_updated",
    "price",
    "error_message",
    "uri",
    "account_sid",
    "num_media",
    "status",
    "messaging_service_sid",
    "sid",
    "date_sent",
    "date_created",
    "error_code",
    "price_unit",
    "api_version",
    "subresource_uris",
}
CALL_KEYS = {
    "sid",
    "date_created",
    "date_updated",
    "parent_call_sid",
    "account_sid",
    "to",
    "to_formatted",
    "from",
    "from_formatted",
    "phone_number_sid",
    "status",
    "start_time",
    "end_time",
    "duration",
    "price",
    "price_unit",
    "direction",
    "answered_by",
    "api_version",
    "forwarded_from",
    "group_sid",
    "caller_name",
    "queue_time",
    "trunk_sid",
    "uri",
    "subresource_uris",
}
NUMBER_KEYS = {
    "account_sid",
    "address_sid",
    "address_requirements",
    "api_version",
    "beta",
    "capabilities",
    "date_created",
    "date_updated",
    "friendly_name",
    "identity_sid",
    "phone_number",
    "origin",
    "sid",
    "sms_application_sid",
    "sms_fallback_method",
    "sms_fallback_url",
    "sms_method",
    "sms_url",
    "status_callback",
    "status_callback_method",
    "trunk_sid",
    "uri",
    "voice_receive_mode",
    "voice_application_sid",
    "voice_caller_id_lookup",
    "voice_fallback_method",
    "voice_fallback_url",
    "voice_method",
    "voice_url",
    "emergency_status",
    "emergency_address_sid",
    "emergency_address_status",
    "bundle_sid",
    "status",
    "type",
}
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
PAGE_KEYS = {
    "first_page_uri",
    "next_page_uri",
    "previous_page_uri",
    "page",
    "page_size",
    "start",
    "end",
    "uri",
}
TEXT = {"To": HANDSET, "From": LINE, "Body": "Hi"}
CALL = {"To": HANDSET, "From": LINE, "Twiml": "<Response><Pause length='60'/></Response>"}


class LocalHttpClient(TwilioHttpClient):
    """Twilio's documented way to another host: the SDK's own client with the host replaced."""

    def __init__(self, base_url: str) -> None:
        super().__init__(timeout=10)
        self.base_url = base_url

    def request(self, method: str, url: str, *args: Any, **kwargs: Any) -> Any:  # pyright: ignore[reportIncompatibleMethodOverride]
        url = url.replace("https://api.twilio.com", self.base_url)
        return super().request(method, url, *args, **kwargs)


@pytest.fixture
def client(stack: LocalStack) -> Client:
    return Client(ACCOUNT_SID, AUTH_TOKEN, http_client=LocalHttpClient(stack.emulator_url))


def test_the_sdk_sends_a_text_and_reads_it_back(client: Client) -> None:
    sent = client.messages.create(to=HANDSET, from_=LINE, body="Zażółć 👋")
    fetched = client.messages(sent.sid or "").fetch()

    assert (fetched.body, fetched.status, fetched.num_segments) == ("Zażółć 👋", "queued", "1")
    assert fetched.date_created is not None
    assert fetched.date_created.utcoffset() == timedelta(0)


def test_the_sdk_walks_through_the_pages(client: Client) -> None:
    sids = [client.messages.create(to=HANDSET, from_=LINE, body=str(n)).sid for n in range(5)]

    assert [message.sid for message in client.messages.list(page_size=2)] == sids[::-1]


def test_a_text_that_comes_between_two_pages_moves_nothing(stack: LocalStack) -> None:
    for body in "abc":
        stack.rest("POST", "Messages.json", {**TEXT, "Body": body})
    first = stack.rest("GET", "Messages.json?PageSize=2").json()
    stack.rest("POST", "Messages.json", {**TEXT, "Body": "new"})
    second = stack.rest("GET", first["next_page_uri"].partition(f"{ACCOUNT_SID}/")[2]).json()

    assert [m["body"] for m in first["messages"] + second["messages"]] == ["c", "b", "a"]


def test_the_sdk_raises_twilios_number(client: Client) -> None:
    with pytest.raises(TwilioRestException) as raised:
        client.messages.create(to="12", from_=LINE, body="Hi")

    assert (raised.value.status, raised.value.code) == (400, 21211)


def test_an_api_key_may_do_everything_but_accounts(stack: LocalStack) -> None:
    key = (API_KEY_SID, API_KEY_SECRET)
    base = f"{stack.emulator_url}/2010-04-01/Accounts"
    listing = stack.http.get(f"{base}/{ACCOUNT_SID}/Messages.json", auth=key, timeout=5)
    refused = [
        stack.http.get(url, auth=key, timeout=5)
        for url in (f"{base}.json", f"{base}/{ACCOUNT_SID}.json", f"{base}/{ACCOUNT_SID}/Keys.json")
    ]

    assert listing.status_code == 200
    assert [(r.status_code, r.json()["code"]) for r in refused] == [(401, 20003)] * 3


@pytest.mark.parametrize(
    "header",
    [
        "",
        "Basic",
        "Basic !!!",
        "Bearer x",
        "Basic " + base64.b64encode(b"nobody:secret").decode(),
        "Basic " + base64.b64encode(f"{ACCOUNT_SID}:wrong".encode()).decode(),
        "Basic " + base64.b64encode(b"\xff\xfe").decode(),
    ],
)
def test_wrong_credentials_are_refused(stack: LocalStack, header: str) -> None:
    url = f"{stack.emulator_url}/2010-04-01/Accounts/{ACCOUNT_SID}/Messages.json"
    answer = stack.http.get(url, headers={"Authorization": header}, timeout=5)

    assert (answer.status_code, answer.json()["code"]) == (401, 20003)


@pytest.mark.parametrize(
    ("resource", "key", "keys", "form"),
    [
        ("Messages", "messages", MESSAGE_KEYS, TEXT),
        ("Calls", "calls", CALL_KEYS, CALL),
        (
            "IncomingPhoneNumbers",
            "incoming_phone_numbers",
            NUMBER_KEYS,
            {"PhoneNumber": "+12025550111"},
        ),
    ],
)
class TestEveryResource:
    """What all resources share: shape, dates, relative addresses."""

    def test_created_fetched_and_listed_it_has_exactly_twilios_members(
        self, stack: LocalStack, resource: str, key: str, keys: set[str], form: dict[str, str]
    ) -> None:
        created = stack.rest("POST", f"{resource}.json", form)
        fetched = stack.rest("GET", f"{resource}/{created.json()['sid']}.json")
        listed = stack.rest("GET", f"{resource}.json?PageSize=1").json()

        assert created.status_code == 201
        assert [set(body) for body in (created.json(), fetched.json(), listed[key][0])] == [
            keys
        ] * 3
        assert set(listed) == PAGE_KEYS | {key}

    def test_dates_are_rfc_2822_in_utc_and_addresses_are_relative(
        self, stack: LocalStack, resource: str, key: str, keys: set[str], form: dict[str, str]
    ) -> None:
        body = stack.rest("POST", f"{resource}.json", form).json()

        assert DATE.fullmatch(body["date_created"])
        assert body["uri"] == f"/2010-04-01/Accounts/{ACCOUNT_SID}/{resource}/{body['sid']}.json"

    def test_an_unknown_sid_is_not_found(
        self, stack: LocalStack, resource: str, key: str, keys: set[str], form: dict[str, str]
    ) -> None:
        answers = [
            stack.rest(method, f"{resource}/XX{'0' * 32}.json")
            for method in ("GET", "POST", "DELETE")
        ]

        assert [(a.status_code, a.json()["code"]) for a in answers] == [(404, 20404)] * 3

    def test_another_method_is_not_allowed(
        self, stack: LocalStack, resource: str, key: str, keys: set[str], form: dict[str, str]
    ) -> None:
        answer = stack.rest("DELETE", f"{resource}.json")

        assert (answer.status_code, answer.json()["code"]) == (405, 20004)


def test_the_account_has_twilios_members(stack: LocalStack) -> None:
    url = f"{stack.emulator_url}/2010-04-01/Accounts/{ACCOUNT_SID}.json"
    account = stack.http.get(url, auth=(ACCOUNT_SID, AUTH_TOKEN), timeout=5).json()

    assert (set(account), account["status"], account["type"]) == (ACCOUNT_KEYS, "active", "Full")


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"To": ""}, 21604),
        ({"To": "12"}, 21211),
        ({"From": ""}, 21603),
        ({"From": "+"}, 21212),
        ({"From": "+12025550177"}, 21606),
        ({"To": LINE}, 21266),
        ({"Body": ""}, 21602),
        ({"Body": "x" * 1601}, 21617),
        ({"MediaUrl": ["https://example.com/a.png"] * 11}, 21623),
        ({"MediaUrl": "ftp://example.com/a.png"}, 21620),
        ({"StatusCallback": "example.com"}, 21609),
        ({"StatusCallback": "https://my_host.example.com/"}, 21609),
        ({"ValidityPeriod": "36001"}, 21624),
    ],
)
def test_a_wrong_text_gets_twilios_number(
    stack: LocalStack, change: dict[str, object], code: int
) -> None:
    answer = stack.rest("POST", "Messages.json", {**TEXT, **change})

    assert (answer.status_code, answer.json()["code"]) == (400, code)
    assert answer.json()["more_info"] == f"https://www.twilio.com/docs/errors/{code}"


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"To": ""}, 21201),
        ({"To": "12"}, 21217),
        ({"From": ""}, 21213),
        ({"From": "xyz"}, 21212),
        ({"From": "+12025550177"}, 21210),
        ({"Twiml": ""}, 21205),
        ({"Url": "nowhere"}, 21205),
        ({"Timeout": "601"}, 21208),
        ({"Method": "PUT"}, 21209),
        ({"StatusCallback": "https://example.com/", "StatusCallbackEvent": "later"}, 21626),
    ],
)
def test_a_wrong_call_gets_twilios_number(
    stack: LocalStack, change: dict[str, str], code: int
) -> None:
    answer = stack.rest("POST", "Calls.json", {**CALL, **change})

    assert (answer.status_code, answer.json()["code"]) == (400, code)


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


def test_what_twilio_has_and_the_emulator_has_not_is_named(stack: LocalStack) -> None:
    asked = [
        stack.rest("POST", "Calls.json", {**CALL, "Record": "true"}),
        stack.rest("POST", "Messages.json", {**TEXT, "ContentSid": "HX1"}),
        stack.rest("POST", "Messages.json", {**TEXT, "To": "whatsapp:+12025550123"}),
        stack.rest("GET", "Recordings.json"),
        stack.rest("GET", "IncomingPhoneNumbers.json?Beta=true"),
        stack.rest("GET", "Messages"),
    ]

    assert [answer.status_code for answer in asked] == [501] * 6
    assert [alert["kind"] for alert in stack.alerts()] == ["emulator"] * 6
    assert "Record" in stack.alerts()[0]["message"]


def test_an_unknown_parameter_is_ignored_with_a_warning(stack: LocalStack) -> None:
    answer = stack.rest("POST", "Messages.json", {**TEXT, "Colour": "red"})

    assert answer.status_code == 201
    assert [(a["code"], a["level"]) for a in stack.alerts()] == [(20001, "warning")]


def test_redaction_empties_the_body(stack: LocalStack) -> None:
    sid = stack.rest("POST", "Messages.json", TEXT).json()["sid"]
    stack.rest("POST", f"Messages/{sid}.json", {"Body": ""})

    assert stack.rest("GET", f"Messages/{sid}.json").json()["body"] == ""


def test_only_what_is_finished_can_be_deleted(stack: LocalStack) -> None:
    sid = stack.rest("POST", "Messages.json", TEXT).json()["sid"]
    early = stack.rest("DELETE", f"Messages/{sid}.json")
    stack.advance(1)
    late = stack.rest("DELETE", f"Messages/{sid}.json")

    assert (early.json()["code"], late.status_code, late.content) == (20009, 204, b"")


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
    assert set(listed) == PAGE_KEYS | {"accounts"}
    assert subaccount.status_code == 501


def test_an_unknown_messaging_service_is_not_found(stack: LocalStack) -> None:
    form = {"To": HANDSET, "Body": "Hi", "MessagingServiceSid": "MG" + "1" * 32}
    answer = stack.rest("POST", "Messages.json", form)

    assert (answer.status_code, answer.json()["code"]) == (404, 21701)


@pytest.mark.parametrize("sender", ["Dentist", "My shop 24"])
def test_a_name_can_text_abroad_but_not_to_america(stack: LocalStack, sender: str) -> None:
    abroad = stack.rest("POST", "Messages.json", {**TEXT, "From": sender, "To": "+442079460018"})
    home = stack.rest("POST", "Messages.json", {**TEXT, "From": sender})

    assert (abroad.status_code, abroad.json()["from"]) == (201, sender)
    assert (home.status_code, home.json()["code"]) == (400, 21612)


@pytest.mark.parametrize(
    "number", ["call me at 202-555-0123", "5550123", "1-800-FLOWERS", "tel:+12025550123", "+1 202"]
)
def test_only_a_whole_number_is_a_number(stack: LocalStack, number: str) -> None:
    text = stack.rest("POST", "Messages.json", {**TEXT, "To": number})
    call = stack.rest("POST", "Calls.json", {**CALL, "To": number})

    assert (text.json()["code"], call.json()["code"]) == (21211, 21217)


@pytest.mark.parametrize("number", ["(202) 555-0123", "202.555.0123", "+1 202 555 0123"])
def test_american_numbers_pass_as_people_write_them(stack: LocalStack, number: str) -> None:
    answer = stack.rest("POST", "Messages.json", {**TEXT, "To": number})

    assert answer.json()["to"] == HANDSET


def test_times_of_a_call_are_those_of_dialling_and_of_a_completed_end(stack: LocalStack) -> None:
    sid = stack.place_call("<Response><Pause length='5'/></Response>")
    queued = stack.rest("GET", f"Calls/{sid}.json").json()
    stack.advance(1)
    ringing = stack.rest("GET", f"Calls/{sid}.json").json()
    stack.answer(sid)
    stack.advance(5)
    completed = stack.rest("GET", f"Calls/{sid}.json").json()

    assert queued["start_time"] is None
    assert DATE.fullmatch(ringing["start_time"])
    assert ringing["end_time"] is None
    assert DATE.fullmatch(completed["end_time"])
    assert completed["duration"] == "5"


@pytest.mark.parametrize(
    ("query", "count"),
    [("Status=completed", 0), ("Status=ringing", 1), ("To=%2B12025550123", 1), ("From=%2B1", 0)],
)
def test_calls_can_be_narrowed(stack: LocalStack, query: str, count: int) -> None:
    stack.place_call("<Response/>")
    stack.advance(1)

    assert len(stack.rest("GET", f"Calls.json?{query}").json()["calls"]) == count


def test_a_finished_call_can_be_deleted(stack: LocalStack) -> None:
    sid = stack.place_call("<Response/>")
    early = stack.rest("DELETE", f"Calls/{sid}.json")
    stack.rest("POST", f"Calls/{sid}.json", {"Status": "completed"})
    late = stack.rest("DELETE", f"Calls/{sid}.json")

    assert (early.json()["code"], late.status_code) == (20009, 204)


def test_a_call_cannot_get_a_status_that_is_none(stack: LocalStack) -> None:
    sid = stack.place_call("<Response/>")
    answer = stack.rest("POST", f"Calls/{sid}.json", {"Status": "sleeping"})

    assert (answer.status_code, answer.json()["code"]) == (400, 400)


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("IncomingPhoneNumbers/Local.json", 501),
        ("Tokens.json", 501),
        ("Queues.json", 501),
        ("Calls/CA1/Recordings.json", 501),
        ("Messages/SM1/Media.json", 501),
        ("Messages/SM1/Nonsense.json", 404),
        ("Nonsense.json", 404),
    ],
)
def test_a_gap_is_told_from_a_wrong_path(stack: LocalStack, path: str, status: int) -> None:
    assert stack.rest("GET", path).status_code == status


@pytest.mark.parametrize(
    ("query", "count"),
    [
        ("To=%2B12025550123", 1),
        ("To=%2B12025550199", 0),
        ("DateSent%3E=2020-01-01", 1),
        ("DateSent%3C=2020-01-01", 0),
    ],
)
def test_lists_can_be_narrowed(stack: LocalStack, query: str, count: int) -> None:
    stack.rest("POST", "Messages.json", TEXT)
    stack.advance(1)

    assert len(stack.rest("GET", f"Messages.json?{query}").json()["messages"]) == count


def test_a_number_can_be_bought_and_given_back(client: Client, stack: LocalStack) -> None:
    bought = client.incoming_phone_numbers.create(
        phone_number="+12025550111", voice_url="https://example.com/v"
    )
    sid = bought.sid or ""
    client.incoming_phone_numbers(sid).update(friendly_name="Support")
    renamed = client.incoming_phone_numbers(sid).fetch()
    client.incoming_phone_numbers(sid).delete()

    assert (renamed.friendly_name, renamed.voice_url) == ("Support", "https://example.com/v")
    assert [n.phone_number for n in client.incoming_phone_numbers.list()] == [LINE]
