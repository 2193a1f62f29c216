"""GET /api/GetSharedMedia?message=MM...&sid=ME...&expires=...&signature=...: a text's picture."""

import azure.functions as func

from shared import clients
from shared.endpoints import public
from shared.http.byte_ranges import file_response
from shared.http.inputs import read_query
from shared.media import links
from shared.media.files import FIELDS, WantedMedia, file_of


@public
async def main(req: func.HttpRequest) -> func.HttpResponse:
    """Return the picture or file that the link was made for, until the link expires."""
    inputs = read_query(req, *FIELDS, *links.FIELDS, ignore_others=True)  # as GetSharedRecording
    wanted = WantedMedia.from_inputs(inputs)
    app = clients.current()
    await links.require_link(inputs, wanted, app.credentials, app.clock.now())
    file = await file_of(wanted, app.files)
    return file_response(
        req, file.body, media_type=file.media_type, name=file.name, is_to_save=file.is_to_save
    )
