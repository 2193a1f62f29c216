"""One pure module per `Twiml...` function: typed parameters in, TwiML out.

For functions, sending and webhooks. Nothing here knows a request, settings or Twilio's API.
"""
