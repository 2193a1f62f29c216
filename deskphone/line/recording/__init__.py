"""Recordings of calls: when they run, what is reported, how they sound.

For whatever records on the line, and for the REST API.
"""
