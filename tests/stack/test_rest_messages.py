"""The Messages resource: what it accepts, refuses and lists."""

from datetime import timedelta, timezone
from email.utils import parsedate_to_datetime
from urllib.parse import urlencode

import pytest

from deskphone.values import LINE, LINE_SID, MESSAGING_SERVICE_SID
from local_stack.testing import HANDSET, LocalStack

TEXT = {"To": HANDSET, "From": LINE, "Body": "Hi"}
CALL = {"To": HANDSET, "From": LINE, "Twiml": "<Response><Pause length='60'/></Response>"}


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"To": ""}, 21604),
        ({"To": "12"}, 21211),
        ({"From": ""}, 21603),
        ({"From": "+"}, 21212),
        ({"From": "+12025550177"}, 21659),
        ({"To": LINE}, 21266),
        ({"Body": ""}, 21619),
        ({"Body": "x" * 1601}, 21617),
        ({"MediaUrl": ["https://example.com/a.png"] * 11}, 21623),
        ({"MediaUrl": "ftp://example.com/a.png"}, 21620),
        ({"StatusCallback": "example.com"}, 21609),
        ({"StatusCallback": "https://my_host.example.com/"}, 21609),
        ({"StatusCallback": "https://example.com/?a=b c"}, 21609),
        ({"StatusCallback": "https://example.com/?a=100%"}, 21609),
        ({"StatusCallback": "https://example.com/".ljust(4001, "a")}, 21609),
        ({"ValidityPeriod": "36001"}, 21624),
    ],
)
def test_an_invalid_text_gets_twilios_code(
    stack: LocalStack, change: dict[str, object], code: int
) -> None:
    answer = stack.rest("POST", "Messages.json", {**TEXT, **change})

    assert (answer.status_code, answer.json()["code"]) == (400, code)
    assert answer.json()["more_info"] == f"https://www.twilio.com/docs/errors/{code}"


def test_a_messaging_service_replaces_look_alikes_before_it_counts_segments(
    stack: LocalStack,
) -> None:
    text = {**TEXT, "Body": "It\u2019s \u2013".ljust(162, "a")}
    service = {"MessagingServiceSid": MESSAGING_SERVICE_SID}
    counts = [
        stack.rest("POST", "Messages.json", {**text, **more}).json()["num_segments"]
        for more in ({}, service)
    ]

    assert counts == ["3", "2"]


def test_redaction_empties_the_body(stack: LocalStack) -> None:
    sid = stack.rest("POST", "Messages.json", TEXT).json()["sid"]
    stack.rest("POST", f"Messages/{sid}.json", {"Body": ""})

    assert stack.rest("GET", f"Messages/{sid}.json").json()["body"] == ""


def test_redaction_removes_the_body_from_page_and_requests(stack: LocalStack) -> None:
    sid = stack.text("A secret")
    stack.advance(1)
    stack.rest("POST", f"Messages/{sid}.json", {"Body": ""})

    assert stack.texts()[0]["body"] == ""
    [request] = stack.webhooks(sid)
    assert dict(request["form"])["Body"] == ""


@pytest.mark.parametrize(
    "form", [{}, {"Body": "other"}, {"Status": "sent"}, {"Status": "canceled", "Body": ""}]
)
def test_an_invalid_update_is_refused(stack: LocalStack, form: dict[str, str]) -> None:
    sid = stack.rest("POST", "Messages.json", TEXT).json()["sid"]
    answer = stack.rest("POST", f"Messages/{sid}.json", form)

    assert (answer.status_code, answer.json()["code"]) == (400, 30400)


def test_only_a_finished_text_can_be_deleted(stack: LocalStack) -> None:
    sid = stack.rest("POST", "Messages.json", TEXT).json()["sid"]
    early = stack.rest("DELETE", f"Messages/{sid}.json")
    stack.advance(1)
    late = stack.rest("DELETE", f"Messages/{sid}.json")

    assert (early.json()["code"], late.status_code, late.content) == (20009, 204, b"")


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
def test_an_incomplete_number_is_refused(stack: LocalStack, number: str) -> None:
    text = stack.rest("POST", "Messages.json", {**TEXT, "To": number})
    call = stack.rest("POST", "Calls.json", {**CALL, "To": number})

    assert (text.json()["code"], call.json()["code"]) == (21211, 21217)


