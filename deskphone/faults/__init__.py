"""Fault injection: which faults are on, and which requests they affect.

Used by the REST API, status callbacks, the page and `world`, which apply the faults.
"""
