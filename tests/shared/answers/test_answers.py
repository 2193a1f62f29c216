"""The text of the answers."""

from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.answers import hello, message, reply
from shared.webhooks.verifier import Webhook

DECLARATION = '<?xml version="1.0" encoding="UTF-8"?>'


def test_hello_says_one_sentence() -> None:
    assert str(hello.greeting()) == f"{DECLARATION}<Response><Say>Hello World</Say></Response>"


def test_say_texts_and_play_urls() -> None:
    document = message.announcement(["One", " https://example.com/a.mp3", "HTTP://b/c", "https"])

    assert str(document) == (
        f"{DECLARATION}<Response><Say>One</Say><Play>https://example.com/a.mp3</Play>"
        "<Play>HTTP://b/c</Play><Say>https</Say></Response>"
    )


@pytest.mark.parametrize("messages", [[], [""], ["  "], ["\0"]])
def test_without_a_message_the_document_is_empty(messages: list[str]) -> None:
    assert str(message.announcement(messages)) == f"{DECLARATION}<Response />"


def test_a_reply_is_one_message() -> None:
    assert str(reply.reply("Tom & <Jerry>")) == (
        f"{DECLARATION}<Response><Message>Tom &amp; &lt;Jerry&gt;</Message></Response>"
    )


def test_a_blank_reply_sends_nothing() -> None:
    assert str(reply.reply(" ")) == f"{DECLARATION}<Response />"


def test_a_reply_is_cut_to_one_message() -> None:
    document = ElementTree.fromstring(str(reply.reply("a" * 2000)))  # noqa: S314 - our own text

    assert document.findtext("Message") == "a" * 1600


@pytest.mark.parametrize(
    ("fields", "text"),
    [
        ({"Body": "Hi"}, "You wrote: Hi"),
        (
            {"Body": "Hi", "NumMedia": "1", "MediaContentType0": "image/png"},
            "You wrote: Hi\nYou sent 1 picture.",
        ),
        (
            {"NumMedia": "2", "MediaContentType0": "image/png", "MediaContentType1": "image/gif"},
            "You sent 2 pictures.",
        ),
        (
            {"NumMedia": "2", "MediaContentType0": "image/png", "MediaContentType1": "text/vcard"},
            "You sent 2 files.",
        ),
        ({"Body": "", "NumMedia": "0"}, "You sent an empty message."),
        ({"Body": " "}, "You sent an empty message."),
    ],
)
def test_an_acknowledgement_says_what_arrived(fields: dict[str, str], text: str) -> None:
    assert reply.acknowledgement(Webhook([], [("MessageSid", "SM1"), *fields.items()])) == text


@given(st.text())
def test_any_text_makes_a_document_that_can_be_read(text: str) -> None:
    for document in (message.announcement([text]), reply.reply(text)):
        assert ElementTree.fromstring(str(document)).tag == "Response"  # noqa: S314 - our own text
