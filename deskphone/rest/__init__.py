"""Twilio's REST API of 2010-04-01, as the unmodified SDK sees it.

`api` is the door, `tree` says which resource is where. For the server alone, and for the parts of
the world that do what the API does.
"""
