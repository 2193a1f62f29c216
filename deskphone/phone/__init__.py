"""The page in the browser, and records as it shows them.

For the emulator, which feeds it, and for the server. `static/` is what the browser loads.
"""
