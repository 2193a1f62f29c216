"""Number and Client: phones that <Dial> rings, at once or in turn.

Sources: twilio.com/docs/voice/twiml/number, twilio.com/docs/voice/twiml/client.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from deskphone.account.phone_numbers import CLIENT, e164, is_client, is_unreachable
from deskphone.line.fields import Fields
from deskphone.line.session.legs import Leg, LegRequest, first_connected
from deskphone.line.session.session import CallSession
from deskphone.line.verbs.target import (
    NOT_BRIDGED,
    DialOptions,
    Ending,
    Outcome,
    recorded,
    until_parted,
)
from deskphone.records.call import CALL_EVENTS, UNREACHABLE, UNREACHABLE_REFUSAL
from deskphone.records.instructions import StatusCallback
from deskphone.sound.tones import ringback
from deskphone.twiml.source import NOT_KNOWN, GapError, Source
from deskphone.webhooks.webhook import WebhookError

NUMBERS_LIMIT = 10
BAD_CALLER_ID, BAD_NUMBER = 13214, 13223
WRONG_METHOD, WRONG_DIGITS = 13221, 13222


@dataclass(frozen=True)
class NumberNoun:
    """One phone, and what it hears before it is connected."""

    text: str
    url: str = ""
    method: str = "POST"
    send_digits: str = ""
    callback: StatusCallback | None = None
    parameters: tuple[tuple[str, str], ...] = ()
    """The names and values that a client gets with the call."""

    @classmethod
    def read(cls, source: Source) -> "NumberNoun":
        if source.value("machineDetection"):
            raise GapError("The machineDetection attribute of <Number>")
        number = cls(
            text=source.text(),
            url=source.value("url"),
            method=source.method("method", WRONG_METHOD),
            send_digits=source.matching("sendDigits", r"[0-9A-DwW#*]{0,32}", "", WRONG_DIGITS),
            callback=_callback(source),
        )
        source.finish()
        return number

    @classmethod
    def read_client(cls, source: Source) -> "NumberNoun":
        """Read a <Client>, whose identity is its text or in <Identity>."""
        children = source.children("Identity", "Parameter")
        identities = [child.text() for child in children if child.name == "Identity"]
        parameters = tuple(
            (child.value("name"), child.value("value"))
            for child in children
            if child.name == "Parameter"
        )
        for child in children:
            child.finish()
        client = cls(
            text=CLIENT + (identities[0] if identities else source.own_text().strip()),
            url=source.value("url"),
            method=source.method("method", WRONG_METHOD),
            callback=_callback(source),
            parameters=parameters,
        )
        source.finish()
        return client


def _callback(source: Source) -> StatusCallback | None:
    url = source.value("statusCallback")
    method = source.method("statusCallbackMethod", NOT_KNOWN)
    events = source.several("statusCallbackEvent", CALL_EVENTS, ("completed",), NOT_KNOWN)
    return StatusCallback(url, method, events) if url else None


@dataclass(frozen=True)
class NumberNouns:
    """Up to ten phones; the first to answer is connected, the others stop ringing."""

    numbers: tuple[NumberNoun, ...]

    @property
    def label(self) -> str:
        return ", ".join(number.text for number in self.numbers)

    async def connect(self, session: CallSession, options: DialOptions, ending: Ending) -> Outcome:
        outcome = Outcome("failed", NOT_BRIDGED)
        sender = _sender(session, options)
        if sender is None:
            return outcome
        requests = self._requests(session, options, sender)
        turns = [[one] for one in requests] if options.sequential else [requests]
        with recorded(session, options, "ringing"):
            for turn in turns:
                outcome, is_connected = await _ring(session, options, turn, ending)
                if is_connected:
                    return outcome
        return outcome

    def _requests(
        self, session: CallSession, options: DialOptions, sender: str
    ) -> list[LegRequest]:
        if len(self.numbers) > NUMBERS_LIMIT:
            session.journal.warn(NOT_KNOWN, f"<Dial> rings at most {NUMBERS_LIMIT} numbers")
        numbers = self.numbers[:NUMBERS_LIMIT]
        found = (_request(session, options, sender, number) for number in numbers)
        return [request for request in found if request is not None]


def _sender(session: CallSession, options: DialOptions) -> str | None:
    """Return the caller ID; if it isn't a number of this call or the account, warn: return None."""
    call = session.call
    if not options.caller_id:
        return call.sender
    number = e164(options.caller_id)
    if number and (number in (call.sender, call.to) or session.store.number(number)):
        return number
    session.journal.warn(
        BAD_CALLER_ID, "The callerId of <Dial> belongs to neither this call nor the account"
    )
    return None


