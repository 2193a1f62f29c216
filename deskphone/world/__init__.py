"""The HTTP interface /emulator/: what people do with their phones, and what a test sets or asks.

For the server alone.
"""
