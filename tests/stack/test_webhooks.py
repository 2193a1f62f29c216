"""Twilio's requests: exact URLs, signatures, redirects, retries, fallbacks."""

from typing import TYPE_CHECKING

import pytest
from twilio.request_validator import RequestValidator

from deskphone.values import AUTH_TOKEN, HANDSETS, LINE
from local_stack.testing import HANDSET, LocalStack

if TYPE_CHECKING:
    from tests.conftest import Received, WebServer

UNREACHABLE = "http://127.0.0.1:1"


def send_with_callback(stack: LocalStack, url: str) -> str:
    """Send a text with a status callback URL; return the SID."""
    form = {"To": HANDSET, "From": LINE, "Body": "Hi", "StatusCallback": url}
    sid = stack.rest("POST", "Messages.json", form).json()["sid"]
    stack.advance(1)
    return sid


def is_signed(request: "Received", url: str) -> bool:
    """Return whether Twilio's own SDK accepts the signature."""
    signature = request.headers["X-Twilio-Signature"]
    return RequestValidator(AUTH_TOKEN).validate(url, request.form, signature)


def replies(stack: LocalStack) -> list[str]:
    """Return the texts that the line sent back."""
    return [text["body"] for text in stack.texts() if text["direction"] == "outbound-reply"]


@pytest.mark.parametrize("path", ["/cb?x=%21&y=%2b%20+&z", "/cb/a%41b?=", "/cb;v=1?q='\"%22"])
def test_a_url_is_sent_and_signed_exactly_as_given(
    stack: LocalStack, web_server: "WebServer", path: str
) -> None:
    url = web_server.url + path
    send_with_callback(stack, url)

    requests = [request for request in web_server.received if request.path == path]
    assert len(requests) == 2
    assert all(is_signed(request, url) for request in requests)


@pytest.mark.parametrize(
    ("status", "body", "ending"),
    [
        (500, b'{"detail": "Missing settings: PUBLIC_URL"}', "500: Missing settings: PUBLIC_URL"),
        (403, b'{"detail": "The signed URL is https://a.example"}', "403"),
        (500, b'{"detail": 1}', "500"),
        (503, b"[", "503"),
    ],
)
def test_an_alert_contains_the_apps_error(
    stack: LocalStack, web_server: "WebServer", status: int, body: bytes, ending: str
) -> None:
    url = web_server.answer("/broken", body, "application/problem+json", status)
    stack.line_goes_to(VoiceUrl=url)
    stack.ring()
    stack.advance(0)

    [alert] = stack.alerts()
    assert (alert["code"], alert["message"].endswith(f"HTTP status {ending}")) == (11200, True)


def test_fragment_and_credentials_are_neither_sent_nor_signed(
    stack: LocalStack, web_server: "WebServer"
) -> None:
    url = web_server.answer("/cb", b"", "text/plain", 204)
    send_with_callback(stack, url.replace("http://", "http://user:word@") + "#rc=2")

    assert {request.path for request in web_server.received} == {"/cb"}
    assert all(is_signed(request, url) for request in web_server.received)
    assert stack.alerts() == []


def test_a_password_in_the_url_is_sent_when_requested(
    stack: LocalStack, web_server: "WebServer"
) -> None:
    url = web_server.answer("/sms", b"", "text/plain", 401)
    stack.line_goes_to(SmsUrl=url.replace("http://", "http://user:word@"))
    stack.text("Hi")
    stack.advance(0)

    asked = [request.headers.get("Authorization") for request in web_server.received]
    assert asked == [None, "Basic dXNlcjp3b3Jk"]


@pytest.mark.parametrize(
    ("host", "given"), [("localhost", None), ("127.0.0.1", "Basic dXNlcjp3b3Jk")]
)
def test_a_password_is_sent_only_to_its_server(
    stack: LocalStack, web_server: "WebServer", host: str, given: str | None
) -> None:
    target = f"{web_server.url}/there".replace("127.0.0.1", host)
    url = web_server.answer("/here", b"", "text/plain", 401)
    stack.line_goes_to(SmsUrl=url.replace("http://", "http://user:word@"))
    web_server.moved_with_password["/here"] = target
    stack.text("Hi")
    stack.advance(0)

    assert [one.headers.get("Authorization") for one in web_server.asked("/there")] == [given]


