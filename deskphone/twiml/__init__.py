"""TwiML as Twilio reads it: documents, their elements and values, and how much is covered.

For the line, whose verbs say what each element does.
"""
