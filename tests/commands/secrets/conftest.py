"""A fake vault and user for `dev.py secrets`."""

from collections.abc import Callable

from commands.secrets.vault import RoleMissingError
from shared.config.settings import Secret

SID, TOKEN = "AC" + "0a" * 16, "1b" * 16


class FakeVault:
    """A vault that stores secrets; the first `refusals` calls of `names` fail without a role."""

    url = "https://kv.vault.azure.net"

    def __init__(self, *present: Secret, refusals: int = 0) -> None:
        self.values = dict.fromkeys(present, "before")
        self.refusals = refusals

    def names(self) -> frozenset[str]:
        self.refusals -= 1
        if self.refusals >= 0:
            raise RoleMissingError("you need a role")
        return frozenset(self.values)

    def read(self, secret: Secret) -> str | None:
        return self.values.get(secret)

    def write(self, secret: Secret, value: str) -> None:
        self.values[secret] = value


def prompt_with(*typed: str) -> Callable[[str], str]:
    """Return a prompt that types these values in turn."""
    left = iter(typed)
    return lambda question: next(left)
