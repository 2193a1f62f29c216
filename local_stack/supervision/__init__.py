"""Keeps the Functions host running: starts it, watches it and the app's files, starts it again."""
