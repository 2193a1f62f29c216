"""What only the app's side knows about a response: why a URL fails, and which key it uses."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from deskphone.records.history import SignatureStep
from deskphone.webhooks.signing import SigningKey

SHOWN_NAMES = 8
SHOWN_CHARACTERS = 40

Finding = tuple[SignatureStep, str]
"""A step of the comparison, and what to do, or "" if there is nothing to do."""


def listed(names: Sequence[str]) -> str:
    """Return the first names, truncated, and how many more there are."""
    shown = ", ".join(name[:SHOWN_CHARACTERS] for name in names[:SHOWN_NAMES]) or "none"
    more = len(names) - SHOWN_NAMES
    return f"{shown} and {more} more" if more > 0 else shown


def doubts_about(url: str, ignored: Sequence[str]) -> list[str]:
    """Return what is probably a mistake in a webhook's URL; `ignored` are settings after its #."""
    doubts: list[str] = []
    if ignored:
        names = ", ".join(ignored[:5])
        doubts.append(f"Ignored invalid settings after # in a webhook's URL: {names}")
    if "&amp;" in url:
        doubts.append("A webhook's URL was copied from HTML: replace each &amp; in it with &")
    return doubts


def step_name(key: SigningKey) -> str:
    """Return the name of the step that compares the key."""
    return "Key" if key.sid else "Token"


def unknown_token(key: SigningKey, tried: Sequence[str]) -> Finding:
    """Compare the key for an app whose secrets are unknown."""
    if not tried:
        name = "number's shared key" if key.sid else "account's auth token"
        return SignatureStep(step_name(key), None, f"Signed with the {name}."), ""
    step = SignatureStep(step_name(key), None, f"The app tried {listed(tried)}")
    needed = "number's shared key" if key.sid else "account's current auth token"
    return step, f"Make sure that the app has the {needed}."


@dataclass(frozen=True)
class Advice:
    """Every part has a default that fits any app.

    `why` returns why a URL's response has an error status, or "" if unknown. `token` gets the key
    that signed and the names of the secrets that the app tried, or none if it doesn't say.
    `public_url` names the app's setting for its public URL.
    """

    why: Callable[[str, int], str] = lambda url, status: ""
    token: Callable[[SigningKey, Sequence[str]], Finding] = unknown_token
    public_url: str = "the public URL in its settings"
