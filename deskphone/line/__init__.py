"""The telephone network between people and the app: texts, calls and the TwiML that runs in them.

For the REST API, which places texts and calls, and for the world, where people have phones: both
go through `network`. It knows neither of them.
"""
