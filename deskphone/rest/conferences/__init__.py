"""The resources of conferences and of what is in them.

For `tree`, which puts them in their places.
"""
