"""Browser calls: the signaling that Twilio's Voice SDK speaks, and its devices.

It drives calls like the people on the phone page do. The media of a call come from a factory that
the emulator passes, so nothing of them is loaded before a browser registers or calls. Twilio
doesn't document the protocol; its source is the SDK (npm, @twilio/voice-sdk 2.18.5).
"""
