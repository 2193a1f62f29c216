"""`dev.py secrets`: what the vault lacks is asked for, and goes into the vault only."""

import itertools
import sys
from types import SimpleNamespace

import pytest

from commands.errors import CommandError
from commands.secrets.fill import PATIENCE_S, PAUSE_S, fill
from commands.secrets.options import Options, read_options
from commands.secrets.rules import fault
from shared.config.settings import Secret, Settings
from tests.commands.secrets.conftest import SID, TOKEN, FakeVault, asker

NEEDED = (Secret.ACCOUNT_SID, Secret.AUTH_TOKEN)


def options(*arguments: str) -> Options:
    return read_options(arguments)


def never_asked(question: str) -> str:
    pytest.fail(f"asked: {question}")


def test_what_is_missing_is_asked_for_and_written(capsys: pytest.CaptureFixture[str]) -> None:
    vault = FakeVault()

    assert fill(vault, Settings(), options(), asker(SID, TOKEN)) == 0

    assert {name: vault.values[name] for name in NEEDED} == dict(
        zip(NEEDED, (SID, TOKEN), strict=True)
    )
    assert not {SID, TOKEN, vault.values[Secret.LINK_SIGNING_KEY]} & set(
        capsys.readouterr().out.split()
    )


def test_an_api_key_is_asked_for_where_the_app_sends_with_one() -> None:
    vault = FakeVault(*NEEDED)
    settings = Settings(rest_credential="api_key")

    fill(vault, settings, options(), asker("SK" + "0" * 32, "secret-of-the-key"))

    assert vault.values[Secret.API_KEY_SECRET] == "secret-of-the-key"


def test_the_key_of_links_is_drawn_once_and_never_again() -> None:
    vault = FakeVault(*NEEDED)

    fill(vault, Settings(), options(), never_asked)
    first = vault.values[Secret.LINK_SIGNING_KEY]
    fill(vault, Settings(), options(), never_asked)

    assert len(first) == 64
    assert vault.values[Secret.LINK_SIGNING_KEY] == first


def test_a_secret_can_be_replaced() -> None:
    vault = FakeVault(*NEEDED, Secret.LINK_SIGNING_KEY)

    fill(vault, Settings(), options("--replace", "TwilioAuthToken"), asker(TOKEN))

    assert vault.values == {
        Secret.ACCOUNT_SID: "before",
        Secret.AUTH_TOKEN: TOKEN,
        Secret.LINK_SIGNING_KEY: "before",
    }


@pytest.mark.parametrize(
    ("secret", "place"),
    [
        (Secret.AUTH_TOKEN, "home page"),
        (Secret.AUTH_TOKEN_SECONDARY, "section Auth Tokens"),
        (Secret.API_KEY_SECRET_SECONDARY, "only shown once"),
    ],
)
def test_only_the_place_of_what_is_asked_for_is_named(
    secret: Secret, place: str, capsys: pytest.CaptureFixture[str]
) -> None:
    vault = FakeVault(*NEEDED, Secret.LINK_SIGNING_KEY)

    fill(vault, Settings(), options("--replace", secret), asker(TOKEN))

    told, written = capsys.readouterr().out.splitlines()
    assert place in told
    assert written == f"{secret}: stored"


def test_the_key_of_links_is_drawn_anew_when_it_is_to_be_replaced() -> None:
    vault = FakeVault(*NEEDED, Secret.LINK_SIGNING_KEY)

    fill(vault, Settings(), options("--replace", "LinkSigningKey"), never_asked)

    assert len(vault.values[Secret.LINK_SIGNING_KEY]) == 64


def test_a_secret_is_copied_before_anything_is_replaced_and_is_not_shown(
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
def test_what_cannot_be_right_is_not_copied(source: str, target: str, why: str) -> None:
    vault = FakeVault(*NEEDED, Secret.LINK_SIGNING_KEY)

    with pytest.raises(CommandError, match=why):
        fill(vault, Settings(), options("--copy", source, target), never_asked)
    assert vault.values[Secret.AUTH_TOKEN] == "before"


def test_what_cannot_be_right_is_asked_for_again_and_not_written(
    capsys: pytest.CaptureFixture[str],
) -> None:
    vault = FakeVault(Secret.ACCOUNT_SID)

    with pytest.raises(CommandError, match="TwilioAuthToken was not stored"):
        fill(vault, Settings(), options(), asker("wrong-one", "", SID))

    assert Secret.AUTH_TOKEN not in vault.values
    assert "wrong-one" not in capsys.readouterr().out


@pytest.mark.parametrize(("arguments", "status"), [([], 1), (["--from-azd"], 0)])
def test_where_nobody_can_be_asked_a_pipeline_goes_on_and_a_person_hears_of_it(
    arguments: list[str], status: int, capsys: pytest.CaptureFixture[str]
) -> None:
    vault = FakeVault(Secret.ACCOUNT_SID)

    assert fill(vault, Settings(), options(*arguments), None) == status

    assert "is missing TwilioAuthToken." in capsys.readouterr().out


def test_a_role_that_does_not_count_yet_is_waited_for() -> None:
    vault = FakeVault(*NEEDED, refusals=3)
    clock = SimpleNamespace(now=0.0)

    def sleep(seconds: float) -> None:
        clock.now += seconds

    status = fill(
        vault, Settings(), options(), never_asked, monotonic=lambda: clock.now, sleep=sleep
    )

    assert (status, clock.now) == (0, 3 * PAUSE_S)


def test_a_role_that_never_comes_is_named() -> None:
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
