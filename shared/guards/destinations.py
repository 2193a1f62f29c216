"""Which numbers the app may text and call."""

import functools
import logging
from collections.abc import Collection, Sequence
from typing import NamedTuple

from shared.answers.notes import note
from shared.config.kinds import EVERY_COUNTRY
from shared.config.settings import Settings
from shared.errors import InvalidRequestError
from shared.guard_errors import NotAllowedError
from shared.guards.number_facts import (
    INTERNATIONAL,
    NumberFacts,
    belongs_to,
    normal_form,
)
from shared.phone_numbers import E164, one_spelling, parse_number

# An error names this many countries at most.
MAX_NAMED = 5

log = logging.getLogger(__name__)


class Refusal(NamedTuple):
    """Why a number can't be contacted, as the end of a sentence, and the setting that allows it.

    The reason contains no part of the number except its country code.
    """

    reason: str
    setting: str


class Destinations:
    """The numbers that the settings allow."""

    def __init__(self, config: Settings, stopped_by: str = "") -> None:
        """`stopped_by` names what stops all sending, "" if nothing does."""
        self._config = config
        self.stopped_by = stopped_by
        entries = config.guards.allowed_countries
        self._prefixes = tuple(entry for entry in entries if entry.startswith("+"))
        self._regions = frozenset(entry for entry in entries if entry.isalpha())
        self._has_every_country = EVERY_COUNTRY in entries

    @property
    def is_switched_off(self) -> bool:
        """Return whether something stops all sending."""
        return bool(self.stopped_by)

    @property
    def own_number(self) -> str:
        """Return TWILIO_FROM_NUMBER if it is a phone number that calls can come from, or ""."""
        number = self._config.from_number
        return number if E164.fullmatch(number) else ""

    @property
    def call_limit_s(self) -> int | None:
        """Return how long a document's call may last, in seconds, or None for Twilio's limit."""
        return self._config.guards.call_limit_s

    def require(self, number: str, field: str) -> None:
        """Raise NotAllowedError with `field` if a number (E.164) must not be contacted."""
        refusal = self.refusal(number)
        if refusal is not None:
            is_inside = field in ("twiml", "url")
            subject = f"A number that `{field}` contacts" if is_inside else f"`{field}`"
            raise NotAllowedError(
                f"{subject} {refusal.reason}", setting=refusal.setting, field=field
            )

    def refusal(self, number: str) -> Refusal | None:
        """Return why a number (E.164, or a short one) must not be contacted; None if it may be.

        Check the lists of numbers first: without BLOCKED_RECIPIENTS, which wins, that doesn't
        load the library.
        """
        if self.is_blocked(number):
            return Refusal(_BLOCKED, "BLOCKED_RECIPIENTS")
        if number in self._config.guards.allowed_numbers:
            return None
        facts = NumberFacts.of(number) if E164.fullmatch(number) else None
        if facts is None or facts.is_short:
            return Refusal(_SHORT, "ALLOWED_NUMBERS")
        if facts.rate:
            return Refusal(_EXPENSIVE.format(rate=facts.rate), "ALLOWED_NUMBERS")
        if number.startswith(self._prefixes):
            return None
        if facts.region == INTERNATIONAL:
            return self._elsewhere(_INTERNATIONAL, facts)
        if self._has_every_country:
            return None
        return self._refusal_of_country(number, facts)

    def is_blocked(self, number: str) -> bool:
        """Return whether BLOCKED_RECIPIENTS has a number, in any spelling."""
        blocked = self._config.guards.blocked_recipients
        return bool(blocked) and normal_form(number) in _normal_forms(blocked)

    def reachable(self, parameter: str, written: Sequence[str]) -> list[str]:
        """Return the numbers of a query parameter that may be dialed or texted, in E.164.

        Parse numbers in any form, national ones in DEFAULT_REGION. Log once per setting that it
        excluded numbers, but never the numbers. Return none while all sending is stopped.
        """
        judged = [self._judged(number) for number in written]
        for reason in dict.fromkeys(reason for reason, _ in judged if reason):
            note(log, "A number in the query parameter %s %s", parameter, reason)
        return [number for reason, number in judged if not reason]

    def in_e164(self, written: str, field: str) -> str:
        """Return a number from a query in E.164, without checking one that already is.

        Parse a national number in DEFAULT_REGION. Raise InvalidRequestError with `field`.
        """
        if E164.fullmatch(written):
            return one_spelling(written)
        return parse_number(written, region=self._config.default_region, field=field)

    def _judged(self, written: str) -> tuple[str, str]:
        """Return why a number is skipped, as the end of a sentence, or the number in E.164."""
        if self.stopped_by:
            return _LEFT_OUT.format(self.stopped_by), ""
        try:
            number = self.in_e164(written, "number")
        except InvalidRequestError:
            return _UNREADABLE, ""
        refusal = self.refusal(number)
        if refusal:
            return _LEFT_OUT.format(refusal.setting), ""
        return "", number if number in self._config.guards.allowed_numbers else normal_form(number)

    def _refusal_of_country(self, number: str, facts: NumberFacts) -> Refusal | None:
        regions = self._allowed_regions()
        if facts.region in regions or any(belongs_to(number, region) for region in regions):
            return None
        return self._elsewhere(_ELSEWHERE if facts.region else _NOWHERE, facts)

    def _elsewhere(self, reason: str, facts: NumberFacts) -> Refusal:
        from shared.config.country_names import country_name  # only for a refusal

        entries = self._config.guards.allowed_countries or self._allowed_regions()
        filled = reason.format(
            country=country_name(facts.region),
            region=facts.region,
            code=facts.country_code,
            allowed=",".join(sorted(entries)),
            reached=_reached(entries),
        )
        return Refusal(filled, "ALLOWED_COUNTRIES")

    def _allowed_regions(self) -> frozenset[str]:
        if self._config.guards.allowed_countries:
            return self._regions
        return frozenset((_home(self._config.from_number, self._config.default_region),))


