"""POST /api/OnRecording?Notify=...: Twilio reports that a recording is ready. Signed by Twilio."""

from shared import clients
from shared.delivery.reports import RECORDING
from shared.endpoints import report
from shared.recordings.voicemails import RecordedVoicemail
from shared.webhooks.callers import owner_number
from shared.webhooks.verifier import Webhook


@report
async def main(req: Webhook) -> None:
    """Store the report and log it; text the number in `Notify` how to hear the recording."""

    app = clients.current()

    async def tell_owner() -> None:
        voicemail = RecordedVoicemail.from_report(req)
        owner = owner_number(req, "Notify", app.settings) if voicemail else ""
        if voicemail and owner:
            await app.voicemail_notifier.tell(voicemail, owner, req.url)

    await app.reports.act_on(RECORDING, req, tell_owner)
