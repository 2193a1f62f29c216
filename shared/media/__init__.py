"""Media at Twilio: links to recordings and to the pictures and files of texts, and these files.

For TwimlReply, which forwards them, GetSharedMedia, and recordings.
"""
