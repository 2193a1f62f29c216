"""`dev.py wire`: point a Twilio number's calls and texts at the app, and undo it."""
