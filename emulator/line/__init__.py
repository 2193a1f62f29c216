"""The telephone network between people and the app: texts, calls and the TwiML that runs in them."""
