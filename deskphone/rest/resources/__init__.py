"""The resources of the REST API below the account, one module each.

Used by `tree`, which maps paths to them.
"""
