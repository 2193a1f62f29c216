"""The fixed values of the emulated account.

They aren't secrets: they only give access to the emulator.
"""

ACCOUNT_SID = "AC" + "0" * 32
AUTH_TOKEN = "0" * 32
API_KEY_SID = "SK" + "0" * 32
API_KEY_SECRET = "1" * 32
TEST_ACCOUNT_SID = "AC" + "3" * 32
TEST_AUTH_TOKEN = "3" * 32
"""Test credentials: their requests are validated but have no effect."""
MESSAGING_SERVICE_SID = "MG" + "0" * 32
SHARED_KEY_SID = "webhooks_sharedkey_" + "0" * 26
SHARED_KEY = "4" * 32
"""Signs the webhooks of numbers that ask for it (twilio.com/docs/usage/webhooks)."""

LINE = "+12025550100"
"""The account's phone number; +1 202 555 01xx is reserved for fiction."""

LINE_SID = "PN" + "0" * 32
"""The SID of the line's IncomingPhoneNumber."""

APPLICATION_SID = "AP" + "0" * 32
"""The SID of the TwiML application that handles calls from browsers."""

HANDSETS = ("+12025550123", "+12025550124")
"""The handsets that the page shows initially."""

PHONE_PORT = 7072
