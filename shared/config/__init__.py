"""Settings and secrets: read, check and cache them.

Every package above uses it. Nothing here knows HTTP, Twilio or the ledger.
"""
