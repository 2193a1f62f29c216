"""Calls from the first ring to the last report, and the player of their TwiML.

Used by `network`, and through `exchange` by everything that acts on calls from outside.
"""
