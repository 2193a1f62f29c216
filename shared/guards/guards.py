"""Guards: check an outgoing text or call against the settings, and count it."""

from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Literal, Protocol

from shared.errors import TwilioRefusedError
from shared.guard_errors import OPTED_OUT, NotAllowedError, OptedOutError
from shared.guards.destinations import Destinations
from shared.guards.limits import Demand, Limits
from shared.guards.number_facts import normal_form
from shared.live_settings.reader import InForce, LiveSettingsReader
from shared.twilio_api.outcomes import did_nothing

if TYPE_CHECKING:
    from shared.guards.documents import Reach
    from shared.guards.hosts import TwimlHosts


class Outgoing(Protocol):
    """A text or a call that is about to be sent."""

    @property
    def kind(self) -> Literal["text", "call"]:
        """Text or call."""
        ...

    @property
    def to(self) -> str:
        """The recipient: E.164, or a short number."""
        ...

    @property
    def segments(self) -> int:
        """The number of segments of a text; 0 for a call."""
        ...

    @property
    def reach(self) -> "Reach | None":
        """What the call's document contacts and where it continues; None without a document."""
        ...


class Guards:
    """Let through only what the settings allow."""

    def __init__(
        self,
        live: LiveSettingsReader,
        destinations: Destinations,
        hosts: "Callable[[], TwimlHosts]",
        limits: Limits,
    ) -> None:
        """Take the guards' parts; `hosts` is called only for a document with URLs."""
        self._live = live
        self._destinations = destinations
        self._hosts = hosts
        self._limits = limits

    async def check(self, outgoing: Outgoing) -> None:
        """Check it, including its document, without counting it.

        Raise NotAllowedError if it must not be sent, InvalidRequestError for a document with a
        URL that can't be checked.
        """
        self._demand(outgoing, await self._live.in_force())

    @asynccontextmanager
    async def admitted(self, outgoing: Outgoing) -> AsyncGenerator[None]:
        """Check and count it, then run the body, which sends it; uncount what Twilio didn't do.

        Raise the errors of `check`, LimitReachedError if it is one too many, and OptedOutError if
        Twilio rejects the text for that reason.
        """
        in_force = await self._live.in_force()
        taken = await self._limits.take(self._demand(outgoing, in_force), in_force.guards)
        try:
            yield
        except BaseException as error:
            if did_nothing(error):
                await self._limits.give_back(taken)
                # Not after a 5xx, whatever its body says: the text may have been sent.
                if _is_opt_out(error):
                    raise OptedOutError from error
            raise

    def _demand(self, outgoing: Outgoing, in_force: InForce) -> Demand:
        """Return what it uses of the limits, including its document; raise as `check` does."""
        if in_force.stop:
            raise NotAllowedError(in_force.stop.detail, setting=in_force.stop.name)
        self._destinations.require(outgoing.to, "to")
        own = Demand(outgoing.to, outgoing.segments, int(outgoing.kind == "call"))
        return self._with_reach(own, outgoing.reach) if outgoing.reach else own

    def _with_reach(self, own: Demand, reach: "Reach") -> Demand:
        """Add what a document sends: each leg is a call, each text has its segments."""
        if reach.addresses:
            # Imports all Twimlets, which most calls do not need.
            from shared.guards.url_follower import UrlFollower

            reach = UrlFollower(self._hosts(), self._destinations).follow(reach)
        for number in dict.fromkeys(reach.numbers):
            self._destinations.require(number, reach.field)
        reached = (*reach.dialed, *(text.to or own.recipient for text in reach.texts))
        # All spellings of a number are one recipient.
        normal = {number: normal_form(number) for number in {*reached}}
        return own._replace(
            segments=own.segments + sum(text.segments for text in reach.texts),
            calls=own.calls + len(reach.dialed) + reach.others,
            others=tuple(normal[number] for number in reached),
            field=reach.field,
        )


def _is_opt_out(error: BaseException) -> bool:
    return isinstance(error, TwilioRefusedError) and error.code == OPTED_OUT
