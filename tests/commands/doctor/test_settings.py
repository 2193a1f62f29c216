"""The doctor's checks of settings: values, names, and combinations."""

import asyncio
import json
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from commands.doctor.examination import Examination
from commands.doctor.findings import Finding, State
from commands.doctor.items.settings import (
    HOST_NAMES,
    OWN_NAMES,
    check_public_url,
    judge_combinations,
    judge_names,
    meant_by,
)
from commands.doctor.subject import Place, Request, read_subject
from commands.doctor.web import Web
from commands.local_values import local_values
from local_stack.testing import LocalStack
from local_stack.values import host_settings
from shared.clock import SystemClock
from shared.config.settings import Settings

ROOT = Path(__file__).parents[3]
Doctor = Callable[..., Mapping[str, Finding]]
ACCOUNT = {"TWILIO_ACCOUNT_SID": f"AC{'a' * 32}"}
TOKEN = {"TWILIO_AUTH_TOKEN": "0123456789abcdef" * 2}


def combined(place: Place, /, **values: str) -> Finding:
    """Check a combination of settings."""
    return judge_combinations(Settings.from_mapping(values), values, place)


def test_a_malformed_setting_is_named_with_its_rule(doctor: Doctor) -> None:
    found = doctor(DEFAULT_REGION="USA")

    assert found["settings"].state is State.WRONG
    assert "DEFAULT_REGION (" in found["settings"].text
    assert found["app"].text == "depends on: settings"


def test_an_impossible_blocked_number_is_named_by_its_last_digits(doctor: Doctor) -> None:
    found = doctor(BLOCKED_RECIPIENTS="+1202555012,+12025550124")

    assert found["combinations"].state is State.WARNING
    assert "...5012" in found["combinations"].text
    assert "+1202555012" not in found["combinations"].text


def test_an_unknown_country_is_named(doctor: Doctor) -> None:
    found = doctor(ALLOWED_COUNTRIES="US,UK")

    assert found["settings"].state is State.WRONG
    assert "ALLOWED_COUNTRIES (" in found["settings"].text


@pytest.mark.parametrize("name", ["KILL_SWITCH", "DRY_RUN"])
@pytest.mark.parametrize("place", [*Place])
def test_a_switch_that_stops_all_sends_is_reported(name: str, place: Place) -> None:
    found = combined(place, **{name: "true"})

    assert (found.state, found.text) == (State.WARNING, f"{name} is on, so nothing is sent")


def test_every_missing_setting_is_named(doctor: Doctor) -> None:
    found = doctor(TWILIO_AUTH_TOKEN="", TWILIO_FROM_NUMBER="")

    assert found["settings"].text.startswith("Missing settings: TWILIO_AUTH_TOKEN, TWILIO_FROM")


def test_a_settings_file_that_is_not_json_is_wrong(tmp_path: Path) -> None:
    (tmp_path / "mine.json").write_text('{"Values": {"TWILIO_AUTH_TOKEN": "secret",}}')
    subject = read_subject(Request(settings_file=str(tmp_path / "mine.json")), {}, ROOT)

    assert subject.file_problem == "mine.json is not valid JSON"
    assert subject.place is Place.FUNC_START


def test_the_environment_wins_over_the_file_like_in_func_start(tmp_path: Path) -> None:
    file = {"Values": {"TWILIO_ACCOUNT_SID": "file", "DEFAULT_REGION": "DE"}}
    (tmp_path / "local.settings.json").write_text(json.dumps(file))
    subject = read_subject(Request(), {"DEFAULT_REGION": "PL"}, tmp_path)

    assert subject.values["DEFAULT_REGION"] == "PL"
    assert subject.values["TWILIO_ACCOUNT_SID"] == "file"


def test_without_an_account_the_local_stack_is_checked(tmp_path: Path) -> None:
    assert read_subject(Request(), {}, tmp_path).place is Place.LOCAL_STACK


def test_local_addresses_are_func_start_and_others_deployments() -> None:
    places = [
        read_subject(Request(url=url, settings_file=""), {}, ROOT).place
        for url in ("http://localhost:7071", "https://app.example")
    ]

    assert places == [Place.FUNC_START, Place.DEPLOYMENT]


