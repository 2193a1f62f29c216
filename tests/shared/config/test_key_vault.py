"""Key Vault's SDK against a stand-in with Key Vault's failures."""

import asyncio
import itertools
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer, unused_port

from shared.config.credentials import MAX_WAIT_S
from shared.config.identity import NETWORK_OPTIONS
from shared.config.key_vault import KeyVault
from shared.config.settings import Secret, Settings
from shared.errors import VaultError

numbers = itertools.count()
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
CHALLENGE = {
    "WWW-Authenticate": 'Bearer authorization="https://login.microsoftonline.com/tenant", '
    'resource="https://vault.azure.net"'
}


@pytest.fixture(autouse=True)
def environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    monkeypatch.setenv("IDENTITY_HEADER", "local")


def settings(stack_url: str) -> Settings:
    # The SDK caches a vault's challenge until the process exits.
    return Settings.from_mapping(
        {
            "KEY_VAULT_URL": f"https://vault{next(numbers)}.vault.azure.net",
            "IDENTITY_ENDPOINT": f"{stack_url}/identity/token",
            "LOCAL_STACK_URL": stack_url,
        }
    )


def read(monkeypatch: pytest.MonkeyPatch, answer: Handler, identity_status: int = 200) -> Any:
    async def identity(request: web.Request) -> web.Response:
        if identity_status != 200:
            error, patience = {"error": "no identity"}, {"Retry-After": "3600"}
            return web.json_response(error, status=identity_status, headers=patience)
        token = {"access_token": "token", "expires_on": "4102444800", "token_type": "Bearer"}
        return web.json_response(token)

    async def secret(request: web.Request) -> web.StreamResponse:
        if "Authorization" not in request.headers:
            return web.Response(status=401, headers=CHALLENGE)
        return await answer(request)

    async def main() -> Any:
        app = web.Application()
        app.router.add_get("/identity/token", identity)
        app.router.add_get("/vault/secrets/{tail:.*}", secret)
        async with TestServer(app, host="127.0.0.1") as server:
            stack_url = str(server.make_url("")).rstrip("/")
            monkeypatch.setenv("IDENTITY_ENDPOINT", f"{stack_url}/identity/token")
            return await asyncio.to_thread(KeyVault(settings(stack_url)).read, Secret.AUTH_TOKEN)

    return asyncio.run(main())


def failing(status: int, headers: dict[str, str] | None = None, code: str = "X") -> Handler:
    async def answer(request: web.Request) -> web.Response:
        error = {"error": {"code": code, "message": "Y"}}
        return web.json_response(error, status=status, headers=headers)

    return answer


def test_a_secret_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    async def answer(request: web.Request) -> web.Response:
        return web.json_response({"value": "hidden", "id": "https://kv/secrets/A/1"})

    assert read(monkeypatch, answer) == "hidden"


def test_a_secret_that_does_not_exist_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    assert read(monkeypatch, failing(404, code="SecretNotFound")) is None


def test_an_unreachable_vault_points_to_its_name() -> None:
    with pytest.raises(VaultError, match="KEY_VAULT_URL"):
        KeyVault(settings("http://127.0.0.1:1")).read(Secret.AUTH_TOKEN)


def test_a_missing_role_is_named_in_the_error(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(VaultError, match="Key Vault Secrets User"):
        read(monkeypatch, failing(403))


@pytest.mark.parametrize("status", [400, 401, 404, 429, 500, 503])
def test_any_other_failure_is_a_vault_error(monkeypatch: pytest.MonkeyPatch, status: int) -> None:
    with pytest.raises(VaultError, match="failed to return the secret"):
        read(monkeypatch, failing(status))


@pytest.mark.parametrize("status", [403, 429, 503])
def test_retry_after_of_the_vault_is_ignored(monkeypatch: pytest.MonkeyPatch, status: int) -> None:
    slept: list[float] = []
    monkeypatch.setattr("azure.core.pipeline.transport._base.time.sleep", slept.append)

    with pytest.raises(VaultError):
        read(monkeypatch, failing(status, {"Retry-After": "3600"}))
    assert slept == []


def test_the_local_vault_has_the_same_timeout_as_the_real_one() -> None:
    client: Any = KeyVault(settings("http://127.0.0.1:1"))._connected()  # pyright: ignore[reportPrivateUsage] # what the SDK got
    timeouts = client._client._client._pipeline._transport.connection_config

    assert (timeouts.timeout, timeouts.read_timeout) == (3, 3)


@pytest.mark.parametrize("status", [400, 401, 403, 404, 429, 500, 503])
def test_an_identity_without_a_token_is_a_vault_error_immediately(
    monkeypatch: pytest.MonkeyPatch, status: int
) -> None:
    slept: list[float] = []
    monkeypatch.setattr("azure.core.pipeline.transport._base.time.sleep", slept.append)

    with pytest.raises(VaultError):
        read(monkeypatch, failing(404), identity_status=status)
    assert slept == []


def test_a_vault_that_rejects_its_token_is_not_called_a_third_time(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked: list[str] = []

    async def answer(request: web.Request) -> web.Response:
        asked.append(request.path)
        return web.Response(status=401, headers=CHALLENGE)

    with pytest.raises(VaultError):
        read(monkeypatch, answer)
    assert len(asked) <= 2


def test_a_vault_that_does_not_answer_is_called_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []
    options = {**NETWORK_OPTIONS, "read_timeout": 0.05}
    monkeypatch.setattr("shared.config.key_vault.NETWORK_OPTIONS", options)

    async def answer(request: web.Request) -> web.Response:
        asked.append(request.path)
        await asyncio.Event().wait()
        return web.Response()

    with pytest.raises(VaultError):
        read(monkeypatch, answer)
    assert len(asked) == 2


def test_the_timeouts_for_a_vault_are_shorter_than_those_of_its_callers() -> None:
    attempts = 1 + NETWORK_OPTIONS["retry_total"]

    assert attempts * NETWORK_OPTIONS["read_timeout"] < MAX_WAIT_S


def test_a_vault_that_cannot_be_reached_is_a_vault_error() -> None:
    vault = KeyVault(settings(f"http://127.0.0.1:{unused_port()}"))

    with pytest.raises(VaultError):
        vault.read(Secret.AUTH_TOKEN)
