"""The account and its state: tokens, keys, numbers and records.

Used by every package that emulates Twilio. It knows nothing about requests or live calls.
"""
