"""The rules of a trial account."""

from datetime import UTC, datetime, timedelta

import pytest

from deskphone.account.trial import LIFE, Trial
from deskphone.values import HANDSETS

NOW = datetime(2026, 11, 1, tzinfo=UTC)
OWNER, PENDING, STRANGER = "+12025550123", "+12025550124", "+12025550125"
BRITISH = "+442079460123"
TRIAL = Trial(NOW + LIFE, (OWNER, BRITISH), (PENDING,))
OVER = NOW + LIFE


@pytest.mark.parametrize(
    ("to", "code"), [(OWNER, 572006), (PENDING, 572005), (STRANGER, 21608), (BRITISH, 21408)]
)
def test_no_text_of_ones_own_is_sent(to: str, code: int) -> None:
    assert TRIAL.text_refusal(to, NOW).code == code


@pytest.mark.parametrize(
    ("to", "code"), [(OWNER, None), (PENDING, 573005), (STRANGER, 21219), (BRITISH, 21215)]
)
def test_calls_only_reach_verified_numbers_in_the_country(to: str, code: int | None) -> None:
    refusal = TRIAL.call_refusal(to, NOW)

    assert (refusal and refusal.code) == code


def test_a_call_by_twiml_has_its_own_number_for_a_closed_country() -> None:
    refusal = TRIAL.dial_refusal(BRITISH)

    assert refusal is not None
    assert refusal.code == 13227


@pytest.mark.parametrize(("to", "code"), [(OWNER, 572006), (PENDING, 14111), (STRANGER, 14111)])
def test_twiml_sends_no_text(to: str, code: int) -> None:
    assert TRIAL.reply_refusal(to).code == code


@pytest.mark.parametrize(("caller", "code"), [(OWNER, None), (PENDING, 10002), (STRANGER, 10002)])
def test_only_verified_numbers_can_call(caller: str, code: int | None) -> None:
    refusal = TRIAL.caller_refusal(caller, NOW)

    assert (refusal and refusal.code) == code


def test_nothing_works_after_30_days() -> None:
    refusals = [TRIAL.text_refusal(OWNER, OVER), TRIAL.call_refusal(OWNER, OVER)]

    assert TRIAL.is_over(OVER)
    assert not TRIAL.is_over(OVER - timedelta(seconds=1))
    assert [(one.code, one.status) for one in refusals if one] == [(20005, 403), (20005, 403)]
    assert (refusal := TRIAL.caller_refusal(OWNER, OVER))
    assert refusal.code == 10003


def test_a_refused_text_hides_the_end_of_the_number() -> None:
    message = TRIAL.text_refusal(STRANGER, NOW).message

    assert "+1202555XXXX" in message
    assert STRANGER not in message


def test_the_handset_of_the_page_is_the_owners() -> None:
    assert HANDSETS[0] == OWNER
