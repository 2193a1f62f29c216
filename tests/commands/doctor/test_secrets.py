"""The doctor's checks of secrets, in the emulated vault with faults and in plain settings."""

import asyncio
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import pytest
from azure.core.exceptions import HttpResponseError

from commands.doctor.examination import Examination
from commands.doctor.findings import Finding, State
from commands.doctor.items.secrets import check_secrets, explained
from commands.doctor.subject import Request, read_subject
from commands.doctor.web import Web
from local_stack.testing import LocalStack, running
from shared.clock import SystemClock
from shared.config.settings import Settings
from shared.errors import VaultError

ROOT = Path(__file__).parents[3]
Doctor = Callable[..., Mapping[str, Finding]]
Faults = Callable[..., object]


@pytest.fixture(scope="module")
def running_stack() -> Iterator[LocalStack]:
    """A separate stack, because for a minute after a rotation its app has the wrong token."""
    yield from running()


@pytest.mark.parametrize(
    ("kind", "text", "cure"),
    [
        ("403", "this identity can't read secrets", "the Key Vault Secrets User role"),
        ("503", "the managed identity returned no token", "try again"),
    ],
)
def test_a_vault_that_refuses_is_explained(
    stack_doctor: Doctor, faults: Faults, kind: str, text: str, cure: str
) -> None:
    stack_doctor()  # the SDK caches how to sign in, and then calls the identity first
    faults({"service": "vault", "kind": kind})
    found = stack_doctor()

    assert found["secrets"].state is State.WRONG
    assert found["secrets"].text == text
    assert cure in found["secrets"].cure
    assert found["signature"].text == "depends on: secrets"


def test_a_vault_outage_is_distinguished_from_a_refusal() -> None:
    error = VaultError("no secret")
    error.__cause__ = cause = HttpResponseError("down")
    cause.status_code = 503
    text, _ = explained(error, Settings(key_vault_url="https://my.vault.azure.net"))

    assert text == "the vault is down (503)"


def test_a_secret_missing_in_the_vault_is_named(stack_doctor: Doctor, faults: Faults) -> None:
    faults({"service": "vault", "kind": "404"})
    found = stack_doctor()

    assert found["secrets"].text == "missing: TwilioAccountSid, TwilioAuthToken"
    assert "dev.py secrets --vault" in found["secrets"].cure


def test_without_a_managed_identity_the_fix_is_az_login(
    stack: LocalStack, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", "")
    values = {
        "KEY_VAULT_URL": "https://local-stack.vault.azure.net",
        "LOCAL_STACK_URL": stack.emulator_url,
    }
    subject = read_subject(Request(settings_file=""), values, ROOT)
    finding = asyncio.run(check_secrets(Examination(subject, ROOT, SystemClock(), Web())))

    assert finding == (
        State.WRONG,
        "you aren't signed in to Azure",
        "run az login",
    )


def test_swapped_secrets_are_named(doctor: Doctor) -> None:
    found = doctor(TWILIO_ACCOUNT_SID="0" * 32)

    assert "TWILIO_ACCOUNT_SID" in found["settings"].text


def test_an_account_sid_as_the_token_is_named(doctor: Doctor) -> None:
    found = doctor(TWILIO_AUTH_TOKEN=f"AC{'0' * 32}")

    assert found["secrets"].text == "malformed: TwilioAuthToken"


@pytest.mark.parametrize(("key", "why"), [("", "is missing"), ("short", "shorter than 32")])
def test_a_weak_link_key_is_a_warning(doctor: Doctor, key: str, why: str) -> None:
    finding = doctor(LINK_SIGNING_KEY=key)["optional secrets"]

    assert finding.state is State.WARNING
    assert why in finding.text


def test_after_a_rotation_the_new_token_is_tried(stack_doctor: Doctor, faults: Faults) -> None:
    faults({"service": "vault", "kind": "rotated"})
    found = stack_doctor()

    assert found["secrets"].state is State.OK
    assert found["account"].state is State.OK
