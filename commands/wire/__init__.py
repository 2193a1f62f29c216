"""`dev.py wire`: point the calls and texts of a Twilio number at the app, and undo it."""
