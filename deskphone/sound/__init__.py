"""Sound: samples, tones, mixing, files, and speech. Pure; it imports nothing else of deskphone.

All sound is mono with 8,000 samples per second, each signed, 16 bits, little-endian, as on the
phone. The libraries for files and speech are imported when they are first used.
"""
