"""One pure module per `Twiml...` function: typed parameters in, TwiML out."""
