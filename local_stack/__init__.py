"""Run the app locally: a Functions host, deskphone, and stand-ins for Azure's services.

Nothing in here is deployed.
"""
