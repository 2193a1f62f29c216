"""The door /emulator/: what people do with their phones, and what a test wants to know or turn."""
