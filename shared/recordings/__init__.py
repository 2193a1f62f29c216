"""Recordings: their sound, links to them, and texts about new voicemails.

For OnRecording, GetRecording and GetSharedRecording.
"""
