"""What a failing test says: its story, and alerts by name."""

import pytest

from tests.deskphone.pytest_plugin.shop import run

pytest_plugins = ["pytester"]


def test_failure_prints_the_story_of_calls_and_texts(pytester: pytest.Pytester) -> None:
    result = run(
        pytester,
        """
    def test_it(phone, twilio, live_app):
        twilio.number.voice_url = f"{live_app}/voice"
        twilio.number.sms_url = f"{live_app}/sms"
        phone.sends(twilio.number, "Hello")
        phone.rings(twilio.number).press("1")
        assert False
    """,
    )

    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(
        [
            "*- Twilio -*",
            "text: +12025550123 -> +12025550100, received: 'Hello'",
            "*POST http://127.0.0.1:*/sms -> 200",
            "text: +12025550100 -> +12025550123, delivered: 'You wrote: Hello'",
            "call 1: +12025550123 -> +12025550100, completed",
            "*POST http://127.0.0.1:*/voice [[]CallStatus=ringing[]] -> 200",
            '*call 1 at 0 s: <Say> "Press 1 for our opening hours."',
            "*keys 1",
            "*POST http://127.0.0.1:*/key [[]*Digits=1*[]] -> 200",
            '*<Say> "We open at nine."',
            "*completed",
        ]
    )


def test_story_has_the_problem_of_a_webhook(pytester: pytest.Pytester) -> None:
    result = run(
        pytester,
        """
    def test_it(phone, twilio, live_app):
        twilio.number.sms_url = f"{live_app}/broken"
        phone.sends(twilio.number, "Hello")
    """,
    )

    result.stdout.fnmatch_lines(["*/broken -> 500; HTTP 500; out of order"])


def test_alert_fails_a_test_that_passed_by_its_name(pytester: pytest.Pytester) -> None:
    result = run(
        pytester,
        """
    def test_it(phone, twilio, live_app):
        twilio.number.sms_url = f"{live_app}/broken"
        phone.sends(twilio.number, "Hello")
    """,
    )

    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["Twilio raised alerts:", "  11200: *", "*twilio.allow_alerts()*"])


def test_gap_fails_a_test_by_what_is_missing(pytester: pytest.Pytester) -> None:
    result = run(
        pytester,
        """
    def test_it(phone, twilio, live_app):
        twilio.number.voice_url = f"{live_app}/unknown-verb"
        phone.rings(twilio.number)
    """,
    )

    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["  not emulated: *<Connect>*"])


def test_another_product_fails_a_test_by_its_name(pytester: pytest.Pytester) -> None:
    result = run(
        pytester,
        """
    @pytest.mark.usefixtures("twilio")
    def test_it():
        with pytest.raises(Exception):
            client.verify.v2.services.create(friendly_name="Shop")
    """,
    )

    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["  not emulated: */verify/v2/Services*"])


@pytest.mark.parametrize(
    ("allowed", "outcome"), [("", "passed"), ("11200", "passed"), ("12100", "failed")]
)
def test_allowed_alerts_pass(pytester: pytest.Pytester, allowed: str, outcome: str) -> None:
    result = run(
        pytester,
        f"""
    def test_it(phone, twilio, live_app):
        twilio.allow_alerts({allowed})
        twilio.number.sms_url = f"{{live_app}}/broken"
        phone.sends(twilio.number, "Hello")
        assert [alert.code for alert in twilio.alerts] == [11200]
    """,
    )

    result.assert_outcomes(**{outcome: 1})


def test_a_test_that_failed_already_keeps_its_own_reason(pytester: pytest.Pytester) -> None:
    result = run(
        pytester,
        """
    def test_it(phone, twilio, live_app):
        twilio.number.sms_url = f"{live_app}/broken"
        phone.sends(twilio.number, "Hello")
        assert phone.texts
    """,
    )

    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["E*assert*", "*alert 11200: *"])
    result.stdout.no_fnmatch_line("Twilio raised alerts:")


def test_alerts_of_one_test_do_not_fail_the_next(pytester: pytest.Pytester) -> None:
    result = run(
        pytester,
        """
    def test_first(phone, twilio, live_app):
        twilio.number.sms_url = f"{live_app}/broken"
        phone.sends(twilio.number, "Hello")

    def test_second(twilio):
        assert (twilio.alerts, twilio.webhooks, twilio.number.sms_url) == ([], [], "")
    """,
    )

    result.assert_outcomes(failed=1, passed=1)