def cookies(web_server: "WebServer", path: str = "/cookie") -> list[str | None]:
    """Return the cookies of the requests for a path."""
    return [request.headers.get("Cookie") for request in web_server.asked(path)]


def test_cookies_of_texts_last_four_hours_for_a_pair_of_numbers(
    stack: LocalStack, web_server: "WebServer"
) -> None:
    stack.line_goes_to(SmsUrl=web_server.answer("/cookie", b"", "text/xml"))
    for sender, seconds in ((HANDSET, 1), (HANDSET, 1), (HANDSETS[1], 4 * 3600), (HANDSET, 1)):
        stack.text("Hi", sender)
        stack.advance(seconds)

    assert cookies(web_server) == [None, "visits=1", None, None]


def test_cookies_of_a_call_end_with_it(stack: LocalStack, web_server: "WebServer") -> None:
    web_server.twiml("/there", "<Response/>")
    url = web_server.twiml("/cookie", "<Response><Redirect>/there</Redirect></Response>")
    stack.line_goes_to(VoiceUrl=url)
    for _ in range(2):
        stack.ring()
        stack.advance(1)

    assert cookies(web_server) == [None, None]
    assert cookies(web_server, "/there") == ["visits=1", "visits=1"]


def test_a_reset_forgets_cookies(stack: LocalStack, web_server: "WebServer") -> None:
    for _ in range(2):
        stack.line_goes_to(SmsUrl=web_server.answer("/cookie", b"", "text/xml"))
        stack.text("Hi")
        stack.advance(1)
        stack.reset()

    assert cookies(web_server) == [None, None]


def test_a_request_has_twilios_headers(stack: LocalStack, web_server: "WebServer") -> None:
    send_with_callback(stack, web_server.answer("/cb", b"", "text/plain", 204))

    headers = web_server.received[0].headers
    assert headers["User-Agent"] == "TwilioProxy/1.1"
    assert len(headers["I-Twilio-Idempotency-Token"]) == 36


def test_get_carries_the_fields_in_its_query(stack: LocalStack, web_server: "WebServer") -> None:
    stack.line_goes_to(SmsUrl=web_server.twiml("/sms?x=1", "<Response/>"), SmsMethod="GET")
    web_server.twiml("/sms", "<Response/>")
    stack.text("Hello & goodbye")
    stack.advance(0)

    [request] = web_server.received
    assert (request.method, request.form) == ("GET", {})
    assert request.path.startswith("/sms?x=1&")
    assert "Body=Hello+%26+goodbye" in request.path


@pytest.mark.parametrize(
    ("status", "method", "has_form"),
    [(302, "GET", False), (307, "POST", True), (308, "POST", True)],
)
def test_a_redirect_is_followed_like_a_browser(
    stack: LocalStack, web_server: "WebServer", status: int, method: str, has_form: bool
) -> None:
    web_server.twiml("/there", "<Response><Message>Found</Message></Response>")
    stack.line_goes_to(SmsUrl=web_server.answer("/here", b"there", "text/plain", status))
    stack.text("Hi")
    stack.advance(1)

    [request] = web_server.asked("/there")
    assert (request.method, bool(request.form)) == (method, has_form)
    assert is_signed(request, f"{web_server.url}/there")
    assert replies(stack) == ["Found"]


def test_a_redirect_may_contain_invalid_utf_8(stack: LocalStack, web_server: "WebServer") -> None:
    stack.line_goes_to(SmsUrl=web_server.answer("/here", b"/caf\xe9", "text/plain", 302))
    stack.text("Hi")
    stack.advance(1)

    assert len(web_server.asked("/caf%E9")) == 1


def test_an_invalid_redirect_has_its_code(stack: LocalStack, web_server: "WebServer") -> None:
    stack.line_goes_to(SmsUrl=web_server.answer("/here", b"http://[", "text/plain", 302))
    stack.text("Hi")
    stack.advance(0)

    assert [alert["code"] for alert in stack.alerts()] == [11100]


