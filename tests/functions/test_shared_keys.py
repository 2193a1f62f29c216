"""Signatures with a webhook shared key: which secret counts, and missing ones."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Protocol

import pytest

import TwimlReply
from shared import clients
from shared.clock import SystemClock
from shared.config.credentials import Credentials
from shared.config.settings import Secret
from shared.errors import VaultError
from shared.webhooks.signatures import Algorithm, sign

if TYPE_CHECKING:
    import azure.functions as func

    from tests.conftest import FakeVault
    from tests.functions.conftest import Form, Run, SignedRequest

pytestmark = pytest.mark.usefixtures("app")

URL = "https://app.example/api/TwimlReply"
SHA1, SHA256 = Algorithm.HMAC_SHA1, Algorithm.HMAC_SHA256
KEY = "key=webhooks_sharedkey_01abcdefghjkmnpqrstvwxyz01"
BOTH = [Secret.WEBHOOK_KEY, Secret.WEBHOOK_KEY_SECONDARY]


class Requests(Protocol):
    """Makes requests signed with any secret."""

    def __call__(
        self, secret: str, algorithm: Algorithm = ..., named: str | None = ...
    ) -> func.HttpRequest: ...


@pytest.fixture
def values(values: dict[str, str]) -> dict[str, str]:
    """Settings with shared keys and an auth token."""
    keys = {"TWILIO_WEBHOOK_KEY": "shared", "TWILIO_WEBHOOK_KEY_SECONDARY": "next"}
    return values | keys | {"TWILIO_AUTH_TOKEN_SECONDARY": "second"}


@pytest.fixture
def signed_with(signed_request: SignedRequest, received_text: Form) -> Requests:
    """`named` is the settings header, None to omit it; the default fits the algorithm."""

    def request(
        secret: str, algorithm: Algorithm = SHA256, named: str | None = ""
    ) -> func.HttpRequest:
        signature = sign(secret, URL, received_text, algorithm).decode()
        value = named or f"{KEY},algorithm={algorithm}"
        headers = {} if named is None else {"X-Twilio-Webhooks-Signature-Settings": value}
        return signed_request(signature=signature, headers=headers)

    return request


def problem(response: func.HttpResponse, status: int = 403) -> dict[str, object]:
    assert response.status_code == status
    return json.loads(response.get_body())


@pytest.mark.parametrize("algorithm", Algorithm)
@pytest.mark.parametrize("secret", ["shared", "next"])
def test_a_signature_of_a_shared_key_passes(
    run: Run, signed_with: Requests, secret: str, algorithm: Algorithm
) -> None:
    assert run(TwimlReply.main, signed_with(secret, algorithm)).status_code == 200


@pytest.mark.parametrize("algorithm", Algorithm)
@pytest.mark.parametrize("secret", ["primary", "second"])
def test_an_auth_token_does_not_replace_a_shared_key(
    run: Run, signed_with: Requests, secret: str, algorithm: Algorithm
) -> None:
    refusal = problem(run(TwimlReply.main, signed_with(secret, algorithm)))

    assert refusal["signature"] == {
        "reason": "The X-Twilio-Signature does not match.",
        "url": URL,
        "fields": ["Body", "From", "FromCity", "MessageSid", "NumMedia", "To"],
        "tokens": BOTH,
        "algorithm": algorithm,
    }


@pytest.mark.parametrize("named", [None, " "])
@pytest.mark.parametrize("algorithm", Algorithm)
def test_without_the_header_a_shared_key_does_not_count(
    run: Run, signed_with: Requests, algorithm: Algorithm, named: str | None
) -> None:
    problem(run(TwimlReply.main, signed_with("shared", algorithm, named)))


def test_without_the_header_the_longer_signature_of_an_auth_token_is_refused(
    run: Run, signed_with: Requests
) -> None:
    refusal = problem(run(TwimlReply.main, signed_with("primary", SHA256, None)))

    assert "expected HMAC_SHA1, got HMAC_SHA256" in str(refusal["detail"])


@pytest.mark.parametrize(("made", "named"), [(SHA1, SHA256), (SHA256, SHA1)])
def test_the_algorithm_is_the_one_that_the_header_names(
    run: Run, signed_with: Requests, made: Algorithm, named: Algorithm
) -> None:
    problem(run(TwimlReply.main, signed_with("shared", made, f"{KEY},algorithm={named}")))


@pytest.mark.parametrize(
    "named",
    [
        "x",
        KEY,
        "algorithm=HMAC_SHA256",
        "key=,algorithm=HMAC_SHA256",
        f"{KEY},algorithm=",
        f"{KEY},algorithm=HMAC_MD5",
        f"{KEY},algorithm=hmac_sha256",
        f"{KEY},algorithm=HMAC_SHA256,algorithm=HMAC_SHA1",
        f"{KEY},{KEY},algorithm=HMAC_SHA256",
        f"{KEY};algorithm=HMAC_SHA256",
        "\udcff,=,",
    ],
)
def test_a_malformed_header_is_refused(run: Run, signed_with: Requests, named: str) -> None:
    refusal = problem(run(TwimlReply.main, signed_with("shared", SHA256, named)))

    assert "X-Twilio-Webhooks-Signature-Settings header is malformed" in str(refusal["detail"])
    assert isinstance(refusal["signature"], dict)
    assert (refusal["signature"]["url"], refusal["signature"]["algorithm"]) == (URL, "unknown")


def test_order_spaces_and_new_members_of_the_header_are_ignored(
    run: Run, signed_with: Requests
) -> None:
    named = f" algorithm=HMAC_SHA256 , {KEY},version=2"

    assert run(TwimlReply.main, signed_with("shared", SHA256, named)).status_code == 200


def test_with_shared_keys_the_auth_token_is_optional(
    run: Run, signed_with: Requests, values: dict[str, str]
) -> None:
    del values["TWILIO_AUTH_TOKEN"], values["TWILIO_AUTH_TOKEN_SECONDARY"]
    clients.reset(clients.Clients(values, SystemClock()))

    assert run(TwimlReply.main, signed_with("shared")).status_code == 200
    refusal = problem(run(TwimlReply.main, signed_with("primary", SHA1, None)))
    assert "TwilioAuthToken is missing" in str(refusal["detail"])


@pytest.fixture
def vault(app: clients.Clients, vault: FakeVault) -> FakeVault:
    """The app's vault; it has an auth token and a shared key."""
    vault.secrets = {Secret.AUTH_TOKEN: "primary", Secret.WEBHOOK_KEY: "shared"}
    app.credentials = Credentials(vault, app.clock)
    return vault


