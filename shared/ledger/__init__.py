"""Rows that remember what was sent, in memory or in Azure's table storage.

For guards, sending and delivery. It never knows Twilio.
"""
