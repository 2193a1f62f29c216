"""Blocked callers, and the reason they get."""

import pytest

from shared.config.settings import Settings
from shared.webhooks.callers import refusal
from shared.webhooks.verifier import Webhook

LISTED = {"BLOCKED_CALLERS": " +12025550123,Anonymous ,, +12025550124"}


def refused(settings: dict[str, str], **fields: str) -> str | None:
    document = refusal(Webhook([], list(fields.items())), Settings.from_mapping(settings))
    return None if document is None else str(document).partition("<Response>")[2]


@pytest.mark.parametrize(
    "caller", ["+12025550123", "+12025550124", "anonymous", "Anonymous", "unknown", "+266696687"]
)
def test_a_listed_caller_is_refused_before_the_call_is_answered(caller: str) -> None:
    assert refused(LISTED, From=caller) == '<Reject reason="rejected" /></Response>'


def test_the_older_field_also_names_the_caller() -> None:
    assert refused(LISTED, Caller="+12025550123") is not None


def test_a_caller_without_a_number_is_anonymous() -> None:
    assert refused(LISTED, From="") is not None


def test_a_request_without_a_caller_follows_a_redirect_and_passes() -> None:
    assert refused(LISTED) is None


@pytest.mark.parametrize("caller", ["+12025550125", "client:alice", "12025550123", "anonymous"])
def test_other_callers_pass(caller: str) -> None:
    assert refused({"BLOCKED_CALLERS": "+12025550123"}, From=caller) is None


def test_without_a_list_every_caller_passes() -> None:
    assert refused({}) is None


def test_the_reason_is_a_setting() -> None:
    settings = LISTED | {"BLOCKED_CALLERS_REASON": "busy"}

    assert refused(settings, From="+12025550123") == '<Reject reason="busy" /></Response>'
