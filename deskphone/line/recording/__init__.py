"""Recordings of calls: when they run, their reports, and their audio.

Used by everything that records on the line, and by the REST API.
"""
