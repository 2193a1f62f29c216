"""Texts and calls handed to Twilio, once for each key.

For clients, delivery, recordings, SendSms and PlaceCall.
"""
