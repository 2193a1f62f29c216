"""The HTTP interface /emulator/: what people do with their phones, and control for tests.

Used only by the server.
"""
