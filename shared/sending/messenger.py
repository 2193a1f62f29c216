"""Text messages on their way: how one is handed to Twilio."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from shared.clock import Clock
from shared.config.settings import Settings
from shared.guards.guards import Guards, Outgoing
from shared.http.idempotency import Key
from shared.http.public_urls import PublicUrls
from shared.sending.claims import Claim
from shared.sending.lookups import Listed, Lookups
from shared.sending.once import Accepted, Send, Sends
from shared.sending.text import TextMessage
from shared.twilio_api.account import TwilioAccount, present

if TYPE_CHECKING:
    from twilio.rest import Client
    from twilio.rest.api.v2010.account.message import MessageInstance


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
        outgoing = Outgoing(message.to, "text", message.segments)
        if config.guards.dry_run:
            message.timing.require_possible(self._clock.now())
            self._guards.check(outgoing)
            return _not_sent(message, sender.get("from_"))
        sent = await self._sends.once(self._new(message, sender, outgoing, request_url), key)
        return SentMessage(
            sid=sent.sid,
            status=sent.status,
            sender=sent.sender or None,
            to=message.to,
            segments=message.segments,
            is_replay=sent.is_replay,
        )

    def _new(
        self,
        message: TextMessage,
        sender: dict[str, str | None],
        outgoing: Outgoing,
        request_url: str,
    ) -> Send:
        """The request that Sends makes, guarded each time that it is made."""

        async def create(reference: str) -> Accepted:
            message.timing.require_possible(self._clock.now())
            async with self._guards.admitted(outgoing):
                return await self._create(message, sender, request_url, reference)

        async def find(lookups: Lookups, claim: Claim) -> Listed | None:
            return await lookups.message(claim, to=message.to, body=message.body)

        return Send(
            create=create,
            find=find,
            sender=sender.get("from_") or "",
            service=sender.get("messaging_service_sid") or "",
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
