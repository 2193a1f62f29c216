"""The phone network between people and the app: texts, calls, and the TwiML that runs in them.

Used through `network` by the REST API, which sends texts and places calls, and by `world`, where
people use their phones. It imports neither.
"""
