"""`dev.py secrets` as a program, with a stand-in and with Key Vault's client."""

import asyncio
import itertools
import os
import sys
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from commands.secrets import __main__ as program
from commands.secrets import fill, vault
from shared.config.settings import Secret
from tests.commands.secrets.conftest import SID, TOKEN, FakeVault, prompt_with

CHALLENGE = {
    "WWW-Authenticate": 'Bearer authorization="https://login.microsoftonline.com/tenant", '
    'resource="https://vault.azure.net"'
}
vault_numbers = itertools.count()


def test_without_a_standard_input_it_does_not_ask(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    vault = FakeVault()

    def opened(*arguments: object, **options: object) -> FakeVault:
        return vault

    monkeypatch.setattr(program, "open_vault", opened)
    monkeypatch.setattr(sys, "stdin", None)

    assert program.main(["--vault", vault.url]) == 1
    assert "python3 dev.py secrets --vault" in capsys.readouterr().out


@pytest.mark.parametrize("key", [EOFError, KeyboardInterrupt])
def test_an_interrupted_question_reports_what_was_stored(
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    key: type[BaseException],
) -> None:
    def ended(question: str) -> str:
        raise key

    vault = FakeVault(Secret.ACCOUNT_SID)

    def opened(*arguments: object, **options: object) -> FakeVault:
        return vault

    monkeypatch.setattr(program, "open_vault", opened)
    monkeypatch.setattr(program, "is_interactive", lambda: True)
    monkeypatch.setattr(program.getpass, "getpass", ended)

    assert program.main(["--vault", vault.url]) == 130
    assert "the vault keeps" in capsys.readouterr().err
    assert set(vault.values) == {Secret.ACCOUNT_SID, Secret.LINK_SIGNING_KEY}


@pytest.mark.parametrize("url", ["", "http://kv.vault.azure.net", "https://[::1", "https://k v"])
def test_a_missing_or_invalid_vault_url_is_a_usage_error(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], url: str
) -> None:
    monkeypatch.setenv("KEY_VAULT_URL", "")

    assert program.main(["--vault", url]) == 2
    assert "the vault's URL is missing or invalid" in capsys.readouterr().err


class Token:
    """A credential that always works."""

    def get_token(self, *scopes: str, **kwargs: Any) -> Any:
        return SimpleNamespace(token="token", expires_on=4102444800)  # noqa: S106 - fake


def signed_in(*, azd_first: bool) -> Token:
    return Token()


def run_against(
    handler: Callable[[web.Request, bytes], web.Response],
    monkeypatch: pytest.MonkeyPatch,
    *arguments: str,
) -> Any:
    """Run the command with the SDK's client and a vault that responds with `handler`."""

    async def guarded(request: web.Request) -> web.Response:
        if "Authorization" not in request.headers:
            return web.Response(status=401, headers=CHALLENGE)
        return handler(request, await request.read())

    async def main() -> int:
        app = web.Application()
        app.router.add_route("*", "/vault/{tail:.*}", guarded)
        async with TestServer(app, host="127.0.0.1") as server:
            url = f"https://writer{next(vault_numbers)}.vault.azure.net"
            monkeypatch.setitem(os.environ, "NO_PROXY", "127.0.0.1")
            monkeypatch.setenv("LOCAL_STACK_URL", str(server.make_url("")).rstrip("/"))
            monkeypatch.setattr(vault, "user_credential", signed_in)
            monkeypatch.setattr(fill, "PATIENCE_S", 0)
            monkeypatch.setattr(sys, "stdin", SimpleNamespace(isatty=lambda: True))
            monkeypatch.setattr(program.getpass, "getpass", prompt_with(SID, TOKEN))
            return await asyncio.to_thread(program.main, ["--vault", url, *arguments])

    return asyncio.run(main())


def test_key_vaults_client_lists_names_and_stores_values(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    bodies: list[Any] = []

    def handler(request: web.Request, body: bytes) -> web.Response:
        if request.method == "GET":
            return web.json_response({"value": []})
        bodies.append((request.path.rpartition("/")[2], body))
        return web.json_response({"id": "https://kv/secrets/A/1", "attributes": {}})

    assert run_against(handler, monkeypatch) == 0
    assert [name for name, _ in bodies] == ["LinkSigningKey", "TwilioAccountSid", "TwilioAuthToken"]
    assert TOKEN.encode() in bodies[2][1]


@pytest.mark.parametrize(("arguments", "status"), [([], 1), (["--from-azd"], 0)])
def test_a_vault_in_a_private_network_fails_fast_and_a_deployment_continues(
    arguments: list[str],
    status: int,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    reason = {"code": "Forbidden", "message": "", "innererror": {"code": "ForbiddenByFirewall"}}

    def handler(request: web.Request, body: bytes) -> web.Response:
        return web.json_response({"error": reason}, status=403)

    assert run_against(handler, monkeypatch, *arguments) == status
    assert "ALLOWED_IP_ADDRESS" in capsys.readouterr().err
