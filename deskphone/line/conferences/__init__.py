"""Conferences: their participants, what they hear, and Twilio's reports.

Used by the verb <Conference> and the REST API.
"""
