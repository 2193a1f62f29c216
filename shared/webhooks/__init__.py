"""Twilio's requests: who signed them, who is calling, what a text says.

For endpoints, delivery, recordings and the functions that Twilio calls.
"""
