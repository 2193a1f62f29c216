"""An async function that does nothing: the runtime's own minimum cost."""

import azure.functions as func


async def main(req: func.HttpRequest) -> func.HttpResponse:
    """Answer."""
    return func.HttpResponse("ok")
