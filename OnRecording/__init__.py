"""POST /api/OnRecording?Notify=...: Twilio reports that a recording is ready. Signed by Twilio."""

from shared import clients
from shared.delivery import reports
from shared.endpoints import report
from shared.recordings.voicemails import RecordedVoicemail
from shared.webhooks.callers import owner_number
from shared.webhooks.verifier import Webhook


@report
async def main(req: Webhook) -> None:
    """Keep the report and log it; text the number `Notify` how to hear the recording."""

    async def tell_owner() -> None:
        voicemail = RecordedVoicemail.from_report(req)
        owner = owner_number(req, "Notify", clients.settings()) if voicemail else ""
        if voicemail and owner:
            await clients.voicemail_notifier().tell(voicemail, owner, req.url)

    await reports.act_on(reports.RECORDING, req, tell_owner)
