"""Faults of Azure's stand-ins and of the host; those of Twilio are deskphone's.

For the local stack's emulator and for tests.
"""
