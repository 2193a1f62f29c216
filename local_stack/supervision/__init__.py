"""Keep the Functions host running: start it, watch it and the app's files, and restart it.

For dev.py start, and for tests with a second host.
"""
