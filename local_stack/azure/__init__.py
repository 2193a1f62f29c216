"""Stand-ins for Key Vault, managed identity and Table Storage, for the unmodified Azure SDKs.

The local stack's emulator mounts them beside Twilio.
"""
