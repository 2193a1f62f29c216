"""Answer calls from browsers, which choose whom to call: check and count each phone number."""

import logging
from typing import TYPE_CHECKING

from shared.answers.client_outgoing import (
    ClientOutgoing,
    Wish,
    client_outgoing,
    dial_number,
    number_to_dial,
)
from shared.answers.dialing import not_now, unreachable
from shared.answers.facts import Facts
from shared.answers.notes import note
from shared.answers.parameters import Pairs
from shared.config.settings import Settings
from shared.errors import LedgerError
from shared.guard_errors import LimitReachedError, NotAllowedError
from shared.guards.destinations import Destinations
from shared.guards.limits import Demand, Limits
from shared.live_settings.reader import LiveSettingsReader

if TYPE_CHECKING:
    from twilio.twiml.voice_response import VoiceResponse

log = logging.getLogger(__name__)


class OutgoingCalls:
    """Answers to calls from browsers."""

    def __init__(self, live: LiveSettingsReader, limits: Limits, config: Settings) -> None:
        self._live = live
        self._limits = limits
        self._config = config

    async def answer(self, query: Pairs, facts: Facts) -> "VoiceResponse":
        """Return the document for a call; `query` is that of the TwiML app's URL.

        A phone number counts like one that PlaceCall calls, because the browser chose it.
        """
        in_force = await self._live.in_force()
        outbound = Destinations(self._config, in_force.stop.name if in_force.stop else "")
        wish = Wish.of(facts)
        if not wish.is_phone:
            return client_outgoing(ClientOutgoing.from_query(query), wish, facts, outbound)
        number = number_to_dial(wish, outbound)
        if not number:
            return unreachable(outbound)
        if outbound.own_number:
            try:
                await self._limits.take(Demand(number, calls=1), in_force.guards)
            except (LedgerError, LimitReachedError, NotAllowedError) as error:
                note(log, "A call from a browser is not connected: %s", error.log_text)
                return not_now()
        return dial_number(number, outbound)
