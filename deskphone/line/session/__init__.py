"""A call while its TwiML runs: what a verb can read, do and wait for.

Used by the verbs and by the packages that run them. It knows nothing about single verbs.
"""
