"""Rows that record what was sent, in memory or in Azure Table Storage.

For guards, sending and delivery. Nothing here knows Twilio.
"""
