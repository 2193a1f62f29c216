"""Find out whether the vault and the app have the auth token or shared key of a signature."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Self

from deskphone.records.history import SignatureStep
from deskphone.webhooks.advice import Finding, listed

SHARED_KEYS_PAGE = "docs/operate/signatures.md#shared-keys"


@dataclass(frozen=True)
class TokenPlaces:
    """The names of the secrets that hold the token or the shared key.

    `in_vault` hold it now, `in_app` held it when the app last read them; `asked` has every secret
    that the app ever requested. `is_rotated`: a fault has changed it.
    """

    in_vault: frozenset[str] = frozenset()
    in_app: frozenset[str] = frozenset()
    asked: frozenset[str] = frozenset()
    is_rotated: bool = False

    @classmethod
    def of(
        cls, token: str, vault: Mapping[str, str], given: Mapping[str, str], *, is_rotated: bool
    ) -> Self:
        """Find it in the vault's secrets and in those that the app last received."""
        in_vault, in_app = (
            frozenset(name for name, value in secrets.items() if value == token)
            for secrets in (vault, given)
        )
        return cls(in_vault, in_app, frozenset(given), is_rotated)


def judge_token(tried: Sequence[str], places: TokenPlaces) -> Finding:
    """Return whether the app can have the token of a signature, and what to do.

    `tried` are the names of the secrets that the app tried, empty if it doesn't report them.
    """
    if not tried:
        return SignatureStep("Token", None, _vault_says(places)), ""
    names = listed(tried)
    if places.in_app & set(tried):
        text = f"The app has the account's current token. It tried {names}"
        return SignatureStep("Token", True, text), ""
    if not places.asked & set(tried):
        text = f"The app tried {names}, but has not read the token from this vault"
        advice = (
            "The app gets its token from somewhere else. "
            "Set it to the current token, or use the vault."
        )
        return SignatureStep("Token", None, text), advice
    text = f"{_changed(places)}. The app tried the previous {names}"
    if places.in_vault & set(tried):
        advice = (
            "The vault has the current token, and the app checks for it once a minute. To change "
            "the token without an outage: docs/operate/running.md#change-a-secret"
        )
        return SignatureStep("Token", False, text), advice
    text = f"{_vault_says(places)}. The app tried {names}"
    advice = (
        "Store the account's current token as TwilioAuthToken: "
        "docs/operate/running.md#change-a-secret"
    )
    return SignatureStep("Token", False, text), advice


def judge_shared_key(tried: Sequence[str], places: TokenPlaces) -> Finding:
    """Like `judge_token`, for a number's shared key."""
    kept = "doesn't have the number's shared key"
    if places.in_vault:
        kept = f"has the number's shared key as {listed(sorted(places.in_vault))}"
    if not tried:
        return SignatureStep("Key", None, f"The vault {kept}"), ""
    names = listed(tried)
    if places.in_app & set(tried):
        text = f"The app has the number's shared key. It tried {names}"
        return SignatureStep("Key", True, text), ""
    if not places.in_vault:
        advice = f"Store the key in the number's settings as TwilioWebhookKey: {SHARED_KEYS_PAGE}"
    elif places.in_vault & set(tried):
        advice = "The app reads the vault again within a minute."
    else:
        advice = (
            "Only the X-Twilio-Webhooks-Signature-Settings header makes the app try shared keys. "
            "Look for a proxy that removes it."
        )
    return SignatureStep("Key", False, f"The vault {kept}. The app tried {names}"), advice


def _changed(places: TokenPlaces) -> str:
    why = " (the rotated fault is active)" if places.is_rotated else ""
    return f"The account's token has changed{why}"


def _vault_says(places: TokenPlaces) -> str:
    if not places.in_vault:
        return "The vault doesn't have the account's current token"
    return f"The vault has the account's current token as {listed(sorted(places.in_vault))}"
