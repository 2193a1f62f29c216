"""The tests that the documentation shows."""

import pytest

from tests.deskphone.pytest_plugin.shop import run

pytest_plugins = ["pytester"]

EXAMPLES = """
    def test_opening_hours(phone, twilio, live_app):          # live_app: your server's URL
        twilio.number.voice_url = f"{live_app}/voice"
        call = phone.rings(twilio.number)
        assert "Press 1" in call.heard
        call.press("1")
        assert call.heard[-1] == "We open at nine."
        assert call.ended and not twilio.alerts

    @pytest.mark.usefixtures("callbacks")
    def test_reminder(phone, twilio, clock):
        remind("+12025550123")                                # your code, your SDK client
        assert phone.texts[-1].body.startswith("Tomorrow")
        clock.advance(hours=1)
        assert twilio.webhooks[-1].form["MessageStatus"] == "delivered"

    def test_lost_answer(twilio):
        with twilio.fails("lost", count=1):
            assert send_once("k1").outcome == "unknown"
"""


def test_examples_pass_in_one_process(pytester: pytest.Pytester) -> None:
    run(pytester, EXAMPLES).assert_outcomes(passed=3)


def test_examples_pass_in_several_processes(pytester: pytest.Pytester) -> None:
    run(pytester, EXAMPLES, "-n", "2").assert_outcomes(passed=3)


def test_examples_pass_in_another_order(pytester: pytest.Pytester) -> None:
    names = ("test_lost_answer", "test_reminder", "test_opening_hours")
    run(pytester, EXAMPLES, *(f"test_shop.py::{name}" for name in names)).assert_outcomes(passed=3)


def test_real_clock_moves_without_the_test(pytester: pytest.Pytester) -> None:
    result = run(
        pytester,
        """
    @pytest.mark.deskphone(clock="real")
    def test_marked(phone, clock):
        remind(phone.number)
        assert len(phone.texts) == 1  # read once it was delivered, after 0.3 s
        with pytest.raises(TypeError, match="real clock"):
            clock.advance(seconds=1)

    def test_not_marked(phone, clock):
        remind(phone.number)
        clock.advance(seconds=1)
        assert len(phone.texts) == 1
    """,
    )

    result.assert_outcomes(passed=2)
