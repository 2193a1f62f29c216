"""What only the app's side can tell of an answer: why a URL leads nowhere, who has which token."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from deskphone.records.history import SignatureStep

SHOWN_NAMES = 8
SHOWN_CHARACTERS = 40

Finding = tuple[SignatureStep, str]
"""A step of the comparison, and what to do; "" when there is nothing to do."""


def listed(names: Sequence[str]) -> str:
    """Return the first names, cut, and how many more there are."""
    shown = ", ".join(name[:SHOWN_CHARACTERS] for name in names[:SHOWN_NAMES]) or "none"
    more = len(names) - SHOWN_NAMES
    return f"{shown} and {more} more" if more > 0 else shown


def unknown_token(token: str, tried: Sequence[str]) -> Finding:
    """Judge the token of an app whose secrets are not known here."""
    if not tried:
        return SignatureStep("Token", None, "The account's auth token signed."), ""
    text = f"The app tried {listed(tried)}"
    return SignatureStep("Token", None, text), "Give the app the account's present auth token."


@dataclass(frozen=True)
class Advice:
    """Each part has a default that is true of any app.

    `why` says why a URL was answered with an error status, "" when that is not known. `token` gets
    the account's present auth token and the names of the secrets that the app tried, none when it
    does not say. `public_url` ends the sentence "Or let the app check http://...: ".
    """

    why: Callable[[str, int], str] = lambda url, status: ""
    token: Callable[[str, Sequence[str]], Finding] = unknown_token
    public_url: str = "that is the public address in its settings."
