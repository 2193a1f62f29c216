"""What the app answers to one incoming text: its TwiML, through redirects and the fallback URL."""

from collections.abc import Callable, Iterator
from dataclasses import replace

from emulator.line import fields
from emulator.line.document import Gap
from emulator.line.instructions import PlainText, instructions_of
from emulator.line.reading import TwimlError
from emulator.line.verbs import MESSAGING
from emulator.line.verbs.messaging import RedirectText, Reply
from emulator.twilio.messages import BODY_LIMIT, MEDIA_LIMIT
from emulator.twilio.numbers import e164, is_alphanumeric, region_of
from emulator.twilio.records import Message, PhoneNumber
from emulator.twilio.store import Store
from emulator.webhooks import Answer, Webhook, WebhookError, Webhooks, join_url

DOCUMENTS_LIMIT = 50
REPLIES_LIMIT = 10
PURPOSE = "incoming text"


class Conversation:
    """One incoming text and the documents that answer it. `send` gets each reply as it is met."""

    def __init__(
        self,
        message: Message,
        number: PhoneNumber,
        store: Store,
        webhooks: Webhooks,
        send: Callable[[Reply], None],
    ) -> None:
        self._message = message
        self._number = number
        self._store = store
        self._webhooks = webhooks
        self._send = send
        self._sent = 0
        self._failed: fields.Fields = ()

    async def run(self) -> None:
        """Ask the app, then its fallback URL; problems become alerts, as in Twilio's debugger."""
        sid = self._message.sid
        for webhook in self._webhooks_to_try():
            try:
                await self._documents(webhook)
            except (WebhookError, TwimlError) as error:
                self._store.alert(sid, error.code, error.message)
                self._failed = (("ErrorCode", str(error.code)), ("ErrorUrl", webhook.url))
            else:
                return

    def _webhooks_to_try(self) -> Iterator[Webhook]:
        number, sid = self._number, self._message.sid
        form = fields.of_incoming_text(self._message)
        if not number.sms_url:
            message = f"The number {number.phone_number} has no SmsUrl, so nobody answers"
            self._store.alert(sid, None, message)
            return
        yield Webhook(sid, PURPOSE, number.sms_url, number.sms_method, form)
        if number.sms_fallback_url:
            form = (*form, *self._failed)
            yield Webhook(sid, PURPOSE, number.sms_fallback_url, number.sms_fallback_method, form)

    async def _documents(self, webhook: Webhook) -> None:
        for _ in range(DOCUMENTS_LIMIT):
            answer = await self._webhooks.request(webhook)
            redirect = self._obey(answer)
            if redirect is None:
                return
            target = join_url(answer.url, redirect.url)
            webhook = replace(webhook, url=target, method=redirect.method)
        raise TwimlError(14106, f"More than {DOCUMENTS_LIMIT} documents for one text")

    def _obey(self, answer: Answer) -> RedirectText | None:
        """Send the replies of one document; return where it leads, if it leads on."""
        document = instructions_of(answer, MESSAGING)
        if document is None:
            return None
        if isinstance(document, PlainText):
            self._reply(Reply(document.text, (), "", "", ""), answer.url)
            return None
        for warning in document.warnings:
            self._warn(warning.code, warning.message)
        for verb in document.verbs:
            match verb:
                case Gap():
                    self._store.alert(self._message.sid, None, verb.sentence)
                    return None
                case RedirectText():
                    return verb
                case Reply():
                    self._reply(verb, answer.url)
        return None

    def _reply(self, reply: Reply, base: str) -> None:
        """Complete a reply and send it, unless Twilio would not."""
        callback = join_url(base, reply.status_callback) if reply.status_callback else ""
        complete = replace(
            reply,
            to=self._recipient(reply.to) if reply.to else self._message.sender or "",
            sender=reply.sender or self._message.to,
            media=tuple(join_url(base, url) for url in reply.media),
            status_callback=callback,
        )
        problem = self._problem(complete)
        if problem is not None:
            self._warn(*problem)
            return
        self._sent += 1
        self._send(complete)

    def _recipient(self, text: str) -> str:
        """Return the number as E.164; without + it has the country of the account's number."""
        return e164(text, region_of(self._message.to)) or ""

    def _problem(self, reply: Reply) -> tuple[int, str] | None:
        """Return the number and the sentence with which Twilio drops a reply."""
        own = self._store.number(reply.sender) is not None
        if self._sent >= REPLIES_LIMIT:
            return 14109, f"More than {REPLIES_LIMIT} replies to one text"
        if reply.to in ("", reply.sender):
            return 14101, "The attribute to of <Message> is no phone number to send to"
        if not own and not is_alphanumeric(reply.sender):
            return 14102, "The attribute from of <Message> is no number of the account"
        if not reply.body and not reply.media:
            return 14103, "<Message> has neither body nor media"
        if len(reply.body) > BODY_LIMIT:
            return 21617, f"<Message> has more than {BODY_LIMIT} characters"
        if len(reply.media) > MEDIA_LIMIT:
            return 21623, f"<Message> has more than {MEDIA_LIMIT} media"
        return None

    def _warn(self, code: int, message: str) -> None:
        self._store.alert(self._message.sid, code, message, "warning")
