"""The local stack.

Everything that the functions talk to, on one desk. Nothing in here is deployed.
"""
