"""Twilio's requests: verify them, and read who is calling and what a text says.

Used by endpoints, delivery, recordings and the functions that Twilio calls.
"""
