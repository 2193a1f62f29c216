"""What a number loses whose webhook uses GET, and how to change that: for `doctor` and `wire`."""

# docs/use/twimlets.md says more.
LOSSES = {
    "calls": "AllowedCallers refuses every caller, no moderator starts a conference, and no "
    "whisper or text names the caller",
    "texts": "Forward gets no words and no media, only the news that a text has come",
}
OPTIONS = {"calls": "--voice", "texts": "--text"}


def loss(kind: str) -> str:
    """Say what GET costs, in half a sentence; `kind` is calls or texts."""
    return f"by GET, which proves nothing about people: {LOSSES[kind]}; logs may hold their numbers"


def cure(kind: str) -> str:
    """Say how to set POST; the URL of a messaging service is in the console alone."""
    return (
        "choose POST in Twilio's console, or give python3 dev.py wire the same address with "
        f"{OPTIONS[kind]}"
    )
