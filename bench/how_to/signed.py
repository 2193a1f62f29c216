"""A signed webhook as the SDK's documentation shows it: RequestValidator, then VoiceResponse.

It is async, although most examples aren't: without the thread switch it costs less.
"""

from urllib.parse import parse_qsl

import azure.functions as func
from twilio.request_validator import RequestValidator
from twilio.twiml.voice_response import VoiceResponse

from bench.how_to.secret import secret

validator = RequestValidator(secret("TwilioAuthToken"))


async def main(req: func.HttpRequest) -> func.HttpResponse:
    """Say "Hello World" if the request is from Twilio."""
    form = dict(parse_qsl(req.get_body().decode(), keep_blank_values=True))
    if not validator.validate(req.url, form, req.headers.get("x-twilio-signature", "")):
        return func.HttpResponse(status_code=403)
    response = VoiceResponse()
    response.say("Hello World")
    return func.HttpResponse(str(response), mimetype="text/xml")