def test_spaces_and_letters_in_a_redirect_are_encoded(
    stack: LocalStack, web_server: "WebServer"
) -> None:
    location = "/there é?q=%41 b".encode()
    stack.line_goes_to(SmsUrl=web_server.answer("/here", location, "text/plain", 307))
    stack.text("Hi")
    stack.advance(0)

    assert web_server.received[-1].path == "/there%20%C3%A9?q=%41%20b"


def test_spaces_and_letters_in_a_url_are_encoded(
    stack: LocalStack, web_server: "WebServer"
) -> None:
    url = f"{web_server.url}/sms é?q=We are%20closed"
    stack.line_goes_to(SmsUrl=url)
    stack.text("Hi")
    stack.advance(0)

    [request] = web_server.received
    assert request.path == "/sms%20%C3%A9?q=We%20are%20closed"
    assert is_signed(request, web_server.url + request.path)


def test_an_endless_redirect_is_stopped(stack: LocalStack, web_server: "WebServer") -> None:
    stack.line_goes_to(SmsUrl=web_server.answer("/loop", b"/loop", "text/plain", 302))
    stack.text("Hi")
    stack.advance(0)

    assert [alert["code"] for alert in stack.alerts()] == [11215]
    assert len(web_server.received) == 11


def test_only_a_failed_connection_is_retried(stack: LocalStack, web_server: "WebServer") -> None:
    stack.line_goes_to(SmsUrl=UNREACHABLE)
    unreachable = stack.text("Hi")
    stack.advance(0)
    stack.line_goes_to(SmsUrl=web_server.answer("/broken", b"", "text/plain", 503))
    refused = stack.text("Hi")
    stack.advance(0)

    assert [w["attempt"] for w in stack.webhooks(unreachable)] == [1, 2]
    assert [(w["attempt"], w["status"]) for w in stack.webhooks(refused)] == [(1, 503)]
    assert [alert["code"] for alert in stack.alerts()] == [11205, 11200]


def test_the_fallback_url_answers_when_the_first_fails(
    stack: LocalStack, web_server: "WebServer"
) -> None:
    fallback = web_server.twiml("/fallback", "<Response><Message>Later</Message></Response>")
    stack.line_goes_to(SmsUrl=UNREACHABLE, SmsFallbackUrl=fallback)
    stack.text("Hi")
    stack.advance(1)

    [request] = web_server.asked("/fallback")
    assert (request.form["ErrorCode"], request.form["ErrorUrl"]) == ("11205", UNREACHABLE)
    assert replies(stack) == ["Later"]


def test_a_failed_status_callback_is_a_warning(stack: LocalStack) -> None:
    sid = send_with_callback(stack, UNREACHABLE)

    assert {(a["sid"], a["level"], a["code"]) for a in stack.alerts()} == {(sid, "warning", 15003)}
    assert stack.texts()[0]["status"] == "delivered"


