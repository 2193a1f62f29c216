"""GET /api/GetSoftphone: a web page that makes and receives calls, and the SDK that it loads."""

import azure.functions as func

from shared import clients
from shared.browser_calls.softphone import file_response
from shared.endpoints import public


@public
async def main(req: func.HttpRequest) -> func.HttpResponse:
    """Return the page or, after `GetSoftphone/`, a file that it loads."""
    return file_response(req, __file__, clients.current().settings)
