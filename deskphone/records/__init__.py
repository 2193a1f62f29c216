"""What Twilio knows of each thing: plain records, and the limits and words that go with them.

The ground floor: every room may come in here, and nothing here does anything.
"""
