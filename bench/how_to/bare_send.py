"""Send a text with a bare `create_async`: the SDK's own minimum cost."""

import logging
import os
from functools import cache
from typing import Any

import aiohttp
import azure.functions as func
from twilio.http.async_http_client import AsyncTwilioHttpClient
from twilio.http.response import Response
from twilio.rest import Client

from bench.how_to.secret import secret

logging.getLogger("twilio").setLevel(logging.WARNING)  # otherwise it logs ten lines per request


class LocalTwilio(AsyncTwilioHttpClient):
    """Sends requests to the local Twilio instead, with unlimited connections."""

    def __init__(self) -> None:
        super().__init__(pool_connections=False)
        self.session = aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0))

    async def request(self, method: str, url: str, *args: Any, **kwargs: Any) -> Response:
        """Make a request."""
        local = url.replace("https://api.twilio.com", os.environ["LOCAL_STACK_TWILIO_URL"], 1)
        return await super().request(method, local, *args, **kwargs)


@cache
def _client() -> Client:
    """Connect to Twilio. Call it inside a coroutine."""
    http = LocalTwilio()
    return Client(secret("TwilioAccountSid"), secret("TwilioAuthToken"), http_client=http)


async def main(req: func.HttpRequest) -> func.HttpResponse:
    """Send what the JSON body says."""
    wanted = req.get_json()
    sent = await _client().messages.create_async(
        to=wanted["to"], from_=os.environ["TWILIO_FROM_NUMBER"], body=wanted["body"]
    )
    return func.HttpResponse(sent.sid, status_code=201)
