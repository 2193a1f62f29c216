"""Plain records of what Twilio knows, with their limits and constants.

The lowest layer: every other package may import it, and it contains no behavior.
"""
