"""The switch for a trial account on the page."""

import pytest
from playwright.sync_api import Page, expect

from local_stack.testing import HANDSET, HANDSETS, LocalStack

pytestmark = pytest.mark.soak  # detailed browser tests are slow


def test_the_account_can_be_a_trial(page: Page, live_stack: LocalStack) -> None:
    page.get_by_test_id("numbers").click()
    page.get_by_test_id("trial-on").check()
    trial = page.get_by_test_id("trial")
    expect(trial.get_by_label("(202) 555-0123")).to_be_checked()
    expect(trial.get_by_label("(202) 555-0123")).to_be_disabled()  # at least one is verified

    with page.expect_response("**/emulator/trial"):
        trial.get_by_label("(202) 555-0124").check()
    assert live_stack.look("trial")["verified"] == [HANDSET, HANDSETS[1]]

    page.get_by_test_id("trial-on").uncheck()
    expect(trial.get_by_label("(202) 555-0123")).to_have_count(0)
    assert live_stack.look("trial") is None
