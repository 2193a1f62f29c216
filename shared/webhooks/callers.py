"""Reject blocked callers (the setting BLOCKED_CALLERS), and read the number of a line's owner."""

import logging
from typing import TYPE_CHECKING

from shared.config.kinds import ANONYMOUS
from shared.config.settings import Settings
from shared.errors import InvalidRequestError
from shared.phone_numbers import E164, is_withheld, one_spelling, parse_number
from shared.webhooks.verifier import Webhook

if TYPE_CHECKING:
    from twilio.twiml.voice_response import VoiceResponse

log = logging.getLogger(__name__)


def refusal(req: Webhook, config: Settings) -> "VoiceResponse | None":
    """Return a document that rejects a blocked caller; None for any other caller.

    Its <Reject> comes first, so Twilio neither answers the call nor bills it. The list never
    matches a number that isn't in E.164 or an address like `client:name`. A request without a
    caller follows a redirect, and the caller was checked before that.
    """
    if not config.blocked_callers:
        return None
    callers = req.denying("From", "Caller")
    entries = {ANONYMOUS if is_withheld(caller) else one_spelling(caller) for caller in callers}
    if entries.isdisjoint(config.blocked_callers):
        return None
    from twilio.twiml.voice_response import VoiceResponse

    response = VoiceResponse()
    response.reject(reason=config.blocked_callers_reason)
    return response


def owner_number(req: Webhook, name: str, config: Settings) -> str:
    """Return the number of a line's owner, in E.164, from the query parameter `name`.

    Return "" if the parameter is missing or, with a log line, not a phone number. A leading space
    was an unescaped `+`.
    """
    written = req.parameter(name) or ""
    if written.startswith(" "):
        written = f"+{written[1:]}"
    written = written.strip()
    if not written or E164.fullmatch(written):  # no need for the library, which takes 40 ms to load
        return one_spelling(written)
    try:
        return parse_number(written, region=config.default_region, field=name)
    except InvalidRequestError:
        log.error("The query parameter %s is not a phone number, so no text is sent", name)  # noqa: TRY400 - the traceback would show the number
        return ""
