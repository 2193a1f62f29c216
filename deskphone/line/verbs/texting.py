"""Sms: a text in the middle of a call (twilio.com/docs/api/twiml/sms, superseded but still run)."""

from dataclasses import dataclass, replace

from deskphone.account.phone_numbers import e164, region_of
from deskphone.line.session.session import CallSession
from deskphone.line.session.steps import Step
from deskphone.line.texts.replies import Reply, problem_of, read_numbers
from deskphone.twiml.source import Source
from deskphone.webhooks.webhook import WebhookError


@dataclass(frozen=True)
class Sms:
    """Send a text. `to` defaults to the person in the call, and `sender` to the app's number.

    Without `action`, the next verb follows immediately.
    """

    body: str
    to: str
    sender: str
    action: str
    method: str
    status_callback: str

    @classmethod
    def read(cls, source: Source) -> "Sms":
        to, sender = read_numbers(source)
        return cls(
            body=source.own_text().strip(),
            to=to,
            sender=sender,
            action=source.value("action"),
            method=source.method("method", 14104),
            status_callback=source.value("statusCallback"),
        )

    async def run(self, session: CallSession) -> Step:
        session.answer()
        reply = self._complete(session)
        session.journal.note("Sms", self.body)
        problem = problem_of(reply, session.store)
        sid, status = "", "invalid"
        if problem is not None:
            session.journal.warn(*problem)
        else:
            sid = session.services.texts.send_from_call(
                session.sid, reply.to, reply.sender, reply.body, reply.status_callback
            ).sid
            status = "sending"
        if not self.action:
            return None
        return session.fetch(self.action, self.method, SmsSid=sid, SmsStatus=status)

    def _complete(self, session: CallSession) -> Reply:
        """Return the text with both numbers in E.164 and an absolute URL."""
        call = session.call
        ours, theirs = call.sender, call.to
        if call.direction == "inbound":
            ours, theirs = theirs, ours
        sender = self.sender or ours
        return replace(
            Reply(self.body),
            to=e164(self.to or theirs, region_of(sender)) or "",
            sender=e164(sender) or sender,
            status_callback=self._status_callback(session),
        )

    def _status_callback(self, session: CallSession) -> str:
        """Return the status callback URL; for an invalid one, warn and return ""."""
        try:
            return session.resolve(self.status_callback) if self.status_callback else ""
        except WebhookError as error:
            session.journal.warn(14105, f"statusCallback: {error.message}")
            return ""
