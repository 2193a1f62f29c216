"""Inject faults in a test."""

from collections.abc import Callable, Mapping
from types import TracebackType
from typing import Any

from deskphone.values import AUTH_TOKEN
from local_stack.faults.tokens import rotated_token

type Fault = Mapping[str, object]
"""One fault as in docs/change/local-stack.md, for example {"service": "twilio", "kind": "lost"}."""


class FaultsOn:
    """The active faults; a `with` statement clears them at its end."""

    def __init__(self, ask: Callable[[str], Any]) -> None:
        """`ask` sends a request with a method to the faults endpoint and returns the response."""
        self._ask = ask

    def __enter__(self) -> "FaultsOn":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._ask("DELETE")

    def happened(self) -> list[int]:
        """Return how often each fault was injected, in the order given."""
        return [fault["happened"] for fault in self._ask("GET")["faults"]]


def auth_token_of(answer: Mapping[str, Any]) -> str:
    """Return the account's auth token while the faults in a response are active."""
    kinds = [(fault["service"], fault["kind"]) for fault in answer["faults"]]
    return rotated_token(answer["seed"]) if ("vault", "rotated") in kinds else AUTH_TOKEN
