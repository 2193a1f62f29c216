"""Which key signs a webhook: the one that its number asks for."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from twilio.request_validator import RequestValidator, get_signature_algorithm

from deskphone.account.new_text import new_text
from deskphone.account.store import Store
from deskphone.clock import ManualClock
from deskphone.records.call import Call
from deskphone.records.conference import Conference
from deskphone.records.instructions import Direction, Instructions
from deskphone.records.phone_number import PhoneNumber
from deskphone.values import HANDSETS, LINE, LINE_SID, SHARED_KEY
from deskphone.webhooks.signing_keys import SigningKeys

NOW = datetime(2026, 1, 1, tzinfo=UTC)
HANDSET = HANDSETS[0]
OTHER = "+12025550101"
URL = "https://app.example/texts"
FORM = {"Body": "Hi", "From": HANDSET}
TOKEN = "the auth token"  # noqa: S105 - not a secret


@pytest.fixture
def store() -> Store:
    """A store with one number that asks for the shared key, and one that doesn't."""
    store = Store(ManualClock(NOW))
    line = PhoneNumber(LINE_SID, LINE, "", NOW, NOW, shared_key=SHARED_KEY)
    store.numbers.put(line)
    store.numbers.put(replace(line, sid="PN1", phone_number=OTHER, shared_key=""))
    return store


def secret_for(store: Store, sid: str) -> str:
    return SigningKeys(store, lambda: TOKEN).of(sid).secret


def put_call(
    store: Store, sid: str, sender: str, to: str, direction: Direction, parent: str | None = None
) -> None:
    call = Call(sid, to, sender, direction, "in-progress", NOW, NOW, Instructions())
    store.calls.put(replace(call, parent_call_sid=parent))


@pytest.mark.parametrize(("number", "secret"), [(LINE, SHARED_KEY), (OTHER, TOKEN)])
def test_the_number_of_a_text_decides(store: Store, number: str, secret: str) -> None:
    received = new_text(NOW, HANDSET, number, "Hi", (), "inbound", "received")
    sent = new_text(NOW, number, HANDSET, "Hi", (), "outbound-api", "queued")
    for message in (received, sent):
        store.messages.put(message)

    assert [secret_for(store, one.sid) for one in (received, sent)] == [secret, secret]


@pytest.mark.parametrize(("number", "secret"), [(LINE, SHARED_KEY), (OTHER, TOKEN)])
def test_the_number_of_a_call_decides(store: Store, number: str, secret: str) -> None:
    put_call(store, "CA1", HANDSET, number, "inbound")
    put_call(store, "CA2", number, HANDSET, "outbound-api")

    assert [secret_for(store, sid) for sid in ("CA1", "CA2")] == [secret, secret]


def test_a_dialed_call_and_a_conference_belong_to_the_number_of_their_caller(store: Store) -> None:
    put_call(store, "CA1", HANDSET, LINE, "inbound")
    put_call(store, "CA2", HANDSET, HANDSETS[1], "outbound-dial", parent="CA1")
    store.conferences.put(Conference("CF1", "room", NOW, NOW, call_sid="CA1"))

    assert [secret_for(store, sid) for sid in ("CA2", "CF1")] == [SHARED_KEY, SHARED_KEY]


def test_an_unknown_resource_is_signed_with_the_token(store: Store) -> None:
    assert secret_for(store, "CA1") == TOKEN


@pytest.mark.parametrize("direction", ["inbound", "outbound-api"])
def test_twilios_sdk_accepts_either_key(store: Store, direction: Direction) -> None:
    put_call(store, "CA1", OTHER, LINE, direction)
    key = SigningKeys(store, lambda: TOKEN).of("CA1")
    headers = key.headers(URL, FORM.items())

    settings = headers.get("X-Twilio-Webhooks-Signature-Settings")
    algorithm = get_signature_algorithm(settings)
    assert (settings is None) == (key.secret == TOKEN)
    assert RequestValidator(key.secret).validate(
        URL, FORM, headers["X-Twilio-Signature"], algorithm
    )
