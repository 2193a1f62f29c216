"""Recordings: their sound, and texts with links to new voicemails.

For OnRecording, GetRecording and GetSharedRecording.
"""
