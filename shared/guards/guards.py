"""Guards: check what is about to be sent against the settings, and count it."""

from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Literal, Protocol

from shared.config.guard_settings import GuardSettings
from shared.errors import TwilioRefusedError
from shared.guard_errors import OPTED_OUT, NotAllowedError, OptedOutError
from shared.guards.destinations import Destinations
from shared.guards.limits import Demand, Limits
from shared.guards.number_facts import normal_form
from shared.twilio_api.outcomes import did_nothing

if TYPE_CHECKING:
    from shared.guards.documents import Reach
    from shared.guards.hosts import TwimlHosts


class Outgoing(Protocol):
    """A text or a call that is about to be sent."""

    @property
    def kind(self) -> Literal["text", "call"]:
        """What it is."""
        ...

    @property
    def to(self) -> str:
        """The recipient: E.164, or a short number."""
        ...

    @property
    def segments(self) -> int:
        """How many segments a text has; 0 for a call."""
        ...

    @property
    def reach(self) -> "Reach | None":
        """Whom the document of a call reaches, and where it goes on; None without a document."""
        ...


class Guards:
    """Lets through what the settings allow."""

    def __init__(
        self,
        config: GuardSettings,
        destinations: Destinations,
        hosts: "Callable[[], TwimlHosts]",
        limits: Limits,
    ) -> None:
        """`hosts` is called only for a document that leads on."""
        self._config = config
        self._destinations = destinations
        self._hosts = hosts
        self._limits = limits

    def check(self, outgoing: Outgoing) -> Demand:
        """Return what it takes of the limits, with all that it sets off; nothing is counted.

        Raise NotAllowedError for what may not be sent at all, InvalidRequestError for a document
        that leads where nothing can be checked.
        """
        if self._config.kill_switch:
            raise NotAllowedError(
                "The setting KILL_SWITCH turns off all calls and texts. To send again, set it to "
                "false.",
                setting="KILL_SWITCH",
            )
        self._destinations.require(outgoing.to, "to")
        own = Demand(outgoing.to, outgoing.segments, int(outgoing.kind == "call"))
        return self._with_reach(own, outgoing.reach) if outgoing.reach else own

    @asynccontextmanager
    async def admitted(self, outgoing: Outgoing) -> AsyncGenerator[None]:
        """Check and count it; the body sends it. What Twilio did not do is not counted.

        Raise what `check` raises (OptedOutError when Twilio refuses the text for that), or
        LimitReachedError when it is one too many.
        """
        taken = await self._limits.take(self.check(outgoing))
        try:
            yield
        except BaseException as error:
            if did_nothing(error):
                await self._limits.give_back(taken)
                # Not after a 5xx, whatever its body says: the text may have been sent.
                if _is_opt_out(error):
                    raise OptedOutError from error
            raise

    def _with_reach(self, own: Demand, reach: "Reach") -> Demand:
        """Add what a document sets off: each leg is a call, each text has its segments."""
        if reach.addresses:
            from shared.guards.leads import Leads  # with all Twimlets, which most calls do without

            reach = Leads(self._hosts(), self._destinations).followed(reach)
        for number in dict.fromkeys(reach.numbers):
            self._destinations.require(number, reach.field)
        reached = (*reach.dialed, *(text.to or own.recipient for text in reach.texts))
        # In every spelling it is one recipient.
        normal = {number: normal_form(number) for number in {*reached}}
        return own._replace(
            segments=own.segments + sum(text.segments for text in reach.texts),
            calls=own.calls + len(reach.dialed) + reach.others,
            others=tuple(normal[number] for number in reached),
            field=reach.field,
        )


def _is_opt_out(error: BaseException) -> bool:
    return isinstance(error, TwilioRefusedError) and error.code == OPTED_OUT
