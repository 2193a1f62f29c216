"""An async function that does nothing: the least that the runtime itself costs."""

import azure.functions as func


async def main(req: func.HttpRequest) -> func.HttpResponse:
    """Answer."""
    return func.HttpResponse("ok")
