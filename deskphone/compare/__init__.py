"""Compare deskphone's responses with those of a real Twilio account."""
