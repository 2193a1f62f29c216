"""What became of a text or a call.

For GetStatus and the functions that receive Twilio's reports.
"""
