"""Faults of Azure's stand-ins and of the host; those of Twilio are deskphone's."""
