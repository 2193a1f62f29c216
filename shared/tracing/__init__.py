"""Traces follow a text or a call from the request to Twilio's reports, if they are turned on."""
