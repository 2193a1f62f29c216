"""One pure module per `Twiml...` function: typed parameters in, TwiML out.

Used by functions, sending and webhooks. Nothing here depends on requests, settings or Twilio's API.
"""
