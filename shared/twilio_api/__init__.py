"""The way to Twilio's REST API: signing in, connecting, retrying, reading outcomes.

For sending, delivery, recordings and health. It never knows the ledger.
"""
