"""Auth tokens, API keys and the vault, changed by the unmodified SDKs."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from azure.core.exceptions import HttpResponseError, ResourceNotFoundError
from azure.keyvault.secrets import SecretClient
from twilio.base.exceptions import TwilioRestException
from twilio.http.http_client import TwilioHttpClient
from twilio.rest import Client

from commands.local_values import local_values
from deskphone.values import ACCOUNT_SID, API_KEY_SECRET, API_KEY_SID, AUTH_TOKEN
from local_stack.testing import LocalStack
from local_stack.values import VAULT_URL
from shared.config.identity import credential
from shared.config.local_stack import twilio_url, vault_transport

CALLS = f"https://api.twilio.com/2010-04-01/Accounts/{ACCOUNT_SID}/Calls.json"


class LocalHttpClient(TwilioHttpClient):
    """The SDK's own client, pointed at the local stack like the app is."""

    def __init__(self, emulator_url: str) -> None:
        super().__init__(timeout=10)
        self._emulator_url = emulator_url

    def request(self, method: str, url: str, *args: Any, **kwargs: Any) -> Any:  # pyright: ignore[reportIncompatibleMethodOverride]
        return super().request(method, twilio_url(url, self._emulator_url), *args, **kwargs)


@pytest.fixture
def client(stack: LocalStack) -> Iterator[Client]:
    yield signed_in(stack, ACCOUNT_SID, AUTH_TOKEN)
    stack.reset()


def signed_in(stack: LocalStack, user: str, password: str) -> Client:
    return Client(user, password, ACCOUNT_SID, http_client=LocalHttpClient(stack.emulator_url))


def is_accepted(client: Client) -> bool:
    """Return whether the API accepts a client's credentials; otherwise the error is 20003."""
    answer = client.request("GET", CALLS)
    if answer.status_code != 200:
        assert (answer.status_code, json.loads(answer.text)["code"]) == (401, 20003)
    return answer.status_code == 200


def refused(error: pytest.ExceptionInfo[TwilioRestException]) -> tuple[int, int | None]:
    return error.value.status, error.value.code


def test_a_secondary_token_works_beside_the_primary_one(stack: LocalStack, client: Client) -> None:
    made = client.accounts.v1.secondary_auth_token().create()

    assert made.account_sid == ACCOUNT_SID
    assert made.date_created is not None
    assert is_accepted(client)
    assert is_accepted(signed_in(stack, ACCOUNT_SID, made.secondary_auth_token or ""))


def test_a_promotion_revokes_the_old_token_and_twilio_signs_with_the_new_one(
    stack: LocalStack, client: Client
) -> None:
    secondary = client.accounts.v1.secondary_auth_token().create().secondary_auth_token or ""
    promoted = client.accounts.v1.auth_token_promotion().update()
    account = signed_in(stack, ACCOUNT_SID, secondary).api.accounts(ACCOUNT_SID).fetch()

    assert (promoted.auth_token, account.auth_token) == (secondary, secondary)
    assert not is_accepted(client)


def test_a_deleted_secondary_token_is_refused(stack: LocalStack, client: Client) -> None:
    secondary = client.accounts.v1.secondary_auth_token().create().secondary_auth_token or ""

    assert client.accounts.v1.secondary_auth_token().delete()
    assert not is_accepted(signed_in(stack, ACCOUNT_SID, secondary))
    with pytest.raises(TwilioRestException) as error:
        client.accounts.v1.secondary_auth_token().delete()
    assert refused(error) == (404, 20404)


def test_without_a_secondary_token_there_is_nothing_to_promote(client: Client) -> None:
    with pytest.raises(TwilioRestException) as error:
        client.accounts.v1.auth_token_promotion().update()

    assert refused(error) == (404, 20404)


def test_an_api_key_may_not_change_the_auth_token(stack: LocalStack) -> None:
    with pytest.raises(TwilioRestException) as error:
        signed_in(stack, API_KEY_SID, API_KEY_SECRET).accounts.v1.secondary_auth_token().create()

    assert refused(error) == (401, 20003)


def test_unknown_parameters_of_auth_tokens_get_a_warning(stack: LocalStack) -> None:
    url = f"{stack.emulator_url}/v1/AuthTokens/Secondary?SuppressEmailNotification=true&Color=red"
    answer = stack.http.post(url, auth=(ACCOUNT_SID, AUTH_TOKEN), timeout=5)

    assert answer.status_code == 201
    assert [one["code"] for one in stack.alerts()] == [20001]


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [("GET", "Secondary", 405), ("DELETE", "Promote", 405), ("POST", "Third", 404)],
)
def test_other_verbs_and_paths_of_auth_tokens_are_refused(
    stack: LocalStack, method: str, path: str, status: int
) -> None:
    url = f"{stack.emulator_url}/v1/AuthTokens/{path}"
    answer = stack.http.request(method, url, auth=(ACCOUNT_SID, AUTH_TOKEN), timeout=5)

    assert answer.status_code == status


