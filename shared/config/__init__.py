"""Settings and secrets: read, checked and kept.

For every room above it. Nothing here knows HTTP, Twilio or a ledger.
"""
