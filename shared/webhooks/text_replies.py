"""TwimlReply: reply to a text and forward it, as its query says."""

import logging
from collections.abc import Callable
from typing import TYPE_CHECKING

from shared.answers import reply
from shared.answers.numbers import same_numbers
from shared.answers.parameters import (
    NOT_A_URL,
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

    from shared.media.links import Links

log = logging.getLogger(__name__)

# A text with only one of these words opts its sender out, so Twilio refuses a reply (21610).
# https://www.twilio.com/docs/messaging/tutorials/advanced-opt-out
OPT_OUT_WORDS = frozenset(
    {"STOP", "STOPALL", "UNSUBSCRIBE", "CANCEL", "END", "QUIT", "REVOKE", "OPTOUT"}
)


async def answered(
    req: Webhook, config: Settings, stopped_by: str, links: Callable[[], "Links"]
) -> "MessagingResponse":
    """Reply with a keyword's answer or with `Message`, and forward the text to `Forward`.

    Without either, acknowledge the text, unless it is forwarded: then a person may reply. Only
    forward texts that Twilio answers itself (STOP, START, HELP), opt-outs without a keyword, and
    texts from a number in BLOCKED_RECIPIENTS. If Twilio used GET, tell the owner only that a text
    came. Send nothing if all sending is stopped (`stopped_by` names what stops it, for the log),
    because a reply costs as much as any other text.

    Forward media by `links` to this app, because most accounts require credentials for theirs.
    """
    if stopped_by:
        log.warning("Not replying to a text: %s does not allow it", stopped_by)
        return reply.reply("")
    owner = _owner(req, config)
    forwarding = await _forwarding(req, owner, links)
    if is_answered_by_twilio(req) or _is_blocked(req, config):
        return reply.reply("", forwarding=forwarding)
    body = req.steering("Body") or ""
    text = reply.keyword_answer(table(req.query, "Keywords"), body)
    if text is None:
        text = req.parameter("Message")
        if _is_opt_out(body) or (text is None and owner):
            return reply.reply("", forwarding=forwarding)
    if text is None:
        text = reply.acknowledgement(req)
    return reply.reply(text, _media_urls(req), forwarding)


def is_answered_by_twilio(text: Webhook) -> bool:
    """Return whether Twilio recognized STOP, START or HELP and sent its own reply.

    Twilio reports it (`OptOutType`) if the number is in a messaging service with Advanced Opt-Out.
    https://www.twilio.com/docs/messaging/tutorials/advanced-opt-out
    """
    return any(text.denying("OptOutType"))


def _is_opt_out(body: str) -> bool:
    return body.strip().upper() in OPT_OUT_WORDS


def _is_blocked(req: Webhook, config: Settings) -> bool:
    """Return whether the sender is in BLOCKED_RECIPIENTS, and log it."""
    if not config.guards.blocked_recipients:
        return False
    from shared.guards.destinations import Destinations

    is_blocked = any(map(Destinations(config).is_blocked, req.denying("From")))
    if is_blocked:
        log.warning("Not replying to a text: BLOCKED_RECIPIENTS does not allow it")
    return is_blocked


def _owner(req: Webhook, config: Settings) -> str:
    """Return the number to forward to, or "" if it is missing or not allowed.

    It can't be the line's own number, because Twilio doesn't let a number text itself.
    """
    written = owner_number(req, "Forward", config)
    if not written:
        return ""
    from shared.guards.destinations import Destinations  # most texts are not forwarded

    owner = "".join(Destinations(config).reachable("Forward", [written]))
    if same_numbers([owner], req.denying("To")):
        ignored("Forward", "is the line's own number, which can't text itself")
        return ""
    return owner


async def _forwarding(
    req: Webhook, owner: str, links: Callable[[], "Links"]
) -> reply.Forwarding | None:
    """Return what to forward; None for the owner's own texts, which would bounce forever."""
    if not owner or same_numbers([owner], req.denying("From")):
        return None
    if req.posted("From") is None:
        log.warning(
            "Not forwarding a text's content to the number in Forward: Twilio sent a GET "
            "request, which doesn't prove who wrote it"
        )
    media = reply.media_of(req)
    if not media:
        return reply.forwarding(owner, req)
    from shared.media.forwarded import forwarded

    return reply.forwarding(owner, req, *await forwarded(media, links(), req.url))


def _media_urls(req: Webhook) -> list[str]:
    name = "MediaUrl"
    # In a GET request the query also has the incoming text's media: MediaUrl0 and so on.
    written = entries(req.query, name)
    urls = [percent_encoded(url) for url in written if is_url(url)]
    if len(urls) < len(written) or len(urls) > MAX_MEDIA:
        ignored(name, f"{NOT_A_URL}, or comes after the first {MAX_MEDIA}")
    return urls[:MAX_MEDIA]
