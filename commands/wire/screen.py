"""The output and questions of `dev.py wire`."""

from commands.terminal import answer_to
from commands.wire.number import Address, Addresses, Number
from commands.wire.web_addresses import shown
from shared.errors import AppError, ConfigurationError, TwilioRefusedError

WRONG_CREDENTIALS = 20003


def show(name: str, number: Number, changes: Addresses) -> None:
    """Print each address of a number and its new value."""
    print(f"{name} ({number.sid})")
    for place, address in number.addresses.items():
        if place in changes:
            print(f"  {place.label}: {text_of(address)} -> {text_of(changes[place])}")
        elif address.url:
            print(f"  {place.label}: {text_of(address)} (unchanged)")


def text_of(address: Address) -> str:
    """Return an address without its secrets; with the method unless it is POST."""
    return (f"{address.method} " if address.method != "POST" and address.url else "") + shown(
        address.url
    )


def agrees() -> bool:
    """Ask for confirmation; no input means no."""
    return answer_to("Change it? [y/N] ").strip().lower() in ("y", "yes")


def sentence_of(error: Exception, *, from_azd: bool = False) -> str:
    """Return the error message; `from_azd` tells where the settings come from."""
    if isinstance(error, TwilioRefusedError) and error.code == WRONG_CREDENTIALS:
        return (
            "Twilio rejected the credentials (20003). Check that the account SID and the auth "
            "token or API key belong to the same account, and that the token is current"
        )
    if isinstance(error, TwilioRefusedError) and error.code:
        return f"{error.detail} ({error.code})"
    if isinstance(error, ConfigurationError):
        places = "azd env get-values" if from_azd else "local.settings.json"
        return f"{error.detail.rstrip('.')}. Settings come from the environment and {places}"
    return error.detail if isinstance(error, AppError) else str(error)
