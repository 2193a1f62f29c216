"""TwimlEcho: answer with the TwiML that the query holds, like twimlets.com/echo."""

import logging
from collections.abc import Callable
from typing import TYPE_CHECKING

from twilio.twiml import TwiML

from shared.answers.spoken import apology
from shared.errors import InvalidRequestError

if TYPE_CHECKING:
    from shared.destinations import Destinations

PARAMETER = "Twiml"

log = logging.getLogger(__name__)


def echo(document: str | None, destinations: "Callable[[], Destinations]") -> TwiML | str:
    """The document as it is, to the last blank; an apology where it cannot be used.

    That is a blank one, one that the app would not send with a call either, and one that dials or
    texts a number that is not allowed; the log says which. `destinations` is asked for those that
    name a number alone.
    """
    if document is None or not document.strip():
        return apology(f"the parameter {PARAMETER} is missing")
    from shared.twiml_documents import numbers_in

    try:
        numbers = numbers_in(document, field=PARAMETER)
    except InvalidRequestError as error:
        log.warning("The document cannot be used: %s", error.detail)
        return apology("the document in its address cannot be used")
    if numbers and len(destinations().reachable(PARAMETER, numbers)) < len(numbers):
        return apology("the document in its address has a number that is not allowed")
    return document
