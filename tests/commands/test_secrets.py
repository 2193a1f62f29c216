"""`dev.py secrets`: what the vault lacks is asked for, and goes into the vault only."""

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

from commands import secrets, vault_writer
from commands.errors import CommandError
from commands.secret_rules import fault
from shared.config.settings import Secret, Settings

SID, TOKEN = "AC" + "0a" * 16, "1b" * 16
NEEDED = (Secret.ACCOUNT_SID, Secret.AUTH_TOKEN)
CHALLENGE = {
    "WWW-Authenticate": 'Bearer authorization="https://login.microsoftonline.com/tenant", '
    'resource="https://vault.azure.net"'
}
vault_numbers = itertools.count()


class FakeVault:
    """A vault that keeps what is written; `refusals` calls of `names` come before the role."""

    url = "https://kv.vault.azure.net"

    def __init__(self, *present: Secret, refusals: int = 0) -> None:
        self.values = dict.fromkeys(present, "before")
        self.refusals = refusals

    def names(self) -> frozenset[str]:
        self.refusals -= 1
        if self.refusals >= 0:
            raise vault_writer.RoleMissingError("you need a role")
        return frozenset(self.values)

    def read(self, secret: Secret) -> str | None:
        return self.values.get(secret)

    def write(self, secret: Secret, value: str) -> None:
        self.values[secret] = value


def options(*arguments: str) -> secrets.Options:
    return secrets.read_options(arguments)


def asker(*typed: str) -> Callable[[str], str]:
    """Types these, one after the other."""
    left = iter(typed)
    return lambda question: next(left)


def nobody(question: str) -> str:
    pytest.fail(f"asked: {question}")


def test_what_is_missing_is_asked_for_and_written(capsys: pytest.CaptureFixture[str]) -> None:
    vault = FakeVault()

    assert secrets.fill(vault, Settings(), options(), asker(SID, TOKEN)) == 0

    assert {name: vault.values[name] for name in NEEDED} == dict(
        zip(NEEDED, (SID, TOKEN), strict=True)
    )
    assert not {SID, TOKEN, vault.values[Secret.LINK_SIGNING_KEY]} & set(
        capsys.readouterr().out.split()
    )


def test_an_api_key_is_asked_for_where_the_app_sends_with_one() -> None:
    vault = FakeVault(*NEEDED)
    settings = Settings(rest_credential="api_key")

    secrets.fill(vault, settings, options(), asker("SK" + "0" * 32, "secret-of-the-key"))

    assert vault.values[Secret.API_KEY_SECRET] == "secret-of-the-key"


def test_the_key_of_links_is_drawn_once_and_never_again() -> None:
    vault = FakeVault(*NEEDED)

    secrets.fill(vault, Settings(), options(), nobody)
    first = vault.values[Secret.LINK_SIGNING_KEY]
    secrets.fill(vault, Settings(), options(), nobody)

    assert len(first) == 64
    assert vault.values[Secret.LINK_SIGNING_KEY] == first


def test_a_secret_can_be_replaced() -> None:
    vault = FakeVault(*NEEDED, Secret.LINK_SIGNING_KEY)

    secrets.fill(vault, Settings(), options("--replace", "TwilioAuthToken"), asker(TOKEN))

    assert vault.values == {
        Secret.ACCOUNT_SID: "before",
        Secret.AUTH_TOKEN: TOKEN,
        Secret.LINK_SIGNING_KEY: "before",
    }


@pytest.mark.parametrize(
    ("secret", "place"),
    [
        (Secret.AUTH_TOKEN, "first page"),
        (Secret.AUTH_TOKEN_SECONDARY, "section Auth Tokens"),
        (Secret.API_KEY_SECRET_SECONDARY, "shown only once"),
    ],
)
def test_only_the_place_of_what_is_asked_for_is_named(
    secret: Secret, place: str, capsys: pytest.CaptureFixture[str]
) -> None:
    vault = FakeVault(*NEEDED, Secret.LINK_SIGNING_KEY)

    secrets.fill(vault, Settings(), options("--replace", secret), asker(TOKEN))

    told, written = capsys.readouterr().out.splitlines()
    assert place in told
    assert written == f"{secret}: written"


def test_the_key_of_links_is_drawn_anew_when_it_is_to_be_replaced() -> None:
    vault = FakeVault(*NEEDED, Secret.LINK_SIGNING_KEY)

    secrets.fill(vault, Settings(), options("--replace", "LinkSigningKey"), nobody)

    assert len(vault.values[Secret.LINK_SIGNING_KEY]) == 64


def test_a_secret_is_copied_before_anything_is_replaced_and_is_not_shown(
    capsys: pytest.CaptureFixture[str],
) -> None:
    vault = FakeVault(*NEEDED)
    vault.values[Secret.LINK_SIGNING_KEY] = "k" * 40
    copy = ("--copy", "LinkSigningKey", "LinkSigningKeySecondary")

    secrets.fill(vault, Settings(), options(*copy, "--replace", "LinkSigningKey"), nobody)

    assert vault.values[Secret.LINK_SIGNING_KEY_SECONDARY] == "k" * 40
    assert vault.values[Secret.LINK_SIGNING_KEY] != "k" * 40
    assert "k" * 40 not in capsys.readouterr().out


