"""Twilio SDK operations whose outcomes a test sets."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

if TYPE_CHECKING:
    from twilio.rest import Client


class Attempts:
    """An operation with preset outcomes; records the credentials of each run."""

    def __init__(self, *outcomes: object) -> None:
        self.outcomes = list(outcomes)
        self.tokens: list[str] = []

    def connect(self, secrets: tuple[str, ...]) -> Client:
        return cast("Client", secrets[1])

    async def __call__(self, client: Client) -> object:
        self.tokens.append(cast("str", client))
        outcome = self.outcomes.pop(0)
        if isinstance(outcome, Exception):
            raise outcome
        return outcome
