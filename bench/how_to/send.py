"""Send a text in the how-to's style: one synchronous client, and a thread for each request."""

import logging
import os
from typing import Any

import azure.functions as func
from twilio.http.http_client import TwilioHttpClient
from twilio.http.response import Response
from twilio.rest import Client

from bench.how_to.secret import secret

logging.getLogger("twilio").setLevel(logging.WARNING)  # otherwise it logs ten lines per request


class LocalTwilio(TwilioHttpClient):
    """Sends requests to the local Twilio instead."""

    def request(self, method: str, url: str, *args: Any, **kwargs: Any) -> Response:
        """Make a request."""
        local = url.replace("https://api.twilio.com", os.environ["LOCAL_STACK_TWILIO_URL"], 1)
        return super().request(method, local, *args, **kwargs)


client = Client(secret("TwilioAccountSid"), secret("TwilioAuthToken"), http_client=LocalTwilio())


def main(req: func.HttpRequest) -> func.HttpResponse:
    """Send what the JSON body says."""
    wanted = req.get_json()
    sent = client.messages.create(
        to=wanted["to"], from_=os.environ["TWILIO_FROM_NUMBER"], body=wanted["body"]
    )
    return func.HttpResponse(sent.sid, status_code=201)
