"""What TwimlReply does with a text: its query says what goes back, and who gets it too."""

import logging
from typing import TYPE_CHECKING

from shared.answers import reply
from shared.answers.numbers import same_numbers
from shared.answers.parameters import (
    entries,
    ignored,
    is_url,
    percent_encoded,
    table,
)
from shared.config.settings import Settings
from shared.twilio_limits import MAX_MEDIA
from shared.webhooks.callers import owner_number
from shared.webhooks.verifier import Webhook

if TYPE_CHECKING:
    from twilio.twiml.messaging_response import MessagingResponse

log = logging.getLogger(__name__)


def answered(req: Webhook, config: Settings) -> "MessagingResponse":
    """Answer with a keyword's answer, else with `Message`; hand the text on to `Forward`.

    Without either, what arrived is acknowledged, unless it is handed on: then a person may answer.
    What Twilio has answered itself (STOP, START, HELP) is only handed on, and so is a text from a
    number in BLOCKED_RECIPIENTS. Of a text by GET the owner only hears that there is one. While
    KILL_SWITCH is on nothing is sent: an answer costs like any other text.
    """
    if config.guards.kill_switch:
        log.warning("Not replying to a text: the setting KILL_SWITCH does not allow it")
        return reply.reply("")
    owner = _owner(req, config)
    forwarding = _forwarding(req, owner)
    if is_answered_by_twilio(req) or _is_blocked(req, config):
        return reply.reply("", forwarding=forwarding)
    text = reply.keyword_answer(table(req.query, "Keywords"), req.steering("Body") or "")
    if text is None:
        text = req.parameter("Message")
    if text is None and owner:
        return reply.reply("", forwarding=forwarding)
    if text is None:
        text = reply.acknowledgement(req)
    return reply.reply(text, _media_urls(req), forwarding)


def is_answered_by_twilio(text: Webhook) -> bool:
    """Whether Twilio recognized STOP, START or HELP, and so has sent its own answer.

    Twilio says so (`OptOutType`) where the number is in a messaging service with Advanced Opt-Out.
    https://www.twilio.com/docs/messaging/tutorials/advanced-opt-out
    """
    return any(text.denying("OptOutType"))


def _is_blocked(req: Webhook, config: Settings) -> bool:
    """Whether the person who wrote gets no texts, as the log then says."""
    if not config.guards.blocked_recipients:
        return False
    from shared.guards.destinations import Destinations

    is_blocked = any(map(Destinations(config).is_blocked, req.denying("From")))
    if is_blocked:
        log.warning("Not replying to a text: the setting BLOCKED_RECIPIENTS does not allow it")
    return is_blocked


def _owner(req: Webhook, config: Settings) -> str:
    """Who gets the texts; nobody whom the settings do not allow.

    Nor the line itself, which Twilio does not let text.
    """
    written = owner_number(req, "Forward", config)
    if not written:
        return ""
    from shared.guards.destinations import Destinations  # most replies go to nobody else

    owner = "".join(Destinations(config).reachable("Forward", [written]))
    if same_numbers([owner], req.denying("To")):
        ignored("Forward")
        return ""
    return owner


def _forwarding(req: Webhook, owner: str) -> reply.Forwarding | None:
    """What the owner gets; nothing of what the owner wrote, or it would come back for ever."""
    if not owner or same_numbers([owner], req.denying("From")):
        return None
    if req.posted("From") is None:
        log.warning(
            "Not forwarding the words of a text to the number in Forward: Twilio sent a GET "
            "request, which doesn't prove who wrote them"
        )
    return reply.forwarding(owner, req)


def _media_urls(req: Webhook) -> list[str]:
    name = "MediaUrl"
    # In a GET the query also holds the media of the incoming text: MediaUrl0 and so on.
    written = entries(req.query, name)
    urls = [percent_encoded(url) for url in written if is_url(url)]
    if len(urls) < len(written) or len(urls) > MAX_MEDIA:
        ignored(name)
    return urls[:MAX_MEDIA]
