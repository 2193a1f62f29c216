"""Texts on their way in and out, and the conversation with whom a webhook answers."""
