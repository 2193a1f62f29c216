"""Keep the Functions host running: start it, watch it and the app's files, and restart it.

For the command that runs the stack, and for tests with a second host.
"""
