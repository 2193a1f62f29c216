"""HTTP in front of the functions: routes, keys, requests and responses.

For the host alone.
"""
