"""Which documents TwimlEcho may answer with."""

import logging
from collections.abc import Callable
from typing import TYPE_CHECKING

from shared.errors import InvalidRequestError

if TYPE_CHECKING:
    from shared.guards.destinations import Destinations

log = logging.getLogger(__name__)


def refusal_of(
    document: str | None, parameter: str, destinations: "Callable[[], Destinations]"
) -> str:
    """Why a document of the query's `parameter` is not to be used, "" when it may be.

    It is one that the app would not send with a call either, or one that dials or texts a number
    that is not allowed, or anybody while KILL_SWITCH is on; the log says which. `destinations` is
    asked for only where the document reaches somebody. Raise ConfigurationError when a setting
    names a country that does not exist.
    """
    if document is None or not document.strip():
        return ""
    from shared.guards.documents import numbers_in, reaches_somebody

    try:
        numbers = numbers_in(document, field=parameter)
        is_outgoing = reaches_somebody(document, field=parameter)
    except InvalidRequestError as error:
        log.warning("The document cannot be used: %s", error.detail)
        return "the document in its address cannot be used"
    if numbers and len(destinations().reachable(parameter, numbers)) < len(numbers):
        return "the document in its address has a number that is not allowed"
    if is_outgoing and destinations().is_switched_off:
        log.warning("The document cannot be used: the setting KILL_SWITCH does not allow it")
        return "the document in its address reaches somebody, which is not allowed at the moment"
    return ""
