"""Text messages: what callers ask for, checked, and how it is handed to Twilio."""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from shared import message_timing
from shared.claims import Claim
from shared.clock import Clock
from shared.errors import InvalidRequestError
from shared.guards import Guards, Outgoing
from shared.idempotency import Key
from shared.inputs import Inputs, required
from shared.lookups import Listed, Lookups
from shared.message_limits import MAX_BODY_CHARS, MAX_MEDIA
from shared.message_timing import MessageTiming
from shared.phone_numbers import parse_recipient, parse_sender
from shared.public_urls import PublicUrls
from shared.segments import count_segments
from shared.sends import Accepted, Send, Sends
from shared.setting_rules import MESSAGING_SERVICE_SID
from shared.settings import Settings
from shared.twilio_account import TwilioAccount, present
from shared.web_addresses import media_url

if TYPE_CHECKING:
    from twilio.rest import Client
    from twilio.rest.api.v2010.account.message import MessageInstance

FIELDS = ("to", "body", "from", "media_url", "messaging_service_sid", *message_timing.FIELDS)


@dataclass(frozen=True, kw_only=True)
class TextMessage:
    """One outgoing message, ready to send.

    `to` is E.164, e.g. +12025550123, or a short number such as 12345. `body` has up to 1600
    characters and is empty only with media. Without `sender` and `messaging_service_sid`
    the app's own sender is used.
    """

    to: str
    body: str
    sender: str | None = None
    media_urls: tuple[str, ...] = ()
    messaging_service_sid: str | None = None
    timing: MessageTiming = field(default_factory=MessageTiming)

    @classmethod
    def from_inputs(cls, inputs: Inputs, config: Settings) -> "TextMessage":
        """Check the inputs `FIELDS`; raise InvalidRequestError naming the one at fault."""
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
    def has_sender(self) -> bool:
        """Whether the message says itself whom it is from."""
        return bool(self.sender or self.messaging_service_sid)

    @property
    def segments(self) -> int:
        """In how many parts the text travels; a message with media is not cut."""
        return 1 if self.media_urls else count_segments(self.body)


@dataclass(frozen=True, kw_only=True)
class SentMessage:
    """A message that Twilio has accepted; `sender` is None until a messaging service picks one.

    `is_replay`: it was sent by an earlier request with the same key. `is_dry_run`: it was checked
    and not sent, as the setting DRY_RUN wants.
    """

    sid: str
    status: str
    sender: str | None
    to: str
    segments: int
    is_replay: bool = False
    is_dry_run: bool = False

    def to_json(self) -> dict[str, object]:
        """The answer of SendSms; without a `sid` where nothing was sent."""
        return {
            "sid": self.sid or None,
            "status": self.status,
            "from": self.sender,
            "to": self.to,
            "segments": self.segments,
        }


class Messenger:
    """Sends messages from the app's account."""

    def __init__(
        self,
        account: TwilioAccount,
        config: Settings,
        urls: PublicUrls,
        clock: Clock,
        sends: Sends,
        guards: Guards,
    ) -> None:
        self._account = account
        self._guards = guards
        self._config = config
        self._urls = urls
        self._clock = clock
        self._sends = sends

    async def send(
        self, message: TextMessage, request_url: str, key: Key | None = None
    ) -> SentMessage:
        """Hand a message to Twilio, once for each key; reports go beside `request_url`.

        That is OnMessageStatus. Raise what Sends and Guards raise, and InvalidRequestError when the
        time to send it at is out of Twilio's range by now.
        """
        config = self._config
        config.require(*config.rest_secrets, sender=not message.has_sender, public_url=True)
        sender = self._sender(message)
        number, service = sender.get("from_"), sender.get("messaging_service_sid")
        senders = tuple(name for name in (number, service) if name)
        outgoing = Outgoing(message.to, "text", message.segments, senders)
        if config.guards.dry_run:
            message.timing.require_possible(self._clock.now())
            await self._guards.check(outgoing)
            return _not_sent(message, number)

        async def create(reference: str) -> Accepted:
            message.timing.require_possible(self._clock.now())
            async with self._guards.admitted(outgoing):
                return await self._create(message, sender, request_url, reference)

        async def find(lookups: Lookups, claim: Claim) -> Listed | None:
            return await lookups.message(claim, to=message.to, body=message.body)

        send = Send(create=create, find=find, sender=number or "", service=service or "")
        sent = await self._sends.once(send, key)
        return SentMessage(
            sid=sent.sid,
            status=sent.status,
            sender=sent.sender or None,
            to=message.to,
            segments=message.segments,
            is_replay=sent.is_replay,
        )

    async def _create(
        self, message: TextMessage, sender: dict[str, str | None], request_url: str, reference: str
    ) -> Accepted:
        parameters: dict[str, Any] = {
            "body": message.body,
            "media_url": list(message.media_urls),
            "status_callback": self._urls.of_report("OnMessageStatus", request_url, reference),
            **message.timing.parameters(),
            **sender,
        }
        given = {name: value for name, value in parameters.items() if value}

        async def create(client: "Client") -> "MessageInstance":
            return await client.messages.create_async(to=message.to, **given)

        sent = await self._account.run(create)
        chosen = sent.from_ or sender.get("from_") or ""
        return Accepted(present(sent.sid), present(sent.status), chosen)

    def _sender(self, message: TextMessage) -> dict[str, str | None]:
        """Who sends: as the message says, else the app's messaging service, else its number."""
        if message.has_sender:
            service = message.messaging_service_sid
            return {"from_": message.sender, "messaging_service_sid": service}
        if self._config.messaging_service_sid:
            return {"messaging_service_sid": self._config.messaging_service_sid}
        return {"from_": self._config.from_number}


def _not_sent(message: TextMessage, sender: str | None) -> SentMessage:
    """What a dry run answers."""
    return SentMessage(
        sid="",
        status="dry_run",
        sender=sender,
        to=message.to,
        segments=message.segments,
        is_dry_run=True,
    )


def _body(inputs: Inputs, *, has_media: bool) -> str:
    body = inputs.text("body") or ""
    if not body and not has_media:
        raise InvalidRequestError("`body` is required when there is no media_url", field="body")
    if len(body) > MAX_BODY_CHARS:
        raise InvalidRequestError(
            f"`body` has {len(body)} characters; Twilio takes up to {MAX_BODY_CHARS}", field="body"
        )
    return body


def _media_urls(inputs: Inputs, *, has_local_stack: bool) -> tuple[str, ...]:
    urls = inputs.texts("media_url")
    if len(urls) > MAX_MEDIA:
        raise InvalidRequestError(
            f"`media_url` has {len(urls)} URLs; Twilio takes up to {MAX_MEDIA}", field="media_url"
        )
    return tuple(media_url(url, has_local_stack=has_local_stack, field="media_url") for url in urls)


def _messaging_service_sid(inputs: Inputs) -> str | None:
    name = "messaging_service_sid"
    sid = inputs.text(name)
    if sid is not None and not MESSAGING_SERVICE_SID.fullmatch(sid):
        raise InvalidRequestError(f"`{name}` must be MG and 32 hexadecimal digits", field=name)
    return sid


def _require_service(service: str | None, sender: str | None) -> None:
    """Twilio schedules the texts of messaging services alone."""
    if sender is not None:
        raise InvalidRequestError(
            "`from` must not be given with `send_at`: the messaging service chooses the sender",
            field="from",
        )
    if not service:
        raise InvalidRequestError(
            "`send_at` needs a messaging service: `messaging_service_sid`, or the setting "
            "TWILIO_MESSAGING_SERVICE_SID",
            field="messaging_service_sid",
        )
