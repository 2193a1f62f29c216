"""What the app answers to one incoming text: its TwiML, through redirects and the fallback URL."""

from dataclasses import replace
from urllib.parse import urljoin

from emulator.line import parameters
from emulator.line.document import Gap, parse
from emulator.line.reading import TwimlError
from emulator.line.verbs import MESSAGING
from emulator.line.verbs.messaging import Message as Reply
from emulator.line.verbs.messaging import RedirectText
from emulator.twilio.records import Message, PhoneNumber
from emulator.twilio.store import Store
from emulator.webhooks import Answer, Webhook, WebhookError, Webhooks

TWIML_TYPES = ("text/xml", "application/xml", "text/html")
DOCUMENTS_LIMIT = 50
REPLIES_LIMIT = 10
BODY_LIMIT = 1600
PURPOSE = "incoming text"


class Conversation:
    """One incoming text and the documents that answer it."""

    def __init__(
        self, message: Message, number: PhoneNumber, store: Store, webhooks: Webhooks
    ) -> None:
        self._message = message
        self._number = number
        self._store = store
        self._webhooks = webhooks

    async def replies(self) -> list[Reply]:
        """Return the replies in order; problems become alerts, as in Twilio's debugger."""
        number, sid = self._number, self._message.sid
        if not number.sms_url:
            self._store.alert(
                sid, None, f"The number {number.phone_number} has no SmsUrl, so nobody answers"
            )
            return []
        fields = parameters.of_incoming_text(self._message)
        first = Webhook(sid, PURPOSE, number.sms_url, number.sms_method, fields)
        try:
            return await self._documents(first)
        except (WebhookError, TwimlError) as error:
            self._store.alert(sid, error.code, error.message)
            if not number.sms_fallback_url:
                return []
            failed = (("ErrorCode", str(error.code)), ("ErrorUrl", number.sms_url))
        fallback = Webhook(
            sid, PURPOSE, number.sms_fallback_url, number.sms_fallback_method, (*fields, *failed)
        )
        try:
            return await self._documents(fallback)
        except (WebhookError, TwimlError) as error:
            self._store.alert(sid, error.code, error.message)
            return []

    async def _documents(self, webhook: Webhook) -> list[Reply]:
        replies: list[Reply] = []
        for _ in range(DOCUMENTS_LIMIT):
            answer = await self._webhooks.request(webhook)
            redirect = self._read(answer, replies)
            if redirect is None:
                return replies
            target = urljoin(answer.url, redirect.url) if redirect.url else answer.url
            webhook = replace(webhook, url=target, method=redirect.method)
        raise TwimlError(14106, f"More than {DOCUMENTS_LIMIT} documents for one text")

    def _read(self, answer: Answer, replies: list[Reply]) -> RedirectText | None:
        """Add the replies of one document; return where it leads, if it leads on."""
        if not answer.body.strip():
            return None
        if answer.content_type == "text/plain":
            try:
                document = parse(answer.text, MESSAGING)
            except TwimlError:
                self._add(replies, Reply(answer.text, (), "", "", ""), answer.url)
                return None
        elif answer.content_type in TWIML_TYPES:
            document = parse(answer.text, MESSAGING)
        else:
            raise TwimlError(
                12300, f"An answer of type {answer.content_type or '(none)'} is no TwiML"
            )
        for warning in document.warnings:
            self._store.alert(self._message.sid, warning.code, warning.message, "warning")
        for verb in document.verbs:
            if isinstance(verb, RedirectText):
                return verb
            if isinstance(verb, Gap):
                message = f"{verb.what} is real TwiML, but this emulator does not run it"
                self._store.alert(self._message.sid, None, message)
                return None
            self._add(replies, verb, answer.url)
        return None

    def _add(self, replies: list[Reply], reply: Reply, base: str) -> None:
        sid = self._message.sid
        if len(replies) >= REPLIES_LIMIT:
            self._store.alert(
                sid, 14109, f"More than {REPLIES_LIMIT} replies to one text", "warning"
            )
        elif not reply.body and not reply.media:
            self._store.alert(sid, 14103, "<Message> has neither body nor media", "warning")
        elif len(reply.body) > BODY_LIMIT:
            self._store.alert(sid, 21617, f"<Message> has more than {BODY_LIMIT} characters")
        else:
            callback = urljoin(base, reply.status_callback) if reply.status_callback else ""
            media = tuple(urljoin(base, url) for url in reply.media)
            replies.append(replace(reply, status_callback=callback, media=media))
