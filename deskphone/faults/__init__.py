"""Faults on purpose: which ones are on, and when they strike."""
