"""A signed request with one changed byte is refused, unless its meaning is the same.

Its values include some for which Twilio's way of joining names and values would hide a change.
"""

from __future__ import annotations

import asyncio
from random import Random
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import parse_qsl, urlencode

import azure.functions as func
import pytest

from shared.errors import ForgedRequestError
from shared.http.request_parts import FORM_TYPE
from shared.webhooks.signatures import sign

if TYPE_CHECKING:
    from collections.abc import Iterator

    from shared import clients
    from shared.webhooks.verifier import Webhook

PATH = "/api/TwimlReply?Message=Hello%20World%21&code=aB3%2Fx%3D%3D&it's"
# What Twilio posts for an incoming call: 26 fields, some of them blank.
FORM = [
    ("Called", "client:ann"),
    ("ToState", "DC"),
    ("CallerCountry", "US"),
    ("Direction", "inbound"),
    ("CallerState", "NC"),
    ("ToZip", "zone"),
    ("CallSid", "CA0123456789abcdef0123456789abcdef"),
    ("To", "+12025550100"),
    ("CallerZip", "27601"),
    ("ToCountry", "US"),
    ("ApiVersion", "2010-04-01"),
    ("CalledZip", ""),
    ("CalledCity", "WASHINGTON"),
    ("CallStatus", "ringing"),
    ("From", "+12025550123"),
    ("AccountSid", "AC0123456789abcdef0123456789abcdef"),
    ("CalledCountry", "US"),
    ("CallerCity", "HOLLY SPRINGS"),
    ("Caller", "+12025550123"),
    ("FromCountry", "US"),
    ("ToCity", "WASHINGTON"),
    ("FromCity", "HOLLY SPRINGS"),
    ("CalledState", "DC"),
    ("FromZip", "27601"),
    ("FromState", "NC"),
    ("CallerName", "Grüße & Söhne"),
]


class Sent(NamedTuple):
    """The parts of a request that are changed."""

    path: bytes
    body: bytes
    signature: bytes


SIGNED = Sent(
    PATH.encode(),
    urlencode(FORM).encode(),
    sign("primary", f"https://app.example{PATH}", FORM),
)


def changes(part: bytes, random: Random, count: int) -> Iterator[bytes]:
    """Yield the part with each byte replaced, removed, or preceded by another one."""
    for place, byte in enumerate(part):
        likely = bytes([byte ^ 0x20, byte ^ 1, *b"&=+% '/?#a0A"])
        others = {*likely[:count], *random.choices(range(256), k=max(count - len(likely), 1))}
        before, after = part[:place], part[place + 1 :]
        yield before + after
        for other in sorted(others - {byte}):
            yield before + bytes([other]) + after
        # Bytes before a path belong to the host, which isn't signed.
        for added in b"&=" if place else b"":
            yield before + bytes([added]) + part[place:]


async def verified(app: clients.Clients, sent: Sent) -> Webhook | None:
    """Return what the app reads; None if it refuses."""
    headers = {"Content-Type": FORM_TYPE, "X-Twilio-Signature": sent.signature.decode("latin-1")}
    url = f"http://10.0.0.4:8080{sent.path.decode('latin-1')}"
    req = func.HttpRequest("POST", url, headers=headers, body=sent.body)
    try:
        return await app.verifier.verify(req)
    except ForgedRequestError:
        return None


def meaning(body: bytes) -> list[tuple[str, str]] | None:
    """Return the signed pairs of a body, sorted and unique; None if it is not a form."""
    try:
        text = body.decode("utf-8", "replace")
        return sorted(set(parse_qsl(text, keep_blank_values=True, strict_parsing=True)))
    except ValueError:
        return None


async def outcomes(app: clients.Clients, count: int) -> dict[str, int]:
    """Change each byte `count` times; count the outcomes."""
    random = Random(6)  # noqa: S311 - not for secrets
    seen = {"refused": 0, "the same": 0}
    for name in Sent._fields:
        for changed in changes(getattr(SIGNED, name), random, count):
            sent = SIGNED._replace(**{name: changed})
            webhook = await verified(app, sent)
            # `+` and `%2B`, or %c3 and %C3, of the body are decoded before they are signed.
            is_same = name == "body" and meaning(changed) == sorted(FORM)
            assert (webhook is not None) == is_same, sent
            if webhook is not None:
                assert sorted(webhook.form) == sorted(FORM)
            seen["the same" if is_same else "refused"] += 1
    return seen


def test_the_unchanged_request_passes(app: clients.Clients) -> None:
    webhook = asyncio.run(verified(app, SIGNED))

    assert len(FORM) == 26
    assert webhook is not None
    assert webhook.form == FORM


def test_each_changed_byte_is_refused_unless_the_meaning_is_the_same(app: clients.Clients) -> None:
    seen = asyncio.run(outcomes(app, count=2))

    assert seen["refused"] > 4 * sum(map(len, SIGNED))
    assert seen["the same"] > 0


@pytest.mark.soak
def test_each_byte_changed_to_many_others(app: clients.Clients) -> None:
    seen = asyncio.run(outcomes(app, count=20))

    assert seen["refused"] > 12_000
