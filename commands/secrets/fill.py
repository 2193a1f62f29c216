"""Copy, generate, or ask for the secrets that a vault lacks, and store them there."""

import time
from collections.abc import Callable, Sequence
from secrets import token_hex

from commands.errors import CommandError
from commands.secrets.options import COMMAND, Options
from commands.secrets.rules import fault, places
from commands.secrets.vault import RoleMissingError, Vault
from shared.config.settings import Secret, Settings

# A new role assignment can take up to ten minutes to take effect (Azure's docs).
PATIENCE_S, PAUSE_S = 600, 15
ATTEMPTS = 3

Ask = Callable[[str], str]


def fill(
    vault: Vault,
    config: Settings,
    options: Options,
    ask: Ask | None,
    *,
    monotonic: Callable[[], float] = time.monotonic,
    sleep: Callable[[float], None] = time.sleep,
) -> int:
    """Store the secrets to copy, then those that are missing or to be replaced.

    Return the exit status. `ask` shows a question and returns the input; None if there is no
    terminal. Raise CommandError if the vault is unusable.
    """
    present = _patient(vault.names, monotonic, sleep)
    for source, target in options.copy:
        _copy(vault, source, target)
    if Secret.LINK_SIGNING_KEY not in present or Secret.LINK_SIGNING_KEY in options.replace:
        vault.write(Secret.LINK_SIGNING_KEY, token_hex(32))
        print(f"{Secret.LINK_SIGNING_KEY}: generated and stored")
    needed = dict.fromkeys((*config.rest_secrets, Secret.AUTH_TOKEN))
    wanted = [s for s in needed if s not in present]
    wanted += [s for s in options.replace if s not in (*wanted, Secret.LINK_SIGNING_KEY)]
    if not wanted:
        print(f"{vault.url} has every secret that the app needs: {', '.join(needed)}")
        return 0
    if ask is None:
        print(
            f"{vault.url} is missing {', '.join(wanted)}. To add them, run this in a terminal: "
            f"{COMMAND} --vault {vault.url}"
        )
        return 0 if options.from_azd else 1
    _ask_for(wanted, vault, ask)
    return 0


def _ask_for(wanted: Sequence[Secret], vault: Vault, ask: Ask) -> None:
    """Print where to find the secrets, ask for each, and store it."""
    for place in places(wanted):
        print(place)
    for secret in wanted:
        vault.write(secret, _typed(secret, ask))
        print(f"{secret}: stored")


def _copy(vault: Vault, source: Secret, target: Secret) -> None:
    """Copy a secret to another one; raise CommandError if the value isn't valid there."""
    value = (vault.read(source) or "").strip()
    if not value:
        raise CommandError(f"{vault.url} has no {source}")
    wrong = fault(target, value)
    if wrong:
        raise CommandError(f"{source} was not copied: {target} {wrong}")
    vault.write(target, value)
    print(f"{target}: stored, copied from {source}")


def _typed(secret: Secret, ask: Ask) -> str:
    """Return what the user types for a secret; raise CommandError after invalid attempts."""
    for _ in range(ATTEMPTS):
        text = ask(f"{secret} (not shown): ").strip()
        wrong = fault(secret, text)
        if not wrong:
            return text
        print(f"{secret} {wrong}")
    raise CommandError(f"{secret} was not stored. Run {COMMAND} again")


def _patient(
    read: Callable[[], frozenset[str]],
    monotonic: Callable[[], float],
    sleep: Callable[[float], None],
) -> frozenset[str]:
    """Return the names of the vault's secrets; wait until the role to read them takes effect."""
    end = monotonic() + PATIENCE_S
    while True:
        try:
            return read()
        except RoleMissingError as error:
            if monotonic() >= end:
                raise CommandError(str(error)) from error
            print("Waiting for the Key Vault Secrets Officer role to take effect ...")
            sleep(PAUSE_S)
