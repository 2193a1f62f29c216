"""GET /api/GetSharedRecording?sid=RE...&expires=...&signature=...: a recording, from a link."""

import azure.functions as func

from shared import clients
from shared.endpoints import public
from shared.http.byte_ranges import file_response
from shared.http.inputs import read_query
from shared.media import links
from shared.recordings.sound import FIELDS, WantedRecording, sound_of


@public
async def main(req: func.HttpRequest) -> func.HttpResponse:
    """Return the recording that the link was made for, until the link expires."""
    # Apps that share a link add parameters such as utm_source; the signature doesn't cover them.
    inputs = read_query(req, *FIELDS, *links.FIELDS, ignore_others=True)
    wanted = WantedRecording.from_inputs(inputs)
    app = clients.current()
    await links.require_link(inputs, wanted, app.credentials, app.clock.now())
    sound = await sound_of(wanted, app.files)
    return file_response(req, sound, media_type=wanted.media_type, name=wanted.file_name)
