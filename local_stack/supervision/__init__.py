"""Keeps the Functions host running: starts it, watches it and the app's files, restarts it.

For the command that runs the stack, and for tests with a second host.
"""
