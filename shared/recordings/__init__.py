"""Recordings: their sound, links to them, and the texts that tell of voicemails.

For OnRecording, GetRecording and GetSharedRecording.
"""
