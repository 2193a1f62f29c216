"""One call while its TwiML runs: what a verb can read, do and wait for.

For the verbs, and for the rooms that run them. It knows no verb.
"""
