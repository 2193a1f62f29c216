"""Media of texts, such as pictures: links to them, and their bytes.

For TwimlReply, which forwards them, and GetSharedMedia.
"""