def test_a_new_key_works_until_it_is_deleted(stack: LocalStack, client: Client) -> None:
    made = client.new_keys.create(friendly_name="mine")
    key = signed_in(stack, made.sid or "", made.secret or "")

    assert is_accepted(key)
    assert client.keys(made.sid or "").delete()
    assert not is_accepted(key)


def test_keys_are_listed_fetched_and_renamed_without_their_secret(
    stack: LocalStack, client: Client
) -> None:
    made = client.new_keys.create(friendly_name="mine")
    renamed = client.keys(made.sid or "").update(friendly_name="ours")
    listed = stack.rest("GET", "Keys.json")

    assert renamed.friendly_name == client.keys(made.sid or "").fetch().friendly_name == "ours"
    assert [key["sid"] for key in listed.json()["keys"]] == [made.sid, API_KEY_SID]
    assert "secret" not in listed.text


def test_a_missing_key_is_20404(client: Client) -> None:
    with pytest.raises(TwilioRestException) as error:
        client.keys("SK" + "f" * 32).fetch()

    assert refused(error) == (404, 20404)


def test_a_reset_restores_token_keys_and_secrets(stack: LocalStack, client: Client) -> None:
    client.keys(API_KEY_SID).delete()
    client.accounts.v1.secondary_auth_token().create()
    client.accounts.v1.auth_token_promotion().update()
    stack.reset()

    assert is_accepted(client)
    assert is_accepted(signed_in(stack, API_KEY_SID, API_KEY_SECRET))


def test_a_promoted_token_survives_other_faults(stack: LocalStack, client: Client) -> None:
    secondary = client.accounts.v1.secondary_auth_token().create().secondary_auth_token or ""
    client.accounts.v1.auth_token_promotion().update()
    with stack.faults({"service": "webhooks", "kind": "twice"}):
        pass

    assert is_accepted(signed_in(stack, ACCOUNT_SID, secondary))


@pytest.fixture
def vault(stack: LocalStack, monkeypatch: pytest.MonkeyPatch) -> Iterator[SecretClient]:
    """Azure's own client, signed in with the emulator's identity."""
    port = int(stack.emulator_url.rpartition(":")[2])
    for name, value in local_values("", port).items():
        monkeypatch.setenv(name, value)
    transport = vault_transport(stack.emulator_url)
    identity = credential(managed_identity=True, client_id="")
    with SecretClient(VAULT_URL, identity, transport=transport, retry_total=0) as client:
        yield client
    stack.reset()


def test_a_written_secret_is_the_newest_version(vault: SecretClient) -> None:
    before = vault.get_secret("LinkSigningKey")
    written = vault.set_secret("linkSIGNINGkey", "new")
    found = vault.get_secret("LinkSigningKey")

    assert (written.value, found.value) == ("new", "new")
    assert written.properties.version == found.properties.version != before.properties.version
    with pytest.raises(ResourceNotFoundError):
        vault.get_secret("LinkSigningKey", before.properties.version)


def test_the_vault_lists_names(vault: SecretClient) -> None:
    vault.set_secret("Another", "something to hide")
    names = [item.name for item in vault.list_properties_of_secrets()]

    assert "Another" in names
    assert "TwilioAuthToken" in names


@pytest.mark.parametrize("body", [b"", b"[]", b"{}", b'{"value": 1}', b'{"value": ""}', b"\xff"])
def test_the_vault_refuses_an_invalid_secret(stack: LocalStack, body: bytes) -> None:
    identity = {"X-IDENTITY-HEADER": "local"}
    url = f"{stack.emulator_url}/identity/token?resource=https://vault.azure.net"
    token = json.loads(stack.http.get(url, headers=identity, timeout=5).text)["access_token"]
    answer = stack.http.put(
        f"{stack.emulator_url}/vault/secrets/Mine",
        data=body,
        headers={"Authorization": f"Bearer {token}"},
        timeout=5,
    )

    assert answer.status_code == 400


def test_writing_to_the_vault_needs_a_token(stack: LocalStack) -> None:
    url = f"{stack.emulator_url}/vault/secrets"
    written = stack.http.put(f"{url}/TwilioAuthToken", json={"value": "mine"}, timeout=5)

    assert (written.status_code, stack.http.get(url, timeout=5).status_code) == (401, 401)


def test_an_invalid_secret_name_is_refused(vault: SecretClient) -> None:
    with pytest.raises(HttpResponseError) as error:
        vault.set_secret("no_such_name", "value")

    assert error.value.status_code == 400
