"""Incoming and outgoing texts, the verbs that answer them, and opt-out keywords.

Used by `network`, the verb <Sms>, and the REST API.
"""
