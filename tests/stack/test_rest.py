"""Twilio's REST API as the unmodified SDK and plain HTTP see it."""

import base64
import re
from datetime import timedelta
from typing import Any

import pytest
from twilio.base.exceptions import TwilioRestException
from twilio.http.http_client import TwilioHttpClient
from twilio.rest import Client

from deskphone.values import ACCOUNT_SID, API_KEY_SECRET, API_KEY_SID, AUTH_TOKEN, LINE, LINE_SID
from local_stack.testing import HANDSET, LocalStack

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
    "annotation",
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
    """Twilio's documented way to use another host: the SDK's client with a replaced host."""

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


def test_the_sdk_reads_all_pages(client: Client) -> None:
    sids = [client.messages.create(to=HANDSET, from_=LINE, body=str(n)).sid for n in range(5)]

    assert [message.sid for message in client.messages.list(page_size=2)] == sids[::-1]


def test_a_text_that_arrives_between_two_pages_does_not_shift_them(stack: LocalStack) -> None:
    for body in "abc":
        stack.rest("POST", "Messages.json", {**TEXT, "Body": body})
    first = stack.rest("GET", "Messages.json?PageSize=2").json()
    stack.rest("POST", "Messages.json", {**TEXT, "Body": "new"})
    second = stack.rest("GET", first["next_page_uri"].partition(f"{ACCOUNT_SID}/")[2]).json()

    assert [m["body"] for m in first["messages"] + second["messages"]] == ["c", "b", "a"]


def test_the_sdk_raises_twilios_code(client: Client) -> None:
    with pytest.raises(TwilioRestException) as raised:
        client.messages.create(to="12", from_=LINE, body="Hi")

    assert (raised.value.status, raised.value.code) == (400, 21211)


def test_an_api_key_may_access_everything_but_accounts(stack: LocalStack) -> None:
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
    ("query", "count"),
    [
        ({"FriendlyName": "Local stack"}, 1),
        ({"FriendlyName": "Another"}, 0),
        ({"Status": "active"}, 1),
        ({"Status": "closed"}, 0),
    ],
)
def test_accounts_are_listed_by_name_and_status(
    stack: LocalStack, query: dict[str, str], count: int
) -> None:
    url = f"{stack.emulator_url}/2010-04-01/Accounts.json"
    query = {**query, "PageSize": "7"}
    page = stack.http.get(url, params=query, auth=(ACCOUNT_SID, AUTH_TOKEN), timeout=5).json()

    assert [one["sid"] for one in page["accounts"]] == [ACCOUNT_SID] * count
    assert page["page_size"] == 7


@pytest.mark.parametrize(
    "header",
    [
        "",
        "Basic",
        "Basic !!!",
        "Bearer x",
        "Basic " + base64.b64encode(b"unknown:secret").decode(),
        "Basic " + base64.b64encode(f"{ACCOUNT_SID}:wrong".encode()).decode(),
        "Basic " + base64.b64encode(b"\xff\xfe").decode(),
    ],
)
def test_wrong_credentials_are_refused(stack: LocalStack, header: str) -> None:
    url = f"{stack.emulator_url}/2010-04-01/Accounts/{ACCOUNT_SID}/Messages.json"
    answer = stack.http.get(url, headers={"Authorization": header}, timeout=5)

    assert (answer.status_code, answer.json()["code"]) == (401, 20003)
    assert ("No credentials" in answer.json()["message"]) == (header == "")


@pytest.mark.parametrize(
    ("form", "code"), [({"To": "12", "Body": "Hi", "From": LINE}, "21211"), ({}, "21603")]
)
def test_an_error_has_its_code_in_a_header(
    stack: LocalStack, form: dict[str, str], code: str
) -> None:
    answer = stack.rest("POST", "Messages.json", form)

    assert answer.headers["X-Twilio-Error-Code"] == code


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
    """What all resources have in common: shape, dates, relative addresses."""

    def test_created_fetched_and_listed_resources_have_exactly_twilios_members(
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
        created = stack.rest("POST", f"{resource}.json", form).json()
        body = stack.rest("GET", f"{resource}/{created['sid']}.json").json()

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


def test_a_resource_that_is_not_emulated_is_named(stack: LocalStack) -> None:
    asked = [
        stack.rest("POST", "Calls.json", {**CALL, "CallReason": "Hi"}),
        stack.rest("POST", "Messages.json", {**TEXT, "ContentSid": "HX1"}),
        stack.rest("POST", "Messages.json", {**TEXT, "To": "whatsapp:+12025550123"}),
        stack.rest("GET", "Recordings.json?IncludeSoftDeleted=true"),
        stack.rest("GET", f"Recordings/RE{'0' * 32}.json?IncludeSoftDeleted=true"),
        stack.rest("POST", "Messages.json", {**TEXT, "MessageIntent": "otp"}),
        stack.rest("POST", "Calls.json", {**CALL, "Passports": "x"}),
        stack.rest("GET", "Messages"),
    ]

    assert [answer.status_code for answer in asked] == [501] * 8
    assert [alert["kind"] for alert in stack.alerts()] == ["emulator"] * 8
    assert "CallReason" in stack.alerts()[0]["message"]


@pytest.mark.parametrize(
    ("method", "sid"),
    [("POST", ""), ("GET", ""), ("GET", f"/{LINE_SID}"), ("POST", f"/{LINE_SID}")],
)
def test_an_unknown_parameter_in_a_query_is_ignored_with_a_warning(
    stack: LocalStack, method: str, sid: str
) -> None:
    form = {"PhoneNumber": "+12025550111"} if method == "POST" and not sid else None
    answer = stack.rest(method, f"IncomingPhoneNumbers{sid}.json?Color=red", form)

    assert answer.ok
    assert [(a["code"], a["level"]) for a in stack.alerts()] == [(20001, "warning")]


@pytest.mark.parametrize("method", ["GET", "DELETE"])
def test_an_unknown_parameter_in_a_body_is_ignored_with_a_warning(
    stack: LocalStack, method: str
) -> None:
    stack.rest(method, f"IncomingPhoneNumbers/{LINE_SID}.json", {"Color": "red"})

    assert [a["code"] for a in stack.alerts()] == [20001]


def test_an_unknown_parameter_is_ignored_with_a_warning(stack: LocalStack) -> None:
    answer = stack.rest("POST", "Messages.json", {**TEXT, "Color": "red"})

    assert answer.status_code == 201
    assert [(a["code"], a["level"]) for a in stack.alerts()] == [(20001, "warning")]
    assert "unknown to this emulator" in stack.alerts()[0]["message"]


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("IncomingPhoneNumbers/Local/PN1.json", 404),
        ("IncomingPhoneNumbers/PN1/AssignedAddOns.json", 501),
        ("Tokens.json", 501),
        ("Notifications.json", 501),
        ("Calls/CA1/Events.json", 501),
        ("Messages/SM1/Media.json", 404),
        ("Messages/SM1/Nonsense.json", 404),
        ("Nonsense.json", 404),
    ],
)
def test_a_gap_and_a_wrong_path_are_distinguished(
    stack: LocalStack, path: str, status: int
) -> None:
    assert stack.rest("GET", path).status_code == status


