"""Texts: delivery of outgoing ones, and the app's response to incoming ones."""

import asyncio
from collections.abc import Callable
from dataclasses import replace

from deskphone.account.new_text import new_text
from deskphone.account.store import Store
from deskphone.account.trial import TEXT_REJECTED
from deskphone.clock import Clock
from deskphone.line import fields
from deskphone.line.status_reports import StatusReports
from deskphone.line.tasks import Tasks
from deskphone.line.texts import keywords
from deskphone.line.texts.conversation import Conversation
from deskphone.line.texts.replies import Reply, ReplyLoops
from deskphone.records.instructions import Direction
from deskphone.records.message import (
    NO_SENDERS,
    NO_SENDERS_REFUSAL,
    OPTED_OUT,
    OPTED_OUT_REFUSAL,
    REPLY_LOOP,
    Message,
    MessageStatus,
)
from deskphone.records.phone_number import PhoneNumber
from deskphone.values import LINE
from deskphone.webhooks.sender import Webhooks

STEP_S = 0.1
"""The time between two states of a text. Only the order is Twilio's."""


class Texts:
    """Carries texts in both directions, each in its own task."""

    def __init__(
        self,
        store: Store,
        clock: Clock,
        webhooks: Webhooks,
        reports: StatusReports,
        emulator_url: str,
        messaging_service: Callable[[], str] = lambda: "",
    ) -> None:
        """`messaging_service` returns the SID in the app's settings, or ""."""
        self._store = store
        self._clock = clock
        self._webhooks = webhooks
        self._reports = reports
        self._emulator_url = emulator_url
        self._messaging_service = messaging_service
        self._loops = ReplyLoops()
        self._tasks = Tasks(store)

    def send(self, message: Message) -> None:
        """Deliver an accepted text to its handset; a scheduled one at its time."""
        self._tasks.start(message.sid, lambda: self._outgoing(message.sid))

    def cancel_scheduled(self, sid: str) -> None:
        """Cancel a scheduled text before its time."""
        self._move(sid, "canceled")

    def receive(
        self, sender: str, number: PhoneNumber, body: str, media: tuple[str, ...]
    ) -> Message:
        """Send a text to one of the account's numbers; return the new message.

        The line is in the messaging service of the app's settings; other numbers aren't in any.
        """
        now = self._clock.now()
        service = self._messaging_service() if number.phone_number == LINE else ""
        message = replace(
            new_text(now, sender, number.phone_number, body, media, "inbound", "received"),
            sent=now,
            messaging_service_sid=service or None,
        )
        self._store.messages.put(message)
        self._tasks.start(message.sid, lambda: self._incoming(message, number))
        return message

    def send_from_call(
        self, call_sid: str, to: str, sender: str, body: str, status_callback: str
    ) -> Message:
        """Send a text from a call's TwiML; return the new message.

        The numbers and the body are valid: see deskphone.line.texts.replies.problem_of.
        """
        self._store.note(call_sid, "event", "text sent", to=to)
        reply = Reply(body, to=to, sender=sender, status_callback=status_callback)
        return self._new(reply, "outbound-call")

    def cancel(self) -> list[asyncio.Task[None]]:
        """Cancel all texts in progress; return their tasks."""
        self._loops.forget()
        return self._tasks.cancel()

    async def _outgoing(self, sid: str) -> None:
        """Deliver an outgoing text. The first state isn't reported.

        A messaging service reports `queued` once it has chosen a sender.
        """
        message = self._store.messages.get(sid)
        if message is not None and message.send_at is not None:
            await self._clock.sleep_until(message.send_at)
            message = self._begun(sid)
        if message is None:
            return
        refusal = self._refusal_of(message)
        if refusal is not None:
            await self._clock.sleep(STEP_S)
            self._refuse(sid, *refusal)
            return
        for status in ("queued", "sent", "delivered"):
            if status != message.status:
                await self._clock.sleep(STEP_S)
                self._move(sid, status)
        self._arrive(sid)

    def _refusal_of(self, message: Message) -> tuple[int, str] | None:
        """Return why the messaging service can't send a text that it accepted, or None."""
        service, number = message.messaging_service_sid, message.sender or LINE
        if not service:
            return None
        if self._store.number(LINE) is None:
            return NO_SENDERS, NO_SENDERS_REFUSAL
        if self._store.opt_outs.has(message.to, service, number):
            return OPTED_OUT, OPTED_OUT_REFUSAL
        return None

    def _refuse(self, sid: str, code: int, sentence: str) -> None:
        """Fail a text that its messaging service accepted, unless it was deleted."""
        message = self._store.messages.get(sid)
        if message is not None:
            self._store.messages.put(replace(message, error_code=code))
            self._store.alert(sid, code, sentence)
            self._move(sid, "failed")

    def _arrive(self, sid: str) -> None:
        """Receive a text that was sent to another number of the account."""
        message = self._store.messages.get(sid)
        number = self._store.number(message.to) if message else None
        if message is not None and number is not None:
            media = tuple(one.url for one in message.media)
            self.receive(message.sender or LINE, number, message.body, media)

    def _begun(self, sid: str) -> Message | None:
        """Start sending a scheduled text at its time, unless it was canceled."""
        message = self._store.messages.get(sid)
        if message is None or message.status != "scheduled":
            return None
        self._move(sid, "queued")
        return self._store.messages.get(sid)

    def _move(self, sid: str, status: MessageStatus) -> None:
        message = self._store.messages.get(sid)
        if message is None:  # deleted, or the history was cleared
            return
        now = self._clock.now()
        sent = message.sent or (now if status == "sent" else None)
        is_unsent = status in ("canceled", "failed")
        sender = message.sender if is_unsent else message.sender or LINE
        changed = replace(message, status=status, sent=sent, updated=now, sender=sender)
        self._store.messages.put(changed)
        if changed.status_callback:
            form = fields.of_message_status(changed)
            self._reports.send(sid, changed.status_callback, "POST", form)

    async def _incoming(self, message: Message, number: PhoneNumber) -> None:
        trial = self._store.trial
        if trial and trial.is_over(self._clock.now()):
            self._store.alert(message.sid, TEXT_REJECTED.code, TEXT_REJECTED.message)
            return
        keyword = keywords.obey(
            message, self._store, lambda answer: self._new(answer, "outbound-reply")
        )
        form = fields.of_incoming_text(message, self._emulator_url, keyword)
        await Conversation(message, form, number, self._store, self._webhooks, self._reply).run()

    def _reply(self, reply: Reply) -> Message:
        """Send a reply; fail it if it is one too many in a loop."""
        is_loop = self._loops.is_loop(reply.sender, reply.to, self._clock.now())
        return self._new(reply, "outbound-reply", REPLY_LOOP if is_loop else None)

    def _new(self, reply: Reply, direction: Direction, error_code: int | None = None) -> Message:
        """Add a text from TwiML to the history and send it."""
        now, content = self._clock.now(), (reply.body, reply.media)
        message = replace(
            new_text(now, reply.sender, reply.to, *content, direction, "queued"),
            status_callback=reply.status_callback,
            error_code=error_code,
        )
        self._store.messages.put(message)
        if error_code is not None:
            self._store.alert(message.sid, error_code, "Too many replies between two numbers")
            self._move(message.sid, "failed")
        else:
            self.send(message)
        return message
