"""Browser calls (Twilio Client): who gets a token, and what a browser's call may reach.

Used by functions only, through `clients`.
"""
