"""Fill a vault: copy, draw or ask for what it lacks, and write that there and nowhere else."""

import time
from collections.abc import Callable, Sequence
from secrets import token_hex

from commands.errors import CommandError
from commands.secrets.options import COMMAND, Options
from commands.secrets.rules import fault, places
from commands.secrets.vault import RoleMissingError, Vault
from shared.config.settings import Secret, Settings

# A role that was just given counts after some minutes (Azure's docs: up to ten).
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
    """Write what is to be copied, then what the vault lacks and what is to be replaced.

    Return the exit status. `ask` shows a question and returns what is typed; without it, nobody is
    asked. Raise CommandError when the vault cannot be used.
    """
    present = _patient(vault.names, monotonic, sleep)
    for source, target in options.copy:
        _copy(vault, source, target)
    if Secret.LINK_SIGNING_KEY not in present or Secret.LINK_SIGNING_KEY in options.replace:
        vault.write(Secret.LINK_SIGNING_KEY, token_hex(32))
        print(f"{Secret.LINK_SIGNING_KEY}: drawn by chance and written")
    needed = dict.fromkeys((*config.rest_secrets, Secret.AUTH_TOKEN))
    wanted = [s for s in needed if s not in present]
    wanted += [s for s in options.replace if s not in (*wanted, Secret.LINK_SIGNING_KEY)]
    if not wanted:
        print(f"{vault.url} has what the app needs: {', '.join(needed)}")
        return 0
    if ask is None:
        print(
            f"{vault.url} lacks {', '.join(wanted)}. In a terminal: {COMMAND} --vault {vault.url}"
        )
        return 0 if options.from_azd else 1
    _ask_for(wanted, vault, ask)
    return 0


def _ask_for(wanted: Sequence[Secret], vault: Vault, ask: Ask) -> None:
    """Say where the secrets are found, ask for each, and write it."""
    for place in places(wanted):
        print(place)
    for secret in wanted:
        vault.write(secret, _typed(secret, ask))
        print(f"{secret}: written")


def _copy(vault: Vault, source: Secret, target: Secret) -> None:
    """Write one secret's value as another's; raise CommandError where it cannot be that."""
    value = (vault.read(source) or "").strip()
    if not value:
        raise CommandError(f"{vault.url} has no {source}")
    wrong = fault(target, value)
    if wrong:
        raise CommandError(f"{source} was not copied: {target} {wrong}")
    vault.write(target, value)
    print(f"{target}: written, a copy of {source}")


def _typed(secret: Secret, ask: Ask) -> str:
    """What the user types for a secret, once it can be right; raise CommandError else."""
    for _ in range(ATTEMPTS):
        text = ask(f"{secret} (not shown): ").strip()
        wrong = fault(secret, text)
        if not wrong:
            return text
        print(f"{secret} {wrong}")
    raise CommandError(f"{secret} was not written; run {COMMAND} again")


def _patient(
    read: Callable[[], frozenset[str]],
    monotonic: Callable[[], float],
    sleep: Callable[[float], None],
) -> frozenset[str]:
    """The names of the vault's secrets, as soon as the role to see them counts."""
    end = monotonic() + PATIENCE_S
    while True:
        try:
            return read()
        except RoleMissingError as error:
            if monotonic() >= end:
                raise CommandError(str(error)) from error
            print("Waiting for the role Key Vault Secrets Officer to count ...")
            sleep(PAUSE_S)
