"""HTTP in front of the functions: routes, keys, requests and responses.

Only the host uses it.
"""
