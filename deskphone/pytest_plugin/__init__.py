"""The pytest plugin: an emulated Twilio and its phones as fixtures.

pytest loads `plugin`, which loads the rest once a test uses a fixture.
"""