def test_the_local_stack_has_the_emulators_settings() -> None:
    urls = ("http://127.0.0.1:7071", "http://127.0.0.1:7072")

    assert local_values(urls[0], 7072) == host_settings(*urls)


@pytest.mark.parametrize(
    ("slip", "meant"),
    [
        ("TWILIO_FORM_NUMBER", "TWILIO_FROM_NUMBER"),
        ("TWILIO_AUTHTOKEN", "TWILIO_AUTH_TOKEN"),
        ("KEYVAULT_URL", "KEY_VAULT_URL"),
        ("public_url", "PUBLIC_URL"),
        ("AzureWebJobsStorage_accountName", "AzureWebJobsStorage__accountName"),
    ],
)
def test_a_misspelled_setting_is_named_with_a_suggestion(slip: str, meant: str) -> None:
    finding = judge_names([slip, "KEY_VAULT_URL"])

    assert finding == (State.WARNING, f"{slip} is not a setting", f"did you mean {meant}?")


@pytest.mark.parametrize("name", ["MY_OWN_SETTING", "WEBSITE_RUN_FROM_PACKAGE", *HOST_NAMES])
def test_unrelated_settings_are_not_misspellings(name: str) -> None:
    assert meant_by(name) == ""


def test_the_doctor_knows_every_setting_of_the_example() -> None:
    example = json.loads((ROOT / "local.settings.json.example").read_text())["Values"]

    assert {*example} <= {*OWN_NAMES, *HOST_NAMES}


def test_a_deployment_that_points_to_the_emulator_is_wrong() -> None:
    finding = combined(Place.DEPLOYMENT, LOCAL_STACK_URL="http://127.0.0.1:7072")

    assert finding.state is State.WRONG
    assert "LOCAL_STACK_URL" in finding.text


def test_the_secrets_of_the_example_are_wrong_for_a_real_account() -> None:
    example = json.loads((ROOT / "local.settings.json.example").read_text())["Values"]

    assert combined(Place.FUNC_START, **example).text == "the secrets are the example's"


def test_secrets_in_settings_are_ignored_with_a_vault() -> None:
    finding = combined(Place.FUNC_START, KEY_VAULT_URL="https://my.vault.azure.net", **TOKEN)

    assert finding.state is State.WARNING
    assert finding.text == "KEY_VAULT_URL is set, so the app ignores TWILIO_AUTH_TOKEN"


def test_a_connection_string_together_with_an_account_is_reported() -> None:
    storage = {"AzureWebJobsStorage": "a=b", "AzureWebJobsStorage__accountName": "mine"}

    assert "so the identity is not used" in combined(Place.FUNC_START, **storage, **TOKEN).text


def test_a_storage_emulator_with_a_public_address_is_reported() -> None:
    urls = {"LOCAL_STACK_URL": "http://127.0.0.1:7072", "PUBLIC_URL": "https://app.example"}

    assert combined(Place.FUNC_START, **urls).state is State.WARNING


def test_a_number_and_a_messaging_service_can_be_combined() -> None:
    service = {"TWILIO_MESSAGING_SERVICE_SID": f"MG{'0' * 32}"}
    finding = combined(Place.FUNC_START, TWILIO_FROM_NUMBER="+12025550100", **service, **TOKEN)

    assert finding.state is State.OK
    assert finding.text == "texts use the messaging service, calls use the number"


def test_a_real_account_needs_a_public_address() -> None:
    async def judged(**values: str) -> Finding:
        subject = read_subject(Request(settings_file=""), {**TOKEN, **ACCOUNT, **values}, ROOT)
        return await check_public_url(Examination(subject, ROOT, SystemClock(), Web()))

    assert asyncio.run(judged()).state is State.WARNING
    assert "not https" in asyncio.run(judged(PUBLIC_URL="http://app.example")).text
    assert asyncio.run(judged(PUBLIC_URL="https://app.example")).state is State.OK


def test_injected_faults_are_reported(doctor: Doctor, faults: Callable[..., object]) -> None:
    faults({"service": "twilio", "kind": "lost"})

    assert doctor()["local stack"].text == "injected faults: twilio lost"


def test_something_else_at_the_emulators_address_is_detected(
    doctor: Doctor, stack: LocalStack
) -> None:
    assert "is not the emulator" in doctor(LOCAL_STACK_URL=stack.functions_url)["local stack"].text
