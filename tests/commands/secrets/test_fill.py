"""`dev.py secrets`: ask for missing secrets and store them only in the vault."""

import itertools
import sys
from types import SimpleNamespace

import pytest

from commands.errors import CommandError
from commands.secrets.fill import PATIENCE_S, PAUSE_S, fill
from commands.secrets.options import Options, read_options
from commands.secrets.rules import fault
from shared.config.settings import Secret, Settings
from tests.commands.secrets.conftest import SID, TOKEN, FakeVault, prompt_with

NEEDED = (Secret.ACCOUNT_SID, Secret.AUTH_TOKEN)


def options(*arguments: str) -> Options:
    return read_options(arguments)


def never_asked(question: str) -> str:
    pytest.fail(f"asked: {question}")


def test_missing_secrets_are_asked_for_and_stored(capsys: pytest.CaptureFixture[str]) -> None:
    vault = FakeVault()

    assert fill(vault, Settings(), options(), prompt_with(SID, TOKEN)) == 0

    assert {name: vault.values[name] for name in NEEDED} == dict(
        zip(NEEDED, (SID, TOKEN), strict=True)
    )
    assert not {SID, TOKEN, vault.values[Secret.LINK_SIGNING_KEY]} & set(
        capsys.readouterr().out.split()
    )


def test_an_api_key_is_asked_for_if_the_app_uses_one() -> None:
    vault = FakeVault(*NEEDED)
    settings = Settings(rest_credential="api_key")

    fill(vault, settings, options(), prompt_with("SK" + "0" * 32, "secret-of-the-key"))

    assert vault.values[Secret.API_KEY_SECRET] == "secret-of-the-key"


def test_the_link_key_is_generated_only_once() -> None:
    vault = FakeVault(*NEEDED)

    fill(vault, Settings(), options(), never_asked)
    first = vault.values[Secret.LINK_SIGNING_KEY]
    fill(vault, Settings(), options(), never_asked)

    assert len(first) == 64
    assert vault.values[Secret.LINK_SIGNING_KEY] == first


def test_a_secret_can_be_replaced() -> None:
    vault = FakeVault(*NEEDED, Secret.LINK_SIGNING_KEY)

    fill(vault, Settings(), options("--replace", "TwilioAuthToken"), prompt_with(TOKEN))

    assert vault.values == {
        Secret.ACCOUNT_SID: "before",
        Secret.AUTH_TOKEN: TOKEN,
        Secret.LINK_SIGNING_KEY: "before",
    }


@pytest.mark.parametrize(
    ("secret", "place"),
    [
        (Secret.AUTH_TOKEN, "home page"),
        (Secret.AUTH_TOKEN_SECONDARY, "Auth Tokens section"),
        (Secret.API_KEY_SECRET_SECONDARY, "only shown once"),
    ],
)
def test_only_the_source_of_the_requested_secret_is_named(
    secret: Secret, place: str, capsys: pytest.CaptureFixture[str]
) -> None:
    vault = FakeVault(*NEEDED, Secret.LINK_SIGNING_KEY)

    fill(vault, Settings(), options("--replace", secret), prompt_with(TOKEN))

    hint, written = capsys.readouterr().out.splitlines()
    assert place in hint
    assert written == f"{secret}: stored"


def test_a_replaced_link_key_is_generated_again() -> None:
    vault = FakeVault(*NEEDED, Secret.LINK_SIGNING_KEY)

    fill(vault, Settings(), options("--replace", "LinkSigningKey"), never_asked)

    assert len(vault.values[Secret.LINK_SIGNING_KEY]) == 64


def test_a_secret_is_copied_before_replacing_and_not_shown(
    capsys: pytest.CaptureFixture[str],
) -> None:
    vault = FakeVault(*NEEDED)
    vault.values[Secret.LINK_SIGNING_KEY] = "k" * 40
    copy = ("--copy", "LinkSigningKey", "LinkSigningKeySecondary")

    fill(vault, Settings(), options(*copy, "--replace", "LinkSigningKey"), never_asked)

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
def test_an_invalid_value_is_not_copied(source: str, target: str, why: str) -> None:
    vault = FakeVault(*NEEDED, Secret.LINK_SIGNING_KEY)

    with pytest.raises(CommandError, match=why):
        fill(vault, Settings(), options("--copy", source, target), never_asked)
    assert vault.values[Secret.AUTH_TOKEN] == "before"


def test_an_invalid_value_is_asked_for_again_and_not_stored(
    capsys: pytest.CaptureFixture[str],
) -> None:
    vault = FakeVault(Secret.ACCOUNT_SID)

    with pytest.raises(CommandError, match="TwilioAuthToken was not stored"):
        fill(vault, Settings(), options(), prompt_with("wrong-one", "", SID))

    assert Secret.AUTH_TOKEN not in vault.values
    assert "wrong-one" not in capsys.readouterr().out


@pytest.mark.parametrize(("arguments", "status"), [([], 1), (["--from-azd"], 0)])
def test_without_a_terminal_a_pipeline_continues_with_a_message(
    arguments: list[str], status: int, capsys: pytest.CaptureFixture[str]
) -> None:
    vault = FakeVault(Secret.ACCOUNT_SID)

    assert fill(vault, Settings(), options(*arguments), None) == status

    assert "is missing TwilioAuthToken." in capsys.readouterr().out


def test_it_waits_for_a_new_role_to_take_effect() -> None:
    vault = FakeVault(*NEEDED, refusals=3)
    clock = SimpleNamespace(now=0.0)

    def sleep(seconds: float) -> None:
        clock.now += seconds

    status = fill(
        vault, Settings(), options(), never_asked, monotonic=lambda: clock.now, sleep=sleep
    )

    assert (status, clock.now) == (0, 3 * PAUSE_S)


def test_a_missing_role_is_named() -> None:
    vault = FakeVault(refusals=sys.maxsize)
    times = itertools.count(step=PATIENCE_S)

    with pytest.raises(CommandError, match="role"):
        fill(
            vault,
            Settings(),
            options(),
            never_asked,
            monotonic=lambda: float(next(times)),
            sleep=lambda seconds: None,
        )


@pytest.mark.parametrize("secret", Secret)
def test_every_secret_has_a_rule_that_shows_no_value(secret: Secret) -> None:
    assert fault(secret, "x y") not in ("", "x y")
