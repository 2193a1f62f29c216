"""Requests read and answers made.

For functions, endpoints and every room that is handed a request. Nothing here sends.
"""
