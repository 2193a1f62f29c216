"""Calls from the first ring to the last report, and what runs their TwiML.

For `network` and for those who act on calls from outside, through `exchange`.
"""
