"""The Applications resource, and the calls that clients make through one."""

from typing import Any

import pytest

from local_stack.testing import LocalStack

ALICE = "client:alice"


def create(stack: LocalStack, **settings: str) -> dict[str, Any]:
    answer = stack.rest("POST", "Applications.json", settings)
    assert answer.status_code == 201
    return answer.json()


def call(stack: LocalStack, **body: Any) -> Any:
    url = f"{stack.emulator_url}/emulator/calls"
    return stack.http.post(url, json={"from": ALICE, **body}, timeout=10)


def test_an_application_is_created_changed_and_deleted(stack: LocalStack) -> None:
    created = create(stack, FriendlyName="Phone", VoiceUrl="https://example.com/voice")
    path = f"Applications/{created['sid']}.json"
    changed = stack.rest("POST", path, {"VoiceUrl": "", "VoiceMethod": "GET"}).json()

    assert (created["voice_url"], created["voice_method"]) == ("https://example.com/voice", "POST")
    assert (changed["voice_url"], changed["voice_method"]) == ("", "GET")
    assert changed["friendly_name"] == "Phone"
    assert stack.rest("DELETE", path).status_code == 204
    assert stack.rest("GET", path).json()["code"] == 20404


def test_applications_are_listed_by_name(stack: LocalStack) -> None:
    create(stack, FriendlyName="One")
    wanted = create(stack, FriendlyName="Two")
    found = stack.rest("GET", "Applications.json?FriendlyName=Two").json()["applications"]

    assert found == [wanted]


@pytest.mark.parametrize(
    ("settings", "code"),
    [
        ({"VoiceUrl": "nonsense"}, 21402),
        ({"VoiceMethod": "PUT"}, 21403),
        ({"FriendlyName": "x" * 65}, 20002),
    ],
)
def test_an_invalid_setting_is_refused(
    stack: LocalStack, settings: dict[str, str], code: int
) -> None:
    assert stack.rest("POST", "Applications.json", settings).json()["code"] == code


def test_a_client_calls_an_application_with_its_parameters(stack: LocalStack) -> None:
    url = stack.twiml_url("<Response><Say>Welcome</Say></Response>")
    application = create(stack, VoiceUrl=url)["sid"]
    answer = call(
        stack,
        application=application,
        parameters={"To": "+12025550124", "Room": "a b&c", "From": "x"},
    )
    stack.advance(3)
    sid = answer.json()["sid"]
    asked = dict(map(tuple, stack.webhooks(sid)[0]["form"]))

    assert (asked["From"], asked["To"], asked["Room"]) == (ALICE, "+12025550124", "a b&c")
    assert (asked["ApplicationSid"], asked["Direction"]) == (application, "inbound")
    assert stack.heard(sid) == ["Welcome"]


def test_a_client_needs_an_application_with_a_url(stack: LocalStack) -> None:
    sid = call(stack, application=create(stack)["sid"]).json()["sid"]
    stack.advance(1)

    assert stack.call(sid)["status"] == "failed"
    assert [alert["kind"] for alert in stack.alerts()] == ["emulator"]


@pytest.mark.parametrize(
    "body",
    [{}, {"application": "AP1"}, {"application": 5}, {"application": None, "parameters": {}}],
)
def test_an_unknown_application_is_a_400(stack: LocalStack, body: dict[str, object]) -> None:
    assert call(stack, **body).status_code == 400


@pytest.mark.parametrize("parameters", [[], "x", {"a": 1}, {str(n): "" for n in range(51)}])
def test_invalid_parameters_are_a_400(stack: LocalStack, parameters: object) -> None:
    application = create(stack, VoiceUrl=stack.twiml_url("<Response/>"))["sid"]

    assert call(stack, application=application, parameters=parameters).status_code == 400


def test_an_application_handles_a_call_of_the_rest_api(stack: LocalStack) -> None:
    url = stack.twiml_url("<Response><Say>Welcome</Say></Response>")
    sid = stack.place_call(ApplicationSid=create(stack, VoiceUrl=url)["sid"])
    stack.advance(1)
    stack.answer(sid)
    stack.advance(3)

    assert stack.heard(sid) == ["Welcome"]


def test_an_unknown_application_sid_is_21218(stack: LocalStack) -> None:
    form = {"To": "+12025550123", "From": "+12025550100", "ApplicationSid": "AP" + "9" * 32}

    assert stack.rest("POST", "Calls.json", form).json()["code"] == 21218
