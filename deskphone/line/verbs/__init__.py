"""The verbs of calls: what each element of TwiML does, a module for each or for a few alike.

`table` names them all; those of texts are in line/texts/verbs.py. A verb sees a call through
line/session.
"""
