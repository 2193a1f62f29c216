"""Injected faults: which ones are on, and when they strike.

For the REST API, webhooks' status reports, the page and the world. It strikes nothing by itself.
"""
