"""The account and all that it remembers: tokens, keys, numbers, and the records on their shelves.

For every room that plays Twilio. It knows no request and no call that runs.
"""
