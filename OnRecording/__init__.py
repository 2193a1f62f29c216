"""POST /api/OnRecording?Notify=...: Twilio reports that a recording is ready. Signed by Twilio."""

from shared import clients
from shared.endpoints import report
from shared.owners import owner_number
from shared.reports import log_recording
from shared.voicemails import Voicemail
from shared.webhooks import Webhook


@report
async def main(req: Webhook) -> None:
    """Log the report; text the number `Notify` how to hear the recording."""
    log_recording(req)
    voicemail = Voicemail.from_report(req)
    owner = owner_number(req, "Notify", clients.settings()) if voicemail else ""
    if voicemail and owner:
        await clients.voicemail_notifier().tell(voicemail, owner, req.url)
