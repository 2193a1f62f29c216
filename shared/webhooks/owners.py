"""The owner of a line: the number in a query that texts and voicemails are told to."""

import logging

from shared.config.settings import Settings
from shared.errors import InvalidRequestError
from shared.phone_numbers import E164, parse_number
from shared.webhooks.verifier import Webhook

log = logging.getLogger(__name__)


def owner_number(req: Webhook, name: str, config: Settings) -> str:
    """The parameter's number in E.164; empty without one, or when it cannot be read (logged).

    A leading blank was an unescaped `+`. Raise ConfigurationError when DEFAULT_REGION does not
    exist.
    """
    written = req.parameter(name) or ""
    if written.startswith(" "):
        written = f"+{written[1:]}"
    written = written.strip()
    if not written or E164.fullmatch(written):  # without the library, which takes 40 ms to load
        return written
    try:
        return parse_number(written, region=config.default_region, field=name)
    except InvalidRequestError:
        log.error("The query parameter %s is not a phone number, so nobody gets a text", name)  # noqa: TRY400 - the traceback would show the number
        return ""
