"""Stand-ins for Key Vault, managed identity and Table Storage, for the unmodified Azure SDKs."""
