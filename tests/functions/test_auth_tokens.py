"""Which auth tokens a signature is checked against, and when they are read."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

import TwimlReply
from shared import clients
from shared.clock import SystemClock
from shared.config.credentials import Credentials
from shared.config.settings import Secret
from shared.errors import VaultError

if TYPE_CHECKING:
    from tests.conftest import FakeVault
    from tests.functions.conftest import Run, SignedRequest

pytestmark = pytest.mark.usefixtures("app")


def test_signed_with_the_next_token_during_a_rotation(
    run: Run, signed_request: SignedRequest, values: dict[str, str]
) -> None:
    values |= {"TWILIO_AUTH_TOKEN_SECONDARY": "next"}
    clients.reset(clients.Clients(values, SystemClock()))

    assert run(TwimlReply.main, signed_request(token="next")).status_code == 200  # noqa: S106


@pytest.fixture
def vault(app: clients.Clients, vault: FakeVault) -> FakeVault:
    """The app's vault; it holds the token of the signed requests."""
    vault.secrets = {Secret.AUTH_TOKEN: "primary"}
    app.credentials = Credentials(vault, SystemClock())
    return vault


def test_a_valid_signature_reads_only_the_primary_token(
    run: Run, signed_request: SignedRequest, vault: FakeVault
) -> None:
    for _ in range(3):
        run(TwimlReply.main, signed_request())

    assert vault.reads == [Secret.AUTH_TOKEN]


def test_after_a_promotion_the_new_token_is_read_immediately(
    run: Run, signed_request: SignedRequest, vault: FakeVault
) -> None:
    run(TwimlReply.main, signed_request())
    vault.secrets[Secret.AUTH_TOKEN] = "promoted"

    assert run(TwimlReply.main, signed_request(token="promoted")).status_code == 200  # noqa: S106


def test_forged_requests_make_the_vault_read_once_per_interval(
    run: Run, signed_request: SignedRequest, vault: FakeVault
) -> None:
    for _ in range(50):
        run(TwimlReply.main, signed_request(token="forged"))  # noqa: S106

    both = [Secret.AUTH_TOKEN, Secret.AUTH_TOKEN_SECONDARY]
    assert vault.reads == [*both, *both]


@pytest.mark.parametrize("signature", [None, "forged", "A" * 28, "A" * 27 + "=\n"])
def test_requests_without_a_well_formed_signature_do_not_use_the_vault(
    run: Run, signed_request: SignedRequest, vault: FakeVault, signature: str | None
) -> None:
    assert run(TwimlReply.main, signed_request(signature=signature)).status_code == 403
    assert vault.reads == []


def test_without_a_token_signatures_cannot_be_checked(
    run: Run, signed_request: SignedRequest, vault: FakeVault
) -> None:
    vault.error = VaultError("Key Vault is down")

    assert run(TwimlReply.main, signed_request()).status_code == 503


def test_a_missing_token_is_a_configuration_error(
    run: Run, signed_request: SignedRequest, values: dict[str, str]
) -> None:
    del values["TWILIO_AUTH_TOKEN"]
    clients.reset(clients.Clients(values, SystemClock()))

    response = run(TwimlReply.main, signed_request())

    assert response.status_code == 500
    assert b"Missing settings: TWILIO_AUTH_TOKEN" in response.get_body()
