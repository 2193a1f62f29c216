"""Read HTTP requests and build responses.

For functions, endpoints and every room that is handed a request. Nothing here sends.
"""
