"""The fields of each kind of request, compared with requests that Twilio sent, 2012 to 2026.

The file has only the names of their fields, from public repositories, and the year.
"""

import json
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest

from local_stack.testing import LocalStack
from tests.stack.scenes import KINDS, Scene

if TYPE_CHECKING:
    from tests.conftest import WebServer

RECORDED = json.loads((Path(__file__).parent / "recorded" / "webhooks.json").read_text("utf-8"))
OF_THE_ACCOUNT = {"ApplicationSid", "MessagingServiceSid", "AddOns", "CallerName"}
"""Depend on the account's products and settings, not on the kind of request."""
SINCE = {
    "SmsStatus": 2014,
    "NumSegments": 2016,
    "MaxQueueSize": 2020,
    "CallToken": 2022,
    "StirVerstat": 2022,
    "FinishedOnKey": 2022,
    "DialBridged": 2023,
}
"""Fields that Twilio added: the first year in which all recordings or the documents have them."""
PLACE = r"(From|To|Caller|Called)(City|State|Zip|Country)"


class Difference(NamedTuple):
    """A field that may differ; `kind`, `years` and `party` say in which recordings."""

    field: str
    reason: str
    kind: str = ".*"
    years: tuple[int, int] = (2012, 9999)
    party: str = ""


# At most ten: a long list would compare nothing.
EXCEPTIONS = (
    Difference(PLACE, "clients and SIP aren't emulated; they have no place", party="client or SIP"),
    Difference("ReferralNumMedia", "in 2022 only", years=(2022, 2022)),
    Difference("StirVerstat", "some calls have none, such as those from abroad", "incoming call"),
    Difference("StirPassportToken", "only if the caller's carrier signed", "incoming call"),
    Difference("CalledVia|ForwardedFrom", "only if forwarded by a carrier", "incoming call"),
    Difference("RecordingUrl", "missing with external storage", "Dial action, recorded"),
    Difference("Digits", "of a key pressed before; one recording", "Enqueue action: redirected"),
)


def is_exception(name: str, recording: dict[str, Any]) -> bool:
    """Whether a field may differ from a recording."""
    return any(
        re.fullmatch(one.field, name)
        and re.fullmatch(one.kind, recording["kind"])
        and one.years[0] <= recording["year"] <= one.years[1]
        and one.party in ("", recording.get("party"))
        for one in EXCEPTIONS
    )


def kind_of(name: str) -> str:
    """Return a field's name without a number: MediaUrl for MediaUrl0."""
    return name.rstrip("0123456789")


def compared(names: list[str], recording: dict[str, Any]) -> list[str]:
    """Return the fields of a request that a recording is compared in."""
    return [
        kind
        for kind in dict.fromkeys(map(kind_of, names))
        if kind not in OF_THE_ACCOUNT
        and SINCE.get(kind, 0) <= recording["year"]
        and not is_exception(kind, recording)
    ]


@pytest.mark.parametrize("kind", KINDS)
def test_a_request_has_the_fields_of_its_recordings(
    stack: LocalStack, web_server: "WebServer", kind: str
) -> None:
    names = KINDS[kind](Scene(stack, web_server))

    recordings = [one for one in RECORDED if one["kind"] == kind]
    for recording in recordings:
        ours, twilios = compared(names, recording), compared(recording["fields"], recording)
        assert set(ours) == set(twilios), recording["year"]
        if recording.get("in_order"):
            assert ours == twilios, recording["year"]
    assert recordings


def test_each_recording_is_compared() -> None:
    assert {one["kind"] for one in RECORDED} == {*KINDS}
    assert len(RECORDED) >= 60


def test_there_are_few_exceptions() -> None:
    assert len(EXCEPTIONS) <= 10
