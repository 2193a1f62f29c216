"""Settings that apply without a restart: one row in the ledger, read again every 15 seconds.

For guards, answers and commands. It stops sending and overrides limits.
"""
