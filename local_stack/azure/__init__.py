"""Stand-ins for Key Vault, managed identity and Table Storage, for the unmodified Azure SDKs.

For the emulator of this stack, which mounts them beside Twilio.
"""