def test_a_number_can_be_bought_and_released(client: Client, stack: LocalStack) -> None:
    bought = client.incoming_phone_numbers.create(
        phone_number="+12025550111", voice_url="https://example.com/v"
    )
    sid = bought.sid or ""
    client.incoming_phone_numbers(sid).update(friendly_name="Support")
    renamed = client.incoming_phone_numbers(sid).fetch()
    client.incoming_phone_numbers(sid).delete()

    assert (renamed.friendly_name, renamed.voice_url) == ("Support", "https://example.com/v")
    assert [n.phone_number for n in client.incoming_phone_numbers.list()] == [LINE]


def test_every_answer_has_the_headers_that_support_asks_for(stack: LocalStack) -> None:
    answers = [
        stack.rest("GET", "Messages.json"),
        stack.rest("GET", "Messages/SM1.json"),
        stack.http.get(f"{stack.emulator_url}/2010-04-01/Accounts.json", timeout=5),
        stack.http.post(f"{stack.emulator_url}/v1/AuthTokens/Secondary", timeout=5),
        stack.http.get(f"{stack.emulator_url}/messaging/v1/Services", timeout=5),
    ]
    ids = [answer.headers["Twilio-Request-Id"] for answer in answers]

    assert [answer.status_code for answer in answers] == [200, 404, 401, 401, 501]
    assert len(set(ids)) == 5
    assert all(re.fullmatch("RQ[0-9a-f]{32}", one) for one in ids)
    kinds = [answer.headers["Content-Type"] for answer in answers]
    assert kinds == ["application/json;charset=utf-8", *["application/json"] * 4]
    assert {answer.headers["Twilio-Concurrent-Requests"] for answer in answers} == {"1"}
    assert all(re.fullmatch(r"\d+\.\d{3}", a.headers["Twilio-Request-Duration"]) for a in answers)


def test_links_between_pages_have_tokens(stack: LocalStack) -> None:
    def page(path: str) -> dict[str, Any]:
        return stack.rest("GET", path.partition(f"{ACCOUNT_SID}/")[2] or path).json()

    bodies = list("edcba")
    sids = [
        stack.rest("POST", "Messages.json", {**TEXT, "Body": body}).json()["sid"]
        for body in reversed(bodies)
    ][::-1]
    first = page("Messages.json?PageSize=2")
    second = page(first["next_page_uri"])
    third = page(second["next_page_uri"])
    stack.rest("POST", "Messages.json", {**TEXT, "Body": "new"})
    back = page(third["previous_page_uri"])

    shown = [[one["body"] for one in page["messages"]] for page in (first, second, third, back)]
    assert shown == [["e", "d"], ["c", "b"], ["a"], ["c", "b"]]
    assert f"&Page=1&PageToken=PA{sids[1]}" in first["next_page_uri"]
    assert second["uri"] == first["next_page_uri"]
    assert f"&Page=0&PageToken=PB{sids[2]}" in second["previous_page_uri"]
    assert "PageToken" not in first["uri"] + first["first_page_uri"]


@pytest.mark.parametrize(
    "path", ["Calls/CA1.json", "Messages/SM1/Media/ME1.json", "Calls/CA1/Recordings/RE1.json"]
)
def test_a_missing_resource_is_named_by_its_path(stack: LocalStack, path: str) -> None:
    whole = f"/2010-04-01/Accounts/{ACCOUNT_SID}/{path}"
    message = stack.rest("GET", path).json()["message"]

    assert message == f"The requested resource {whole} was not found"
