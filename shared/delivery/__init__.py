"""What became of a text or a call.

For GetStatus and for the functions that take Twilio's reports.
"""
