"""Guards: check what is about to be sent against the settings, and count it."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Protocol

from shared.config.guard_settings import GuardSettings
from shared.errors import TwilioRefusedError
from shared.guard_errors import OPTED_OUT, NotAllowedError, OptedOutError
from shared.guards.destinations import Destinations
from shared.guards.hosts import TwimlHosts
from shared.guards.limits import Kind, Limits
from shared.twilio_api.outcomes import did_nothing


class Outgoing(Protocol):
    """A text or a call that is about to be sent."""

    @property
    def kind(self) -> Kind:
        """What it is."""
        ...

    @property
    def to(self) -> str:
        """The recipient: E.164, or a short number."""
        ...

    @property
    def units(self) -> int:
        """What it costs: a text's segments; for a call, 1 and 1 for each of `dialed`."""
        ...

    @property
    def dialed(self) -> tuple[str, ...]:
        """The numbers (E.164) that a call's document dials or texts."""
        ...

    @property
    def documents(self) -> tuple[tuple[str, str], ...]:
        """The URLs of further TwiML, each after the name of the input that has it."""
        ...


class Guards:
    """Lets through what the settings allow."""

    def __init__(
        self,
        config: GuardSettings,
        destinations: Destinations,
        hosts: TwimlHosts,
        limits: Limits,
    ) -> None:
        self._config = config
        self._destinations = destinations
        self._hosts = hosts
        self._limits = limits

    def check(self, outgoing: Outgoing) -> None:
        """Raise NotAllowedError for what may not be sent at all; nothing is counted."""
        if self._config.kill_switch:
            raise NotAllowedError(
                "Sending is switched off for the whole app, by the setting KILL_SWITCH. "
                "Nothing goes out until it is false again.",
                setting="KILL_SWITCH",
            )
        self._destinations.require(outgoing.to, "to")
        for number in outgoing.dialed:
            self._destinations.require(number, "twiml")
        for field, url in outgoing.documents:
            self._hosts.require(url, field)

    @asynccontextmanager
    async def admitted(self, outgoing: Outgoing) -> AsyncGenerator[None]:
        """Check and count it; the body sends it. What Twilio did not do is not counted.

        Raise NotAllowedError (OptedOutError when Twilio refuses the text for that), or
        LimitReachedError when it is one too many.
        """
        self.check(outgoing)
        taken = await self._limits.take(outgoing.to, outgoing.kind, outgoing.units)
        try:
            yield
        except BaseException as error:
            if did_nothing(error):
                await self._limits.give_back(taken)
                # Not after a 5xx, whatever its body says: the text may have been sent.
                if _is_opt_out(error):
                    raise OptedOutError from error
            raise


def _is_opt_out(error: BaseException) -> bool:
    return isinstance(error, TwilioRefusedError) and error.code == OPTED_OUT
