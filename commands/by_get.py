"""What does not work when a webhook uses GET, and how to change it: for `doctor` and `wire`."""

# See docs/use/twimlets.md.
LOSSES = {
    "calls": "AllowedCallers rejects every caller, moderators can't start a conference, and "
    "whispers and texts don't name the caller",
    "texts": "Forward gets neither the body nor the media, only the fact that a text arrived",
}
OPTIONS = {"calls": "--voice", "texts": "--text"}


def loss(kind: str) -> str:
    """Return the consequences of GET as a phrase; `kind` is calls or texts."""
    return (
        f"with GET, which doesn't prove who is calling or texting: {LOSSES[kind]}; "
        "logs may contain phone numbers"
    )


def cure(kind: str) -> str:
    """Return how to switch to POST; a messaging service can only be changed in the console."""
    return (
        "choose POST in Twilio's console, or pass the same address to python3 dev.py wire with "
        f"{OPTIONS[kind]}"
    )
