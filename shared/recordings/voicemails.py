"""Text the owner of a line about a new voicemail."""

import logging
import re
from datetime import timedelta
from typing import TYPE_CHECKING, NamedTuple

from shared.answers.caller_names import caller_name
from shared.errors import (
    AppError,
    ConfigurationError,
    LedgerError,
    StillRunningError,
    TwilioError,
    TwilioUnreachableError,
    VaultError,
)
from shared.guards.number_facts import normal_form
from shared.http.idempotency import Key
from shared.media.links import Links
from shared.recordings.sound import RECORDING_SID, WantedRecording
from shared.sending.outbox import Outbox
from shared.sending.text import TextMessage
from shared.twilio_api.account import TwilioAccount
from shared.webhooks.verifier import Webhook

if TYPE_CHECKING:
    from twilio.rest import Client
    from twilio.rest.api.v2010.account.call import CallInstance

UNKNOWN_CALLER = "an unknown number"
NO_LINK = "no link, because the app's secret LinkSigningKey is missing or invalid"

_CALL_SID = re.compile(r"CA[0-9a-fA-F]{32}")
_DURATION = re.compile(r"[0-9]{1,6}")

# After these errors, nothing was sent to the owner yet.
TO_REPEAT = (VaultError, LedgerError, StillRunningError, TwilioUnreachableError)

log = logging.getLogger(__name__)


class RecordedVoicemail(NamedTuple):
    """A finished recording; `length_s` is None if Twilio doesn't report it."""

    sid: str
    call_sid: str
    length_s: int | None

    @classmethod
    def from_report(cls, report: Webhook) -> "RecordedVoicemail | None":
        """Return the recording in a report, or None if there is nothing to listen to."""
        sid = report.posted("RecordingSid") or ""
        if report.posted("RecordingStatus") != "completed" or not RECORDING_SID.fullmatch(sid):
            return None
        duration = report.posted("RecordingDuration") or ""
        length_s = int(duration) if _DURATION.fullmatch(duration) else None
        return cls(sid, report.posted("CallSid") or "", length_s)


class VoicemailNotifier:
    """Texts owners about new voicemails."""

    def __init__(self, account: TwilioAccount, outbox: Outbox, links: Links) -> None:
        self._account = account
        self._outbox = outbox
        self._links = links

    async def tell(self, voicemail: RecordedVoicemail, owner: str, request_url: str) -> None:
        """Text `owner` (E.164) the caller, the length and a link to the recording.

        Send one text per recording, however often it is reported. Without the ledger each worker
        may send one, since twice is better than never; STORAGE_OUTAGE=refuse_all prevents that.

        Log a failure with the SID of the recording. Raise VaultError, LedgerError or
        TwilioUnreachableError if nothing was sent: Twilio then repeats TwimlVoicemail's reports.
        Raise StillRunningError while another report of the recording is being handled. Don't raise
        after other failures, because a repeated report might send a second text.
        """
        owner = normal_form(owner)
        # The text isn't part of the key, since its link changes over time.
        key = Key.of_event("OnRecording", voicemail.sid, owner)
        try:
            caller = await self._caller(voicemail.call_sid)
            text = _text(caller, voicemail.length_s, await self._link(voicemail, request_url))
            sent = await self._outbox.send(TextMessage(to=owner, body=text), request_url, key)
            if sent.is_dry_run:
                log.warning("No text about recording %s: DRY_RUN is on", voicemail.sid)
        except AppError as error:
            log.error(  # noqa: TRY400 - a traceback might show the number
                "No text about recording %s: %s status=%d code=%s %s",
                voicemail.sid,
                type(error).__name__,
                error.status,
                error.code,
                error.log_text,
            )
            if isinstance(error, TO_REPEAT):
                raise

    async def _caller(self, call_sid: str) -> str:
        """Return the other party of a call; fetch it, because numbers don't belong in URLs.

        Don't retry: Twilio waits 15 s for the answer to its report, and the text needs that time.
        """
        if not _CALL_SID.fullmatch(call_sid):
            return UNKNOWN_CALLER

        async def fetch(client: "Client") -> "CallInstance":
            return await client.calls(call_sid).fetch_async()

        try:
            call = await self._account.run_once(fetch)
        except TwilioError as error:  # a text without the number is better than none
            log.warning("Could not find the caller of call %s: %s", call_sid, error.log_text)
            return UNKNOWN_CALLER
        is_ours = (call.direction or "").startswith("outbound")
        number = call.to if is_ours else call._from  # pyright: ignore[reportPrivateUsage] - the SDK has no public name for it
        return shown_caller(number)

    async def _link(self, voicemail: RecordedVoicemail, request_url: str) -> str:
        """Return the link to the voicemail and its lifetime, or NO_LINK without a valid key."""
        wanted = WantedRecording(voicemail.sid)
        try:
            url = await self._links.url("GetSharedRecording", wanted, request_url)
        except ConfigurationError as error:
            log.error("No link to recording %s: %s", voicemail.sid, error.log_text)  # noqa: TRY400 - the text says everything
            return NO_LINK
        return f"{url} (works for {_in_words(self._links.lifetime)})"


def shown_caller(caller: str | None) -> str:
    """Return the name of a caller for a text, "an unknown number" if withheld or malformed."""
    return caller_name(caller or "") or UNKNOWN_CALLER


def _text(caller: str, length_s: int | None, link: str) -> str:
    length = "" if length_s is None else f" ({length_s // 60}:{length_s % 60:02})"
    return f"Voicemail from {caller}{length}: {link}"


def _in_words(lifetime: timedelta) -> str:
    hours = round(lifetime.total_seconds() / 3600)
    number, unit = (hours // 24, "day") if hours % 24 == 0 else (hours, "hour")
    return f"{number} {unit}{'' if number == 1 else 's'}"
