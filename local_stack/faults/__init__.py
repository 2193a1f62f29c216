"""Faults of Azure's stand-ins and of the host; those of Twilio are deskphone's.

For the emulator of this stack and for tests.
"""
