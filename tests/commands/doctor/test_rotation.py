"""The doctor during a secret's rotation."""

import asyncio
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import cast

import pytest

from commands.doctor.examination import Examination
from commands.doctor.findings import Finding, State
from commands.doctor.items.account import judge_secondary
from commands.doctor.items.app import check_signature
from commands.doctor.subject import Request, read_subject
from commands.doctor.web import Answer, Web
from deskphone.values import API_KEY_SECRET, API_KEY_SID
from shared.clock import SystemClock
from shared.config.settings import Secret
from shared.webhooks.signatures import HEADER, sign

ROOT = Path(__file__).parents[3]
RUNBOOK = (ROOT / "docs" / "operate" / "running.md").read_text()

Doctor = Callable[..., Mapping[str, Finding]]

TOKEN, OTHER = "0" * 32, "0123456789abcdef" * 2


def test_without_secondary_secrets_no_rotation_is_in_progress(doctor: Doctor) -> None:
    assert doctor()["rotation"] == (State.OK, "no rotation in progress", "")


def test_equal_primary_and_secondary_tokens_end_a_rotation(doctor: Doctor) -> None:
    assert doctor(TWILIO_AUTH_TOKEN_SECONDARY=TOKEN)["rotation"].state is State.OK


@pytest.mark.parametrize(
    ("settings", "text"),
    [
        ({"TWILIO_AUTH_TOKEN_SECONDARY": OTHER}, "the primary: TwilioAuthTokenSecondary"),
        ({"TWILIO_API_KEY_SID_SECONDARY": "SK" + OTHER}, "is missing, so neither is used"),
        ({"LINK_SIGNING_KEY_SECONDARY": "short"}, "fewer than 32 characters"),
    ],
)
def test_a_rotation_in_progress_and_an_invalid_one_are_named(
    doctor: Doctor, settings: dict[str, str], text: str
) -> None:
    finding = doctor(**settings)["rotation"]

    assert finding.state is State.WARNING
    assert text in finding.text
    assert not set(settings.values()) & set(finding.text.split())


def test_a_secondary_token_that_the_app_refuses_is_found_before_promotion(
    doctor: Doctor,
) -> None:
    assert doctor(TWILIO_AUTH_TOKEN_SECONDARY=OTHER)["signature"].state is State.WRONG


class App:
    """An app that accepts requests signed with these tokens."""

    def __init__(self, *tokens: str) -> None:
        self._tokens = tokens

    async def ask(
        self, url: str, *, form: dict[str, str], headers: dict[str, str] | None = None
    ) -> Answer:
        signed = {sign(token, url, form.items()).decode() for token in self._tokens}
        is_signed = (headers or {}).get(HEADER) in signed
        return Answer(200 if is_signed else 403, "", {})


@pytest.mark.parametrize(("tokens", "state"), [((TOKEN, OTHER), State.OK), ((TOKEN,), State.WRONG)])
def test_an_app_must_accept_both_tokens_during_a_rotation(
    tokens: tuple[str, ...], state: State
) -> None:
    subject = read_subject(Request(url="https://app.example", settings_file=""), {}, ROOT)
    examination = Examination(subject, ROOT, SystemClock(), cast("Web", App(*tokens)))
    examination.secrets[Secret.AUTH_TOKEN] = TOKEN
    examination.next_values[Secret.AUTH_TOKEN] = OTHER
    finding = asyncio.run(check_signature(examination))

    assert finding.state is state
    assert ("the secondary token works too" in finding.text) == (state is State.OK)


def test_after_a_promotion_the_account_is_checked_with_the_secondary_token(doctor: Doctor) -> None:
    found = doctor(TWILIO_AUTH_TOKEN=OTHER, TWILIO_AUTH_TOKEN_SECONDARY=TOKEN)

    account = found["account"]
    assert account.state is State.WARNING
    assert account.text.endswith("the app now uses TwilioAuthTokenSecondary")
    assert "copy TWILIO_AUTH_TOKEN_SECONDARY to TWILIO_AUTH_TOKEN (" in account.cure
    skipped = {item for item, finding in found.items() if finding.state is State.SKIPPED}
    assert not skipped & {"trial", "number", "calls", "texts"}


def test_a_new_api_key_is_checked_as_the_secondary_one(doctor: Doctor) -> None:
    found = doctor(
        TWILIO_REST_CREDENTIAL="api_key",
        TWILIO_API_KEY_SID=API_KEY_SID,
        TWILIO_API_KEY_SECRET=OTHER,
        TWILIO_API_KEY_SID_SECONDARY=API_KEY_SID,
        TWILIO_API_KEY_SECRET_SECONDARY=API_KEY_SECRET,
    )

    assert found["api key"].state is State.WARNING
    assert "TwilioApiKeySidSecondary and TwilioApiKeySecretSecondary" in found["api key"].text


def test_when_both_tokens_are_refused_the_account_is_wrong(doctor: Doctor) -> None:
    found = doctor(TWILIO_AUTH_TOKEN=OTHER, TWILIO_AUTH_TOKEN_SECONDARY=OTHER[::-1])

    assert found["account"].state is State.WRONG


@pytest.mark.parametrize(
    ("asked", "where"),
    [
        (
            Request(url="https://app.example", settings_file=""),
            "--vault https://kv.vault.azure.net",
        ),
        (Request(local=True, settings_file=""), "--local"),
    ],
)
def test_the_next_step_is_a_command_for_the_vault(asked: Request, where: str) -> None:
    subject = read_subject(asked, {"KEY_VAULT_URL": "https://kv.vault.azure.net"}, ROOT)
    examination = Examination(subject, ROOT, SystemClock(), Web())
    copy = "--copy TwilioAuthTokenSecondary TwilioAuthToken"

    cure = judge_secondary(examination, Secret.AUTH_TOKEN).cure

    assert f"python3 dev.py secrets {where} {copy} " in cure
    assert copy in RUNBOOK
