"""`dev.py secrets`: write the secrets that the app needs into its Key Vault."""
