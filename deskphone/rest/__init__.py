"""Twilio's REST API of 2010-04-01, as the unmodified SDK sees it."""