def _request(
    session: CallSession, options: DialOptions, sender: str, number: NumberNoun
) -> LegRequest | None:
    """Return how to dial a number; if it can't be dialed, raise an alert and return None."""
    to = _address(session, number.text)
    if to is None:
        return None
    refusal = session.store.trial and session.store.trial.dial_refusal(to)
    if refusal:
        session.journal.warn(refusal.code, "A trial account can't dial this number")
        return None
    try:
        url = session.resolve(number.url) if number.url else ""
    except WebhookError as error:
        session.journal.alert(error.code, f"Invalid url of <Number>: {error.message}")
        return None
    return LegRequest(
        to=to,
        sender=sender,
        timeout_s=options.timeout_s,
        url=url,
        method=number.method,
        send_digits=number.send_digits,
        callback=session.absolute(number.callback),
        parameters=number.parameters,
        time_limit_s=max(options.time_limit_s, LegRequest.time_limit_s),
    )


def _address(session: CallSession, text: str) -> str | None:
    """Return a client's address, or a number as E.164; for anything else, warn and return None."""
    if text.startswith(CLIENT):
        if is_client(text):
            return text
        session.journal.warn(BAD_NUMBER, "A <Client> in <Dial> has no valid identity")
        return None
    if is_unreachable(text):
        session.journal.warn(UNREACHABLE, UNREACHABLE_REFUSAL)
        return None
    to = e164(text)
    if to is None:
        session.journal.warn(BAD_NUMBER, "A number in <Dial> isn't a valid phone number")
    return to


async def _ring(
    session: CallSession, options: DialOptions, requests: Sequence[LegRequest], ending: Ending
) -> tuple[Outcome, bool]:
    """Ring these at once; return the outcome and whether anyone was connected."""
    dialer = session.services.dialer
    legs = [dialer.dial(session.sid, request) for request in requests]
    ending.outcome = lambda: _not_connected(legs, "canceled")
    try:
        session.journal.dialing(is_dialing=True)
        with session.playing(ringback()):
            leg = await first_connected(legs)
        if leg is None:
            return _failure(legs), False
        for other in legs:
            if other is not leg:
                dialer.release(other)
        return await _talk(session, options, leg, ending), True
    finally:
        for leg in legs:
            dialer.release(leg)


async def _talk(session: CallSession, options: DialOptions, leg: Leg, ending: Ending) -> Outcome:
    session.answer()
    ending.outcome = lambda: _connected(session, leg)
    with session.journal.connected_to(leg.sid), recorded(session, options, "answer"):
        await until_parted(session, options, leg.over)
    return _connected(session, leg)


def _connected(session: CallSession, leg: Leg) -> Outcome:
    fields = (("DialCallSid", leg.sid), *_duration(session, leg), ("DialBridged", "true"))
    return Outcome("completed", fields)


def _duration(session: CallSession, leg: Leg) -> Fields:
    """Return the time since the leg was answered; empty if it was redirected."""
    call = session.store.calls.get(leg.sid)
    if leg.left or call is None or call.answered is None:
        return ()
    seconds = ((call.ended or session.clock.now()) - call.answered).total_seconds()
    return (("DialCallDuration", str(round(seconds))),)


def _failure(legs: Sequence[Leg]) -> Outcome:
    """Return why no one was connected; no-answer takes precedence over busy."""
    statuses = [leg.status for leg in legs]
    order = ("no-answer", "busy", "canceled", "failed")
    status = next((one for one in order if one in statuses), "failed")
    return _not_connected(legs, status)


def _not_connected(legs: Sequence[Leg], status: str) -> Outcome:
    fields = (("DialCallSid", legs[-1].sid),) if legs else ()
    return Outcome(status, (*fields, *NOT_BRIDGED))
