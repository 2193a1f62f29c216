"""Runs an app whose Twilio SDK is intercepted: a proxy, its certificates, and the app's process.

Used only by the command line.
"""
