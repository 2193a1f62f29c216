"""Callers who are refused before anybody is rung: the setting BLOCKED_CALLERS."""

from twilio.twiml.voice_response import VoiceResponse

from shared.config.kinds import ANONYMOUS
from shared.config.settings import Settings
from shared.phone_numbers import is_withheld
from shared.webhooks.verifier import Webhook


def refusal(req: Webhook, config: Settings) -> VoiceResponse | None:
    """A document that refuses the caller; None for a caller who is welcome.

    Its <Reject> stands first, so that Twilio neither answers the call nor bills it. A number that
    is not in E.164, and an address like `client:name`, is never on the list. A request that says
    nothing of its caller follows a redirection, before which the caller was welcome.
    """
    caller = req.field("From")
    if caller is None:
        caller = req.field("Caller")
    if caller is None:
        return None
    entry = ANONYMOUS if is_withheld(caller) else caller
    if entry not in config.blocked_callers:
        return None
    response = VoiceResponse()
    response.reject(reason=config.blocked_callers_reason)
    return response
