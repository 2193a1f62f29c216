"""The resources of the REST API below the account, a module each.

For `tree`, which puts them in their places.
"""
