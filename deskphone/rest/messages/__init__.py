"""Texts in Twilio's REST API, with their pictures and feedback."""
