"""The app's response to one incoming text: its TwiML, with redirects and the fallback URL."""

from collections.abc import Callable, Iterator
from dataclasses import replace

from deskphone.account.handlers import text_handler
from deskphone.account.phone_numbers import e164, region_of
from deskphone.account.store import Store
from deskphone.line import fields
from deskphone.line.field_order import TEXT, in_order
from deskphone.line.texts.replies import Reply, problem_of
from deskphone.line.texts.verbs import MESSAGING, RedirectText
from deskphone.records.message import Message
from deskphone.records.phone_number import PhoneNumber
from deskphone.twiml.answers import PlainText, instructions_of
from deskphone.twiml.document import Gap
from deskphone.twiml.source import TwimlError, level_of
from deskphone.webhooks.sender import Webhooks
from deskphone.webhooks.urls import join_url
from deskphone.webhooks.webhook import Answer, Webhook, WebhookError

DOCUMENTS_LIMIT = 50
REPLIES_LIMIT = 10
PURPOSE = "incoming text"
ACTION_STATUS = "sending"
INVALID: fields.Fields = (("MessageSid", ""), ("MessageStatus", "invalid"))
"""The status of a reply that its action URL gets: sent or invalid (messaging/twiml/message)."""


class Conversation:
    """One incoming text and the documents that answer it. `send` gets each reply in turn.

    `form` has the fields of the request to the app.
    """

    def __init__(
        self,
        message: Message,
        form: fields.Fields,
        number: PhoneNumber,
        store: Store,
        webhooks: Webhooks,
        send: Callable[[Reply], Message],
    ) -> None:
        self._message = message
        self._number = number
        self._store = store
        self._webhooks = webhooks
        self._send = send
        self._sent = 0
        self._form = form
        self._failed: fields.Fields = ()
        self._asked_url = ""

    async def run(self) -> None:
        """Request the webhook, then its fallback URL; problems become alerts, as at Twilio."""
        sid = self._message.sid
        for webhook in self._webhooks_to_try():
            try:
                await self._documents(webhook)
            except (WebhookError, TwimlError) as error:
                self._store.alert(sid, error.code, error.message)
                url = error.url or self._asked_url
                self._failed = (("ErrorCode", str(error.code)), ("ErrorUrl", url))
            else:
                return

    def _webhooks_to_try(self) -> Iterator[Webhook]:
        sid, to = self._message.sid, self._number.phone_number
        handler = text_handler(self._number, self._store)
        if not handler.sms_url:
            message = f"{to} has no SmsUrl. Set one on the phone page, under Numbers."
            self._store.alert(sid, None, message)
            return
        yield self._webhook(handler.sms_url, handler.sms_method, self._form)
        if handler.sms_fallback_url:
            form = in_order((*self._form, *self._failed), TEXT)
            yield self._webhook(handler.sms_fallback_url, handler.sms_fallback_method, form)

    def _webhook(self, url: str, method: str, form: fields.Fields) -> Webhook:
        return Webhook(self._message.sid, PURPOSE, url, method, form)

    async def _documents(self, webhook: Webhook) -> None:
        following: Webhook | None = webhook
        for _ in range(DOCUMENTS_LIMIT):
            self._asked_url = following.url
            answer = await self._webhooks.request(following)
            following = self._obey(answer, following.params)
            if following is None:
                return
        self._warn(14106, f"More than {DOCUMENTS_LIMIT} documents for one text")

    def _obey(self, answer: Answer, form: fields.Fields) -> Webhook | None:
        """Send the replies of one document; return the next request, if any."""
        document = instructions_of(answer.content_type, answer.body, MESSAGING, plain_is_words=True)
        if document is None:
            return None
        if isinstance(document, PlainText):
            self._reply(Reply(document.text), answer.url)
            return None
        for warning in document.warnings:
            self._warn(warning.code, warning.message)
        for verb in document.verbs:
            match verb:
                case Gap():
                    self._store.alert(self._message.sid, None, verb.sentence)
                    return None
                case RedirectText():
                    return self._webhook(join_url(answer.url, verb.url), verb.method, form)
                case Reply():
                    sent = self._reply(verb, answer.url)
                    if verb.action:
                        url = join_url(answer.url, verb.action)
                        return self._webhook(url, verb.method, _of_action(sent))
        return None

    def _reply(self, reply: Reply, base: str) -> Message | None:
        """Complete a reply and send it; return None if Twilio wouldn't send it."""
        complete = replace(
            reply,
            to=self._recipient(reply.to) if reply.to else self._message.sender or "",
            sender=reply.sender or self._message.to,
            media=tuple(join_url(base, url) for url in reply.media),
            status_callback=self._status_callback(reply, base),
        )
        problem = problem_of(complete, self._store)
        if self._sent >= REPLIES_LIMIT:
            problem = 14109, f"More than {REPLIES_LIMIT} replies to one text"
        if problem is not None:
            self._warn(*problem)
            return None
        self._sent += 1
        return self._send(complete)

    def _recipient(self, text: str) -> str:
        """Return the number as E.164; without +, it gets the country of the account's number."""
        return e164(text, region_of(self._message.to)) or ""

    def _status_callback(self, reply: Reply, base: str) -> str:
        """Return the reply's status callback URL; for an invalid one, warn and return ""."""
        try:
            return join_url(base, reply.status_callback) if reply.status_callback else ""
        except WebhookError as error:
            self._warn(14105, f"statusCallback: {error.message}")
            return ""

    def _warn(self, code: int, message: str) -> None:
        self._store.alert(self._message.sid, code, message, level_of(code))


def _of_action(sent: Message | None) -> fields.Fields:
    """Return the fields of the request to an action URL: those of a status callback."""
    return INVALID if sent is None else fields.of_message_status(sent, ACTION_STATUS)
