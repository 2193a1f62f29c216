"""GET /api/GetRecording?sid=RE...: the audio of a recording, with a function key."""

import azure.functions as func

from shared import clients
from shared.endpoints import action
from shared.http.byte_ranges import file_response
from shared.http.inputs import read_query
from shared.recordings.sound import FIELDS, WantedRecording, sound_of


@action
async def main(req: func.HttpRequest) -> func.HttpResponse:
    """Return the recording, or the part that the Range header requests."""
    wanted = WantedRecording.from_inputs(read_query(req, *FIELDS))
    sound = await sound_of(wanted, clients.current().files)
    return file_response(req, sound, media_type=wanted.media_type, name=wanted.file_name)
