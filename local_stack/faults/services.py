"""The faults of services other than Twilio, and their options."""

from deskphone.faults.kinds import PER_REQUEST, Service

VAULT = Service(
    "vault",
    "Key Vault",
    {
        "401": PER_REQUEST,
        "403": PER_REQUEST,
        "404": PER_REQUEST,
        "429": PER_REQUEST | {"seconds"},
        "500": PER_REQUEST,
        "503": PER_REQUEST,
        "slow": PER_REQUEST | {"seconds"},
        "rotated": frozenset(),
    },
    {"429": "error 429, too many requests", "rotated": "auth token changed"},
    (("503", None),),
)
STORAGE = Service(
    "storage",
    "Storage",
    {
        "503": PER_REQUEST,
        "slow": PER_REQUEST | {"seconds"},
        "lost": PER_REQUEST,
        "refused": PER_REQUEST | {"seconds"},
    },
    {"lost": "answers lost", "refused": "down"},
    (("refused", None),),
)
HOST = Service(
    "host",
    "Functions host",
    {"killed": PER_REQUEST | {"done"}},
    {"killed": "killed while sending"},
    (("killed", 1),),
)
