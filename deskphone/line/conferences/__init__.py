"""Conferences: who is in them, what they hear, and what Twilio reports of them.

For the verb <Conference> and the REST API.
"""
