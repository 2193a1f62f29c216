"""The fixed values of the account that the emulator plays.

They open nothing but the emulator, so they are no secrets.
"""

ACCOUNT_SID = "AC" + "0" * 32
AUTH_TOKEN = "0" * 32
API_KEY_SID = "SK" + "0" * 32
API_KEY_SECRET = "1" * 32
TEST_ACCOUNT_SID = "AC" + "3" * 32
TEST_AUTH_TOKEN = "3" * 32
"""Test credentials: what they ask for is checked, and does not happen."""
MESSAGING_SERVICE_SID = "MG" + "0" * 32

LINE = "+12025550100"
"""The account's phone number; +1 202 555 01xx is reserved for fiction."""

LINE_SID = "PN" + "0" * 32
"""The SID of the line's number resource."""

HANDSETS = ("+12025550123", "+12025550124")
"""The people's phones that the page shows from the start."""

PHONE_PORT = 7072
