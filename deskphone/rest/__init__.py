"""Twilio's REST API 2010-04-01, for the unmodified SDK.

`api` handles requests, and `tree` maps paths to resources. Used by the server, and by the parts of
`world` that do what the API does.
"""
