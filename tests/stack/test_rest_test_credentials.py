"""Test credentials: magic numbers, realistic responses, and no effects."""

import pytest
from requests import Response

from deskphone.values import ACCOUNT_SID, LINE, TEST_ACCOUNT_SID, TEST_AUTH_TOKEN
from local_stack.testing import HANDSET, LocalStack

MAGIC = "+1500555"
TEXT = {"To": HANDSET, "From": MAGIC + "0006", "Body": "Hi"}
CALL = {"To": HANDSET, "From": MAGIC + "0006", "Url": "https://example.com/voice"}
NUMBER = {"PhoneNumber": MAGIC + "0006"}


def with_test_credentials(
    stack: LocalStack,
    path: str,
    form: dict[str, str] | None,
    method: str = "POST",
    account: str = TEST_ACCOUNT_SID,
) -> Response:
    """Make a request with the test credentials."""
    url = f"{stack.emulator_url}/2010-04-01/Accounts/{account}/{path}"
    return stack.http.request(
        method, url, data=form, auth=(TEST_ACCOUNT_SID, TEST_AUTH_TOKEN), timeout=5
    )


@pytest.mark.parametrize(
    ("resource", "form", "change", "code"),
    [
        *(
            ("Messages", TEXT, {"From": MAGIC + number}, code)
            for number, code in (("0001", 21212), ("0007", 21606), ("0008", 21611), ("0009", 21606))
        ),
        ("Messages", TEXT, {"From": LINE}, 21606),
        ("Messages", TEXT, {"From": "Dentist", "To": "+442079460018"}, 21606),
        ("Messages", TEXT, {"From": ""}, 21603),
        *(
            ("Messages", TEXT, {"To": MAGIC + number}, code)
            for number, code in (
                ("0001", 21211),
                ("0002", 21612),
                ("0003", 21408),
                ("0004", 21610),
                ("0009", 21614),
            )
        ),
        ("Messages", TEXT, {"To": "12"}, 21211),
        ("Messages", TEXT, {"Body": ""}, 21619),
        ("Calls", CALL, {"From": MAGIC + "0001"}, 21212),
        ("Calls", CALL, {"From": MAGIC + "0002"}, 21210),
        ("Calls", CALL, {"From": LINE}, 21210),
        *(
            ("Calls", CALL, {"To": MAGIC + number}, code)
            for number, code in (
                ("0001", 21217),
                ("0002", 21214),
                ("0003", 21215),
                ("0004", 21216),
            )
        ),
        ("Calls", CALL, {"Url": ""}, 21205),
        ("IncomingPhoneNumbers", NUMBER, {"PhoneNumber": MAGIC + "0000"}, 21422),
        ("IncomingPhoneNumbers", NUMBER, {"PhoneNumber": MAGIC + "0001"}, 21421),
        ("IncomingPhoneNumbers", {"AreaCode": "533"}, {}, 21452),
    ],
)
def test_a_magic_number_causes_its_error(
    stack: LocalStack, resource: str, form: dict[str, str], change: dict[str, str], code: int
) -> None:
    answer = with_test_credentials(stack, f"{resource}.json", {**form, **change})

    assert (answer.status_code, answer.json()["code"]) == (429 if code == 21611 else 400, code)


@pytest.mark.parametrize(
    ("resource", "form"),
    [
        ("Messages", TEXT),
        ("Calls", CALL),
        ("IncomingPhoneNumbers", NUMBER),
        ("IncomingPhoneNumbers", {"AreaCode": "500"}),
    ],
)
def test_a_created_resource_looks_real_but_does_not_exist(
    stack: LocalStack, resource: str, form: dict[str, str]
) -> None:
    answer = with_test_credentials(stack, f"{resource}.json", form)
    body = answer.json()
    stack.advance(5)

    assert (answer.status_code, body["account_sid"]) == (201, TEST_ACCOUNT_SID)
    assert ACCOUNT_SID not in answer.text
    assert stack.rest("GET", f"{resource}/{body['sid']}.json").status_code == 404
    assert (stack.texts(), stack.look("webhooks"), stack.alerts()) == ([], [], [])


def test_a_created_resource_has_the_members_of_a_real_one(stack: LocalStack) -> None:
    real = stack.rest("POST", "Messages.json", {**TEXT, "From": LINE}).json()

    assert set(with_test_credentials(stack, "Messages.json", TEXT).json()) == set(real)


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "Messages.json"),
        ("GET", "Calls.json"),
        ("POST", "Queues.json"),
        ("GET", "Recordings/RE1"),
        ("POST", "Calls/CA1.json"),
    ],
)
def test_everything_else_is_forbidden(stack: LocalStack, method: str, path: str) -> None:
    answer = with_test_credentials(stack, path, None, method)

    assert (answer.status_code, answer.json()["code"]) == (403, 20008)


def test_the_real_account_is_out_of_reach(stack: LocalStack) -> None:
    answer = with_test_credentials(stack, "Messages.json", TEXT, account=ACCOUNT_SID)

    assert (answer.status_code, answer.json()["code"]) == (403, 20008)


def test_a_messaging_service_is_unknown(stack: LocalStack) -> None:
    form = {"To": HANDSET, "Body": "Hi", "MessagingServiceSid": "MG" + "0" * 32}
    answer = with_test_credentials(stack, "Messages.json", form)

    assert (answer.status_code, answer.json()["code"]) == (404, 21701)


def test_magic_numbers_have_no_effect_on_the_real_account(stack: LocalStack) -> None:
    answer = stack.rest("POST", "Messages.json", {**TEXT, "From": LINE, "To": MAGIC + "0004"})

    assert answer.status_code == 201


def test_a_number_that_is_not_a_sender_is_named(stack: LocalStack) -> None:
    answer = with_test_credentials(stack, "Messages.json", {**TEXT, "From": MAGIC + "0007"})

    start = "The From phone number +15005550007 is not a valid, SMS-capable inbound phone number"
    assert answer.json()["message"].startswith(start)


@pytest.mark.parametrize(
    ("path", "form"),
    [("Messages.json?Color=red", TEXT), ("Messages.json", {**TEXT, "Color": "red"})],
)
def test_unknown_parameters_get_a_warning(
    stack: LocalStack, path: str, form: dict[str, str]
) -> None:
    assert with_test_credentials(stack, path, form).status_code == 201
    assert [one["code"] for one in stack.alerts()] == [20001]