@pytest.mark.parametrize("number", ["(202) 555-0123", "202.555.0123", "+1 202 555 0123"])
def test_american_numbers_are_accepted_in_common_formats(stack: LocalStack, number: str) -> None:
    answer = stack.rest("POST", "Messages.json", {**TEXT, "To": number})

    assert answer.json()["to"] == HANDSET


@pytest.mark.parametrize(
    ("query", "count"),
    [
        ("To=%2B12025550123", 1),
        ("To=%2B12025550199", 0),
        ("DateSent%3E=2020-01-01", 1),
        ("DateSent%3C=2020-01-01", 0),
    ],
)
def test_lists_can_be_filtered(stack: LocalStack, query: str, count: int) -> None:
    stack.rest("POST", "Messages.json", TEXT)
    stack.advance(1)

    assert len(stack.rest("GET", f"Messages.json?{query}").json()["messages"]) == count


@pytest.mark.parametrize("sign", ["<", ">"])
def test_a_message_is_listed_by_its_own_date_sent(stack: LocalStack, sign: str) -> None:
    sid = stack.rest("POST", "Messages.json", TEXT).json()["sid"]
    stack.advance(1.3)
    sent = parsedate_to_datetime(stack.rest("GET", f"Messages/{sid}.json").json()["date_sent"])
    queries = [urlencode({f"DateSent{sign}": one.isoformat()}) for one in (sent, sent.date())]
    lists = [stack.rest("GET", f"Messages.json?{query}").json()["messages"] for query in queries]

    assert [len(messages) for messages in lists] == [1, 1]


def test_a_date_with_a_time_zone_is_converted_to_utc(stack: LocalStack) -> None:
    stack.rest("POST", "Messages.json", TEXT)
    stack.advance(1)
    [message] = stack.rest("GET", "Messages.json").json()["messages"]
    sent = parsedate_to_datetime(message["date_sent"])
    abroad = sent.astimezone(timezone(timedelta(hours=23 if sent.hour else -23)))
    query = urlencode({"DateSent": abroad.isoformat()})

    assert abroad.date() != sent.date()
    assert len(stack.rest("GET", f"Messages.json?{query}").json()["messages"]) == 1


@pytest.mark.parametrize(
    "date", ["soon", "2026-01-01soon", ">=2026-01-01", "0001-01-01T00:00:00+02:00"]
)
def test_an_invalid_date_is_refused(stack: LocalStack, date: str) -> None:
    answer = stack.rest("GET", f"Messages.json?{urlencode({'DateSent<': date})}")

    assert (answer.status_code, answer.json()["code"]) == (400, 20001)


def test_only_fetched_messages_link_to_their_feedback(stack: LocalStack) -> None:
    created = stack.rest("POST", "Messages.json", TEXT).json()
    fetched = stack.rest("GET", f"Messages/{created['sid']}.json").json()

    links = [set(message["subresource_uris"]) for message in (created, fetched)]
    assert links == [{"media"}, {"media", "feedback"}]


def test_a_sender_of_another_account_is_named(stack: LocalStack) -> None:
    answer = stack.rest("POST", "Messages.json", {**TEXT, "From": "+12025550177"}).json()

    assert answer["message"].startswith("'From' +12025550177 is not a Twilio phone number")


@pytest.mark.parametrize("sender", ["", "+12025550188"])
def test_a_service_whose_number_was_released_is_refused(stack: LocalStack, sender: str) -> None:
    stack.world("numbers", {"number": "+12025550188"})
    stack.rest("DELETE", f"IncomingPhoneNumbers/{LINE_SID}.json").raise_for_status()
    service = {"MessagingServiceSid": MESSAGING_SERVICE_SID}
    answer = stack.rest("POST", "Messages.json", {**TEXT, **service, "From": sender})

    assert (answer.status_code, answer.json()["code"]) == (400, 21704)
