"""A person texts STOP, then START: what Twilio does on its own, and what the app answers."""

import itertools
from typing import NamedTuple

import pytest

from deskphone.values import HANDSETS, LINE
from local_stack.testing import LocalStack

NUMBERS = (f"+120255501{n}" for n in itertools.count(51))


class Person(NamedTuple):
    """A person with a handset on a local stack."""

    stack: LocalStack
    number: str

    def says(self, words: str) -> str:
        """Text the line, and wait for everything that results; return the text's SID."""
        sid = self.stack.text(words, self.number)
        self.stack.advance(1)
        return sid

    @property
    def bodies(self) -> list[str]:
        return [text["body"] for text in self.stack.texts(self.number)]

    @property
    def opted_out_of(self) -> list[str]:
        return self.stack.look(f"handsets/{self.number}")["opted_out_of"]

    def is_sent(self, **fields: str) -> tuple[int, int | None]:
        """Return the status and error code of SendSms."""
        answer = self.stack.function("SendSms", {"to": self.number, "body": "Hello", **fields})
        return answer.status_code, answer.json().get("code")


@pytest.fixture
def person(stack: LocalStack) -> Person:
    return Person(stack, next(NUMBERS))


def test_stop_and_start_are_obeyed_through_the_app(person: Person) -> None:
    person.says("Stop")
    assert [person.is_sent() for _ in range(2)] == [(403, 21610)] * 2
    assert person.stack.function("PlaceCall", {"to": person.number}).status_code == 201

    person.says("START")
    assert person.is_sent() == (201, None)


@pytest.mark.parametrize("word", ["stopall", " UNSUBSCRIBE ", "Quit"])
def test_a_default_word_opts_out_and_is_answered_once(person: Person, word: str) -> None:
    for _ in range(2):
        person.says(word)

    assert person.opted_out_of == [LINE]
    assert sum("unsubscribed" in body for body in person.bodies) == 1


def test_a_longer_text_is_not_an_opt_out(person: Person) -> None:
    person.says("Stop please")

    assert person.opted_out_of == []
    assert person.bodies == ["Stop please", "You wrote: Stop please"]


def test_start_is_confirmed_after_an_opt_out(person: Person) -> None:
    person.says("yes")
    assert not any("re-subscribed" in body for body in person.bodies)
    person.says("stop")
    person.says("yes")

    assert person.opted_out_of == []
    assert sum("re-subscribed" in body for body in person.bodies) == 1


def test_help_is_answered_and_changes_nothing(person: Person) -> None:
    person.says("help")

    assert person.opted_out_of == []
    assert any(body.startswith("Reply STOP") for body in person.bodies)


def test_the_app_gets_the_text_and_does_not_reply(person: Person) -> None:
    [webhook] = person.stack.webhooks(person.says("STOP"))

    assert (webhook["status"], "OptOutType" in dict(webhook["form"])) == (200, False)
    assert person.stack.alerts() == []
    assert len(person.bodies) == 2


def test_a_reply_to_an_opt_out_is_refused(person: Person) -> None:
    url = f"{person.stack.functions_url}/api/TwimlReply?Keywords[stop]=Bye"
    person.stack.line_goes_to(SmsUrl=url)
    person.says("STOP")

    assert [alert["code"] for alert in person.stack.alerts()] == [21610]
    assert len(person.bodies) == 2


def test_twilio_refuses_only_people_who_opted_out(person: Person) -> None:
    person.says("STOP")

    def sent(to: str) -> tuple[int, int | None]:
        form = {"From": LINE, "Body": "Hello", "To": to}
        answer = person.stack.rest("POST", "Messages.json", form)
        return answer.status_code, answer.json().get("code")

    assert sent(person.number) == (400, 21610)
    assert sent(HANDSETS[1]) == (201, None)


def test_a_messaging_service_accepts_the_text_that_fails(person: Person) -> None:
    person.says("STOP")
    service = {"messaging_service_sid": "MG" + "0" * 32}
    sent = person.stack.function("SendSms", {"to": person.number, "body": "Hello", **service})
    assert sent.status_code == 201
    person.stack.advance(1)

    failed = person.stack.rest("GET", f"Messages/{sent.json()['sid']}.json").json()
    [webhook] = person.stack.webhooks(failed["sid"])
    report = dict(webhook["form"])
    assert (failed["status"], failed["error_code"]) == ("failed", 21610)
    assert (report["MessageStatus"], report["ErrorCode"]) == ("failed", "21610")
    status = person.stack.function(f"GetStatus?sid={sent.json()['sid']}", method="GET").json()
    refusal = person.stack.function("SendSms", {"to": person.number, "body": "Hello"}).json()
    assert (status["status"], status["error_code"]) == ("failed", 21610)
    assert status["detail"] == refusal["detail"]


def test_a_reset_forgets_opt_outs(person: Person) -> None:
    person.says("STOP")
    assert person.is_sent() == (403, 21610)
    person.stack.reset()

    assert person.opted_out_of == []
    assert person.is_sent() == (201, None)
