"""An answer that sends Twilio to another URL for its TwiML."""

from typing import NamedTuple


class Redirection(NamedTuple):
    """An answer that sends Twilio to another URL for its TwiML.

    `location` is percent-encoded: an absolute URL, or the name of a function of this app, perhaps
    with a query.
    """

    location: str
