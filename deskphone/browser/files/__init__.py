"""What a page with the Voice SDK loads from the emulator: the shim, and the SDK's sounds."""
