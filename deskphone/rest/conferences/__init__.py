"""The Conferences resource and those below it.

Used by `tree`, which maps paths to them.
"""
