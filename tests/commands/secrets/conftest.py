"""A vault and a user to run `dev.py secrets` with."""

from collections.abc import Callable

from commands.secrets.vault import RoleMissingError
from shared.config.settings import Secret

SID, TOKEN = "AC" + "0a" * 16, "1b" * 16


class FakeVault:
    """A vault that keeps what is written; `refusals` calls of `names` come before the role."""

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


def asker(*typed: str) -> Callable[[str], str]:
    """Types these, one after the other."""
    left = iter(typed)
    return lambda question: next(left)
