"""Check the document in TwimlEcho's URL."""

import logging
from collections.abc import Awaitable, Callable, Iterable
from typing import TYPE_CHECKING

from shared.errors import InvalidRequestError
from shared.guards.documents import Reach, reach_of

if TYPE_CHECKING:
    from shared.guards.destinations import Destinations

log = logging.getLogger(__name__)


async def refusal_of(
    document: str | None,
    parameter: str,
    destinations: "Callable[[], Awaitable[Destinations]]",
    parties: Iterable[str | None] = (),
) -> str:
    """Return why TwimlEcho must not use the document in a query parameter; "" if it may.

    Reject, with a log line, a document that the app wouldn't send with a call either, one that
    dials or texts a number that isn't allowed, and one that contacts anyone while sending is
    stopped. A text without a number goes to one of the `parties` of the call or text, which must
    not be in BLOCKED_RECIPIENTS. Call `destinations` only if the document contacts someone.
    """
    if document is None or not document.strip():
        return ""
    try:
        reach = reach_of(document, field=parameter)
    except InvalidRequestError as error:
        log.warning("TwimlEcho rejected the document: %s", error.detail)
        return "the document in its URL is not valid"
    if not (reach.numbers or reach.unaddressed or reach.dialed or reach.texts or reach.others):
        return ""
    return _refusal(reach, await destinations(), parameter, parties)


def _refusal(
    reach: Reach, destinations: "Destinations", parameter: str, parties: Iterable[str | None]
) -> str:
    numbers = reach.numbers
    if numbers and len(destinations.reachable(parameter, numbers)) < len(numbers):
        return "the document in its URL contains a phone number that is not allowed"
    if reach.unaddressed and any(destinations.is_blocked(party or "") for party in parties):
        log.warning("TwimlEcho rejected the document: BLOCKED_RECIPIENTS does not allow it")
        return "the document in its URL contains a phone number that is not allowed"
    if (reach.dialed or reach.texts or reach.others) and destinations.stopped_by:
        log.warning(
            "TwimlEcho rejected the document: %s does not allow it", destinations.stopped_by
        )
        return "the document in its URL makes calls or sends texts, which is turned off right now"
    return ""
