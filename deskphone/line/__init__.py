"""The telephone network between people and the app.

Texts, calls and the TwiML that runs in them.
"""
