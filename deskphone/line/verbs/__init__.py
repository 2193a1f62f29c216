"""The verbs of calls: what each TwiML element does, in one module per verb or group of verbs.

`table` lists them all; those for texts are in line/texts/verbs.py. A verb accesses its call
through line/session.
"""
