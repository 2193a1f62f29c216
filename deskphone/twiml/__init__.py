"""TwiML as Twilio reads it: documents, elements, attributes, and what is emulated.

Used by the line, whose verbs implement the elements.
"""
