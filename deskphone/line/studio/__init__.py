"""The studio: what each call's person hears and says, over time, and what recordings keep of it.

Used by the verbs, by recordings, and by whatever brings real sound to a call.
"""
