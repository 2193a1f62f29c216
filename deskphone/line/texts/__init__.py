"""Texts on their way in and out, the verbs that answer them, and the opt-out words.

For `network`, the verb <Sms>, and the REST API.
"""
