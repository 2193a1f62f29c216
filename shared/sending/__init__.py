"""Hand texts and calls to Twilio, once per idempotency key.

For clients, delivery, recordings, SendSms and PlaceCall.
"""
