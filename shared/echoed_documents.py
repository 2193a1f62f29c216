"""Which documents TwimlEcho may answer with."""

import logging
from collections.abc import Callable
from typing import TYPE_CHECKING

from shared.errors import InvalidRequestError

if TYPE_CHECKING:
    from shared.destinations import Destinations

log = logging.getLogger(__name__)


def refusal_of(
    document: str | None, parameter: str, destinations: "Callable[[], Destinations]"
) -> str:
    """Why a document of the query's `parameter` is not to be used, "" when it may be.

    It is one that the app would not send with a call either, or one that dials or texts a number
    that is not allowed; the log says which. `destinations` is asked for only where the document
    names a number. Raise ConfigurationError when a setting names a country that does not exist.
    """
    if document is None or not document.strip():
        return ""
    from shared.twiml_documents import numbers_in

    try:
        numbers = numbers_in(document, field=parameter)
    except InvalidRequestError as error:
        log.warning("The document cannot be used: %s", error.detail)
        return "the document in its address cannot be used"
    if numbers and len(destinations().reachable(parameter, numbers)) < len(numbers):
        return "the document in its address has a number that is not allowed"
    return ""
