"""Call Twilio's REST API: sign in, connect, retry and interpret outcomes.

For sending, delivery, recordings and health. Nothing here knows the ledger.
"""