_UNREADABLE = "is skipped: it is not a valid phone number"
_LEFT_OUT = "is skipped: {} does not allow it"
_BLOCKED = (
    "is in BLOCKED_RECIPIENTS, so this app doesn't text or call it. To contact it again, "
    "remove it from that setting."
)
_SHORT = (
    "is short or incomplete, so it may be an emergency or paid service. To allow it, add it to "
    "ALLOWED_NUMBERS."
)
_EXPENSIVE = (
    "costs more to reach than an ordinary number ({rate}). To allow it, add it to ALLOWED_NUMBERS."
)
_INTERNATIONAL = (
    "belongs to an international network, such as a satellite network, and is expensive to reach. "
    "To allow it, set ALLOWED_COUNTRIES to {allowed},+{code} or add the number to ALLOWED_NUMBERS."
)
_ELSEWHERE = (
    "is in {country}; this app only contacts numbers in {reached}. To allow it, set "
    "ALLOWED_COUNTRIES to {allowed},{region} or add the number to ALLOWED_NUMBERS."
)
_NOWHERE = (
    "starts with +{code}, but its country is unknown; this app only contacts numbers in {reached}. "
    "To allow it, add its first digits, with the +, to ALLOWED_COUNTRIES, or add the whole number "
    "to ALLOWED_NUMBERS."
)


def _reached(entries: Collection[str]) -> str:
    """Name the allowed countries and prefixes, or the setting if there are many."""
    from shared.config.country_names import country_name

    if len(entries) > MAX_NAMED:
        return "the countries in ALLOWED_COUNTRIES"
    names = [country_name(entry) for entry in sorted(entries)]
    return f"{', '.join(names[:-1])} and {names[-1]}" if len(names) > 1 else names[0]


@functools.lru_cache(maxsize=4)  # a list may be long, and stays the same
def _normal_forms(numbers: frozenset[str]) -> frozenset[str]:
    return frozenset(map(normal_form, numbers))


@functools.lru_cache(maxsize=4)  # it is the same for every number that is checked
def _home(own: str, region: str) -> str:
    """Return the country of the app's own number if it is in E.164, otherwise `region`.

    A toll-free +1 number belongs to every country with +1, so `region` decides which.
    """
    if not E164.fullmatch(own) or belongs_to(own, region):
        return region
    facts = NumberFacts.of(own)
    return facts.region if facts and facts.region not in ("", INTERNATIONAL) else region