def test_a_valid_signature_reads_only_the_shared_key(
    run: Run, signed_with: Requests, vault: FakeVault
) -> None:
    for _ in range(3):
        assert run(TwimlReply.main, signed_with("shared")).status_code == 200

    assert vault.reads == [Secret.WEBHOOK_KEY]


def test_a_changed_shared_key_is_read_immediately(
    run: Run, signed_with: Requests, vault: FakeVault
) -> None:
    run(TwimlReply.main, signed_with("shared"))
    vault.secrets[Secret.WEBHOOK_KEY] = "changed"

    assert run(TwimlReply.main, signed_with("changed")).status_code == 200


def test_a_missing_shared_key_is_a_refusal_and_the_log_says_what_is_missing(
    run: Run, signed_with: Requests, vault: FakeVault, caplog: pytest.LogCaptureFixture
) -> None:
    del vault.secrets[Secret.WEBHOOK_KEY]

    problem(run(TwimlReply.main, signed_with("shared")))
    last = caplog.records[-1].getMessage()
    assert last.endswith(" status=403 code=None TwilioWebhookKey is missing.")  # without guesses


def test_without_an_auth_token_only_a_vault_can_have_shared_keys(
    run: Run, signed_with: Requests, vault: FakeVault
) -> None:
    del vault.secrets[Secret.AUTH_TOKEN]
    refusal = problem(run(TwimlReply.main, signed_with("primary", SHA1, None)))
    assert "TwilioAuthToken is missing" in str(refusal["detail"])

    assert run(TwimlReply.main, signed_with("shared")).status_code == 200


def test_without_any_secret_the_app_is_not_set_up(
    run: Run, signed_with: Requests, vault: FakeVault
) -> None:
    vault.secrets = {}
    refusal = problem(run(TwimlReply.main, signed_with("primary", SHA1, None)), status=500)

    assert "TwilioAuthToken" in str(refusal["detail"])


@pytest.mark.parametrize("exists", [True, False])
def test_forged_requests_read_each_shared_key_at_most_twice_a_minute(
    run: Run, signed_with: Requests, vault: FakeVault, *, exists: bool
) -> None:
    if not exists:
        del vault.secrets[Secret.WEBHOOK_KEY]
    for _ in range(50):
        run(TwimlReply.main, signed_with("forged"))

    assert vault.reads == ([*BOTH, *BOTH] if exists else BOTH)


def test_a_vault_outage_is_a_503_and_is_remembered_for_a_minute(
    run: Run,
    signed_with: Requests,
    vault: FakeVault,
    app: clients.Clients,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    vault.error = VaultError("Key Vault is down")
    statuses = {run(TwimlReply.main, signed_with("forged")).status_code for _ in range(20)}
    assert statuses == {503}
    assert vault.reads == [Secret.WEBHOOK_KEY]

    vault.error = None
    monkeypatch.setattr(app.clock, "slept_s", 60)
    assert run(TwimlReply.main, signed_with("shared")).status_code == 200