class TestReplies:
    """TwiML replies to a text."""

    def ask(self, stack: LocalStack, url: str) -> None:
        stack.line_goes_to(SmsUrl=url)
        stack.text("Hi")
        stack.advance(1)

    @pytest.mark.covers("texts:Message", "texts:Body")
    def test_several_messages_arrive_in_order(
        self, stack: LocalStack, web_server: "WebServer"
    ) -> None:
        document = "<Response><Message>One</Message><Message><Body>Two</Body></Message></Response>"
        self.ask(stack, web_server.twiml("/sms", document))

        assert replies(stack) == ["One", "Two"]

    @pytest.mark.covers("texts:Media")
    def test_a_reply_may_have_a_picture(self, stack: LocalStack, web_server: "WebServer") -> None:
        document = "<Response><Message><Body>Look</Body><Media>cat.png</Media></Message></Response>"
        self.ask(stack, web_server.twiml("/sms", document))

        assert stack.texts()[-1]["media"] == [f"{web_server.url}/cat.png"]

    @pytest.mark.covers("texts:Message.to")
    def test_a_reply_may_go_to_another_number(
        self, stack: LocalStack, web_server: "WebServer"
    ) -> None:
        document = f"<Response><Message to='{HANDSETS[1]}'>Psst</Message></Response>"
        self.ask(stack, web_server.twiml("/sms", document))

        assert [text["body"] for text in stack.texts(HANDSETS[1])] == ["Psst"]

    @pytest.mark.covers("texts:Message.statusCallback")
    def test_its_status_callback_is_called(
        self, stack: LocalStack, web_server: "WebServer"
    ) -> None:
        web_server.answer("/cb", b"", "text/plain", 204)
        document = "<Response><Message statusCallback='cb'>One</Message></Response>"
        self.ask(stack, web_server.twiml("/sms", document))

        assert [r.form["MessageStatus"] for r in web_server.asked("/cb")] == ["sent", "delivered"]

    def test_plain_text_is_sent_back(self, stack: LocalStack, web_server: "WebServer") -> None:
        self.ask(stack, web_server.answer("/sms", b"Just words", "text/plain"))

        assert replies(stack) == ["Just words"]

    @pytest.mark.covers("texts:Redirect")
    def test_redirect_continues(self, stack: LocalStack, web_server: "WebServer") -> None:
        web_server.twiml("/next", "<Response><Message>Here</Message></Response>")
        document = "<Response><Redirect>next</Redirect><Message>Never</Message></Response>"
        self.ask(stack, web_server.twiml("/sms", document))

        assert replies(stack) == ["Here"]

    def test_messages_before_an_error_are_sent(
        self, stack: LocalStack, web_server: "WebServer"
    ) -> None:
        document = f"<Response><Message>One</Message><Redirect>{UNREACHABLE}</Redirect></Response>"
        self.ask(stack, web_server.twiml("/sms", document))

        assert (replies(stack), [a["code"] for a in stack.alerts()]) == (["One"], [11205])

    @pytest.mark.parametrize(
        ("document", "code", "sent"),
        [
            ("<Response>" + "<Message>x</Message>" * 11 + "</Response>", 14109, 10),
            ("<Response><Redirect/></Response>", 14106, 0),
            ("<Response><Say>No</Say></Response>", 14110, 0),
            ("<Response><Message/></Response>", 14103, 0),
            ("<Response><Message colour='red'>x</Message></Response>", 12200, 1),
            ("<Response><Message method='PUT'>x</Message></Response>", 14104, 1),
            ("<response><Message>x</Message></response>", 12102, 0),
            (" <?xml version='1.0'?><Response><Message>x</Message></Response>", 12100, 0),
            (f"<Response><Message>{'x' * 1601}</Message></Response>", 21617, 0),
            ("<Response><Message to='invalid'>x</Message></Response>", 14101, 0),
            ("<Response><Message from='+12025550177'>x</Message></Response>", 14102, 0),
            ("<Response><Message><Media>javascript:x</Media></Message></Response>", 11100, 0),
            ("<Response><Message statusCallback='http://['>x</Message></Response>", 14105, 1),
            ("<Response><Redirect>http://[</Redirect></Response>", 11100, 0),
            (f"<Response><Message to='{LINE}'>x</Message></Response>", 14101, 0),
            ("<?xml version='1.0' encoding='hex'?><Response/>", 12100, 0),
            ("<Response", 12100, 0),
        ],
    )
    def test_an_invalid_message_has_its_code(
        self, stack: LocalStack, web_server: "WebServer", document: str, code: int, sent: int
    ) -> None:
        self.ask(stack, web_server.twiml("/sms", document))

        assert ([alert["code"] for alert in stack.alerts()], len(replies(stack))) == ([code], sent)

    def test_a_national_number_has_the_country_of_the_line(
        self, stack: LocalStack, web_server: "WebServer"
    ) -> None:
        document = "<Response><Message to='(202) 555-0124'>Psst</Message></Response>"
        self.ask(stack, web_server.twiml("/sms", document))

        assert [text["body"] for text in stack.texts(HANDSETS[1])] == ["Psst"]