@pytest.mark.parametrize(
    ("source", "target", "why"),
    [
        ("TwilioAuthTokenSecondary", "TwilioAuthToken", "has no TwilioAuthTokenSecondary"),
        ("LinkSigningKey", "TwilioAuthToken", "must be 32 hexadecimal digits"),
    ],
)
def test_what_cannot_be_right_is_not_copied(source: str, target: str, why: str) -> None:
    vault = FakeVault(*NEEDED, Secret.LINK_SIGNING_KEY)

    with pytest.raises(CommandError, match=why):
        secrets.fill(vault, Settings(), options("--copy", source, target), nobody)
    assert vault.values[Secret.AUTH_TOKEN] == "before"


def test_what_cannot_be_right_is_asked_for_again_and_not_written(
    capsys: pytest.CaptureFixture[str],
) -> None:
    vault = FakeVault(Secret.ACCOUNT_SID)

    with pytest.raises(CommandError, match="TwilioAuthToken was not written"):
        secrets.fill(vault, Settings(), options(), asker("wrong-one", "", SID))

    assert Secret.AUTH_TOKEN not in vault.values
    assert "wrong-one" not in capsys.readouterr().out


@pytest.mark.parametrize(("arguments", "status"), [([], 1), (["--from-azd"], 0)])
def test_where_nobody_can_be_asked_a_pipeline_goes_on_and_a_person_hears_of_it(
    arguments: list[str], status: int, capsys: pytest.CaptureFixture[str]
) -> None:
    vault = FakeVault(Secret.ACCOUNT_SID)

    assert secrets.fill(vault, Settings(), options(*arguments), None) == status

    assert "lacks TwilioAuthToken." in capsys.readouterr().out


def test_a_role_that_does_not_count_yet_is_waited_for() -> None:
    vault = FakeVault(*NEEDED, refusals=3)
    clock = SimpleNamespace(now=0.0)

    def sleep(seconds: float) -> None:
        clock.now += seconds

    status = secrets.fill(
        vault, Settings(), options(), nobody, monotonic=lambda: clock.now, sleep=sleep
    )

    assert (status, clock.now) == (0, 3 * secrets.PAUSE_S)


def test_a_role_that_never_comes_is_named() -> None:
    vault = FakeVault(refusals=sys.maxsize)
    times = itertools.count(step=secrets.PATIENCE_S)

    with pytest.raises(CommandError, match="role"):
        secrets.fill(
            vault,
            Settings(),
            options(),
            nobody,
            monotonic=lambda: float(next(times)),
            sleep=lambda seconds: None,
        )


def test_without_a_standard_input_nobody_is_asked(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    vault = FakeVault()

    def opened(*arguments: object, **options: object) -> FakeVault:
        return vault

    monkeypatch.setattr(secrets, "open_vault", opened)
    monkeypatch.setattr(sys, "stdin", None)

    assert secrets.main(["--vault", vault.url]) == 1
    assert "In a terminal: python3 dev.py secrets" in capsys.readouterr().out


@pytest.mark.parametrize("key", [EOFError, KeyboardInterrupt])
def test_whoever_ends_a_question_is_told_what_stays(
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    key: type[BaseException],
) -> None:
    def ended(question: str) -> str:
        raise key

    vault = FakeVault(Secret.ACCOUNT_SID)

    def opened(*arguments: object, **options: object) -> FakeVault:
        return vault

    monkeypatch.setattr(secrets, "open_vault", opened)
    monkeypatch.setattr(secrets, "is_somebody_there", lambda: True)
    monkeypatch.setattr(secrets.getpass, "getpass", ended)

    assert secrets.main(["--vault", vault.url]) == 130
    assert "what was written stays in the vault" in capsys.readouterr().err
    assert set(vault.values) == {Secret.ACCOUNT_SID, Secret.LINK_SIGNING_KEY}


@pytest.mark.parametrize("secret", Secret)
def test_every_secret_has_a_rule_that_shows_no_value(secret: Secret) -> None:
    assert fault(secret, "x y") not in ("", "x y")


@pytest.mark.parametrize("url", ["", "http://kv.vault.azure.net", "https://[::1", "https://k v"])
def test_without_the_address_of_a_vault_the_usage_is_wrong(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], url: str
) -> None:
    monkeypatch.setenv("KEY_VAULT_URL", "")

    assert secrets.main(["--vault", url]) == 2
    assert "which vault?" in capsys.readouterr().err


class Token:
    """A sign-in that always works."""

    def get_token(self, *scopes: str, **kwargs: Any) -> Any:
        return SimpleNamespace(token="token", expires_on=4102444800)  # noqa: S106 - made up


def signed_in(*, azd_first: bool) -> Token:
    return Token()


def run_against(
    handler: Callable[[web.Request, bytes], web.Response],
    monkeypatch: pytest.MonkeyPatch,
    *arguments: str,
) -> Any:
    """Run the command with the SDK's client and a vault that answers as `handler` says."""

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
            monkeypatch.setattr(vault_writer, "_credential", signed_in)
            monkeypatch.setattr(secrets, "PATIENCE_S", 0)
            monkeypatch.setattr(sys, "stdin", SimpleNamespace(isatty=lambda: True))
            monkeypatch.setattr(secrets.getpass, "getpass", asker(SID, TOKEN))
            return await asyncio.to_thread(secrets.main, ["--vault", url, *arguments])

    return asyncio.run(main())


def test_key_vaults_own_client_lists_names_and_writes_values(
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
def test_a_vault_behind_a_network_says_so_at_once_and_a_deployment_goes_on(
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
