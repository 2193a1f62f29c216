"""Outgoing text messages: check the caller's input and build the request to Twilio."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any, Literal

from shared.config.guard_settings import GuardSettings
from shared.config.settings import Settings
from shared.errors import InvalidRequestError
from shared.http.inputs import Inputs, required
from shared.http.urls import PublicUrls
from shared.http.web_addresses import media_url
from shared.phone_numbers import MESSAGING_SERVICE_SID, parse_recipient, parse_sender
from shared.segments import count_segments, count_smart_segments
from shared.sending import timing as message_timing
from shared.sending.timing import MessageTiming
from shared.twilio_limits import MAX_BODY_CHARS, MAX_MEDIA

if TYPE_CHECKING:
    from twilio.rest import Client
    from twilio.rest.api.v2010.account.message import MessageInstance

    from shared.sending.claim import IdempotencyClaim
    from shared.sending.lookups import Listed, Lookups

FIELDS = ("to", "body", "from", "media_url", "messaging_service_sid", *message_timing.FIELDS)


@dataclass(frozen=True, kw_only=True)
class TextMessage:
    """One outgoing message, ready to send.

    `to` is E.164, e.g. +12025550123, or a short number such as 12345. `body` has up to 1600
    characters and may be empty only with media. Without `sender` and `messaging_service_sid`, the
    message comes from the app's own sender.
    """

    to: str
    body: str
    sender: str | None = None
    media_urls: tuple[str, ...] = ()
    messaging_service_sid: str | None = None
    timing: MessageTiming = field(default_factory=MessageTiming)

    @classmethod
    def from_inputs(cls, inputs: Inputs, config: Settings) -> "TextMessage":
        """Check the inputs `FIELDS`; raise InvalidRequestError naming the invalid one."""
        region = config.default_region
        to = required(inputs.number("to"), "to")
        sender = inputs.number("from")
        if sender is not None:
            sender = parse_sender(sender, region=region, field="from")
        media_urls = _media_urls(inputs, has_local_stack=bool(config.local_stack_url))
        service = _messaging_service_sid(inputs)
        timing = MessageTiming.from_inputs(inputs)
        if timing.send_at is not None:
            _require_service(service or config.messaging_service_sid, sender)
        return cls(
            to=parse_recipient(to, config.guards.allowed_numbers, region=region, field="to"),
            body=_body(inputs, has_media=bool(media_urls)),
            sender=sender,
            media_urls=media_urls,
            messaging_service_sid=service,
            timing=timing,
        )

    @property
    def kind(self) -> Literal["text"]:
        """See Outgoing."""
        return "text"

    @property
    def reach(self) -> None:
        """A text has no document."""
        return

    @property
    def segments(self) -> int:
        """How many segments the text takes; a message with media counts as one."""
        if self.media_urls:
            return 1
        return (count_smart_segments if self.messaging_service_sid else count_segments)(self.body)

    def with_sender(self, config: Settings) -> "TextMessage":
        """See Request: the default sender is the app's messaging service, else its number."""
        has_sender = bool(self.sender or self.messaging_service_sid)
        config.require(*config.rest_secrets, sender=not has_sender, public_url=True)
        if has_sender:
            return self
        if config.messaging_service_sid:
            return replace(self, messaging_service_sid=config.messaging_service_sid)
        return replace(self, sender=config.from_number)

    def require_possible(self, now: datetime, guards: GuardSettings) -> None:
        """See Request."""
        self.timing.require_possible(now)

    def creation(
        self, urls: PublicUrls, request_url: str, reference: str, guards: GuardSettings
    ) -> "Callable[[Client], Awaitable[MessageInstance]]":
        """See Request: OnMessageStatus gets the reports."""
        parameters: dict[str, Any] = {
            "body": self.body,
            "media_url": list(self.media_urls),
            "status_callback": urls.of_report("OnMessageStatus", request_url, reference),
            **self.timing.parameters(),
            "from_": self.sender,
            "messaging_service_sid": self.messaging_service_sid,
        }
        given = {name: value for name, value in parameters.items() if value}
        return lambda client: client.messages.create_async(to=self.to, **given)

    async def find(self, lookups: "Lookups", claim: "IdempotencyClaim") -> "Listed | None":
        """See Request."""
        return await lookups.message(claim, to=self.to, body=self.body)


def _body(inputs: Inputs, *, has_media: bool) -> str:
    body = inputs.text("body") or ""
    if not body and not has_media:
        raise InvalidRequestError("`body` or `media_url` is required.", field="body")
    if len(body) > MAX_BODY_CHARS:
        raise InvalidRequestError(
            f"`body` has {len(body)} characters; Twilio's limit is {MAX_BODY_CHARS}.", field="body"
        )
    return body


def _media_urls(inputs: Inputs, *, has_local_stack: bool) -> tuple[str, ...]:
    urls = inputs.texts("media_url")
    if len(urls) > MAX_MEDIA:
        raise InvalidRequestError(
            f"`media_url` has {len(urls)} URLs; Twilio's limit is {MAX_MEDIA}.", field="media_url"
        )
    return tuple(media_url(url, has_local_stack=has_local_stack, field="media_url") for url in urls)


def _messaging_service_sid(inputs: Inputs) -> str | None:
    name = "messaging_service_sid"
    sid = inputs.text(name)
    if sid is not None and not MESSAGING_SERVICE_SID.fullmatch(sid):
        raise InvalidRequestError(
            f"`{name}` must be MG followed by 32 hexadecimal digits.", field=name
        )
    return sid


def _require_service(service: str | None, sender: str | None) -> None:
    """Raise InvalidRequestError without a service: Twilio schedules only their texts."""
    if sender is not None:
        raise InvalidRequestError(
            "`from` can't be used with `send_at`: the messaging service picks the sender.",
            field="from",
        )
    if not service:
        raise InvalidRequestError(
            "`send_at` requires a messaging service: add `messaging_service_sid`, or the setting "
            "TWILIO_MESSAGING_SERVICE_SID.",
            field="messaging_service_sid",
        )
