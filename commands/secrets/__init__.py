"""`dev.py secrets`: store the app's secrets in its Key Vault."""
