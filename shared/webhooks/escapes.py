"""Characters that Twilio signs raw and sends percent-encoded, or the other way around.

Twilio signed the `@` and `:` of a SIP caller raw and sent them encoded (twilio-node pull request
621), and an apostrophe too (issue 1059). It leaves the parameters in your URL as you wrote them,
so one query can have both spellings (bmlt-enabled/yap pull request 1629).
"""

import re
from collections.abc import Iterable, Iterator
from itertools import chain, combinations, islice
from typing import NamedTuple

_ENCODED = {":": "%3A", "@": "%40", "'": "%27"}
_WRITTEN = {
    ":": re.compile("%3A", re.IGNORECASE),
    "@": re.compile("%40"),
    "'": re.compile("%27"),
}
# A call with two SIP parties has 8 places: two characters in each of From, To, Caller and Called.
MAX_COMBINED_PLACES = 40
# A query with more signs than this is only tried with all of them raw, and with all encoded.
MAX_SIGNS = 100


class _Place(NamedTuple):
    """One of the characters in one of the parameters."""

    parameter: int
    sign: str
    is_encoded: bool


type _Places = tuple[_Place, ...]


def respelled(query: str, limit: int) -> list[str]:
    """Return up to `limit` spellings of a query with `:`, `@` or `'`, likely ones first.

    Every combination of up to six places is among the first 64. With more places: the whole query;
    characters alone; the last parameters, which are Twilio's; single parameters and places; pairs
    of parameters; pairs of places and so on.
    """
    raw, encoded = query, query
    for sign, written in _WRITTEN.items():
        raw, encoded = written.sub(sign, raw), encoded.replace(sign, _ENCODED[sign])
    # A raw sign is two characters shorter than an encoded one.
    if len(encoded) - len(raw) > 2 * MAX_SIGNS:
        return [one for one in (raw, encoded) if one != query][:limit]
    parameters = query.split("&")
    places = tuple(_places(parameters))
    if not places:
        return []
    tried = dict.fromkeys(islice(_choices(places), 8 * limit))
    return [_spelled(parameters, choice) for choice in islice(filter(None, tried), limit)]


def _places(parameters: Iterable[str]) -> Iterator[_Place]:
    for index, parameter in enumerate(parameters):
        for sign, written in _WRITTEN.items():
            is_encoded = "%" in parameter and bool(written.search(parameter))
            if is_encoded or sign in parameter:
                yield _Place(index, sign, is_encoded)


def _choices(places: _Places) -> Iterator[_Places]:
    """Yield the places to spell the other way; some choices come twice."""
    for encoded in (True, False):
        yield tuple(place for place in places if place.is_encoded is encoded)
    yield places
    if len(places) > MAX_COMBINED_PLACES:
        return
    for signs in _combinations(_ENCODED):
        for encoded in (True, False):
            yield tuple(p for p in places if p.sign in signs and p.is_encoded is encoded)
    parameters = [*dict.fromkeys(place.parameter for place in places)]
    for first in parameters:
        yield tuple(place for place in places if place.parameter >= first and place.is_encoded)
    for one in parameters:
        yield tuple(place for place in places if place.parameter == one)
    yield from zip(places, strict=True)
    for pair in combinations(parameters, 2):
        yield tuple(place for place in places if place.parameter in pair)
    yield from _combinations(places)


def _combinations[T](items: Iterable[T]) -> Iterator[tuple[T, ...]]:
    """Yield every combination of one or more items, short ones first."""
    several = tuple(items)
    return chain.from_iterable(combinations(several, n + 1) for n in range(len(several)))


def _spelled(parameters: list[str], places: _Places) -> str:
    spelled = [*parameters]
    for index, sign, is_encoded in places:
        given = spelled[index]
        spelled[index] = (
            _WRITTEN[sign].sub(sign, given) if is_encoded else given.replace(sign, _ENCODED[sign])
        )
    return "&".join(spelled)
