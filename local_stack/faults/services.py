"""What can be broken beside Twilio: every kind of fault, and which options it takes."""

from deskphone.faults.kinds import STRIKES, Service

VAULT = Service(
    "vault",
    "Key Vault",
    {
        "401": STRIKES,
        "403": STRIKES,
        "404": STRIKES,
        "429": STRIKES | {"seconds"},
        "500": STRIKES,
        "503": STRIKES,
        "slow": STRIKES | {"seconds"},
        "rotated": frozenset(),
    },
    {"429": "error 429, too many requests", "rotated": "auth token changed"},
    (("503", None),),
)
STORAGE = Service(
    "storage",
    "Storage",
    {
        "503": STRIKES,
        "slow": STRIKES | {"seconds"},
        "lost": STRIKES,
        "refused": STRIKES | {"seconds"},
    },
    {"lost": "answers lost", "refused": "down"},
    (("refused", None),),
)
HOST = Service(
    "host",
    "Functions host",
    {"killed": STRIKES | {"done"}},
    {"killed": "killed while sending"},
    (("killed", 1),),
)
