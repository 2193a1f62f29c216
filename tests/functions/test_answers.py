"""The answers of the TwiML functions."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

import TwimlHello
import TwimlMessage
import TwimlReply

if TYPE_CHECKING:
    from tests.functions.conftest import Run, SignedRequest

pytestmark = pytest.mark.usefixtures("app")

DECLARATION = '<?xml version="1.0" encoding="UTF-8"?>'


def test_a_text_is_answered_with_its_own_words(run: Run, signed_request: SignedRequest) -> None:
    response = run(TwimlReply.main, signed_request())

    assert response.status_code == 200
    assert response.mimetype == "text/xml"
    assert response.get_body().decode() == (
        f"{DECLARATION}<Response><Message>You wrote: Hello &amp; goodbye ü</Message></Response>"
    )


def test_the_reply_of_the_query_comes_first(run: Run, signed_request: SignedRequest) -> None:
    response = run(TwimlReply.main, signed_request("/api/TwimlReply?Message=Thanks%20%2B+bye"))

    assert "<Message>Thanks + bye</Message>" in response.get_body().decode()


def test_twilio_can_use_get(run: Run, signed_request: SignedRequest) -> None:
    response = run(
        TwimlReply.main, signed_request("/api/TwimlReply?Body=Hi&FromCity=", method="GET")
    )

    assert "<Message>Your message has arrived.</Message>" in response.get_body().decode()


def test_messages_are_said_and_played_in_their_order(
    run: Run, signed_request: SignedRequest
) -> None:
    path = "/api/TwimlMessage?Message%5B0%5D=One&Message[1]=https%3A%2F%2Fa.example%2Fb.mp3&x="

    for method in ("GET", "POST"):
        response = run(TwimlMessage.main, signed_request(path, method=method))

        assert response.get_body().decode() == (
            f"{DECLARATION}<Response><Say>One</Say><Play>https://a.example/b.mp3</Play></Response>"
        )


def test_without_a_message_nothing_is_said(run: Run, signed_request: SignedRequest) -> None:
    response = run(TwimlMessage.main, signed_request("/api/TwimlMessage"))

    assert response.get_body().decode() == f"{DECLARATION}<Response />"


def test_hello_needs_no_signature(run: Run, signed_request: SignedRequest) -> None:
    for _ in range(2):
        response = run(
            TwimlHello.main, signed_request("/api/TwimlHello", signature=None, method="GET")
        )

        assert response.status_code == 200
        assert response.mimetype == "text/xml"
        assert response.get_body().decode() == (
            f"{DECLARATION}<Response><Say>Hello World</Say></Response>"
        )


def test_browsers_must_not_guess_the_content_type(run: Run, signed_request: SignedRequest) -> None:
    answers = [run(TwimlReply.main, signed_request(signature=one)) for one in ("", "wrong")]

    assert [answer.status_code for answer in answers] == [200, 403]
    assert {answer.headers["X-Content-Type-Options"] for answer in answers} == {"nosniff"}
