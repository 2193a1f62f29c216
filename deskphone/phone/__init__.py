"""The browser page, and records in its format.

Used by the emulator, which feeds it, and by the server. `static/` has the files for the browser.
"""
