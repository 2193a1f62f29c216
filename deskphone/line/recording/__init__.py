"""Recordings of calls: when they run, what is written, how they sound."""
