"""Comparisons of secrets take constant time."""

import hashlib
import hmac
from collections.abc import Callable

import pytest

from shared.media.links import Link
from shared.recordings.sound import WantedRecording
from shared.webhooks.signatures import is_body_hash, is_signed, sign

SECRET, URL = "0123456789" * 4, "https://app.example/api/TwimlReply"
LINK = Link(WantedRecording("RE" + "a" * 32), 1_800_000_000)
BODY = b"{}"
CHECKS: dict[str, Callable[[], bool]] = {
    "a signature": lambda: is_signed(sign(SECRET, URL).decode(), [SECRET], URL),
    "a hash of a body": lambda: is_body_hash(BODY, hashlib.sha256(BODY).hexdigest()),
    "a link": lambda: LINK.is_signed(SECRET, LINK.signature(SECRET)),
}


@pytest.mark.parametrize("check", CHECKS.values(), ids=CHECKS)
def test_only_the_constant_time_comparison_decides(
    check: Callable[[], bool], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert check()

    def refuse(given: object, expected: object) -> bool:
        return False

    monkeypatch.setattr(hmac, "compare_digest", refuse)

    assert not check()
