"""This project's app on one machine: the Functions host, deskphone, and Azure's stand-ins.

Nothing in here is deployed.
"""
