"""What `dev.py wire` says and asks on the screen."""

from commands.terminal import answer_to
from commands.wire.number import Address, Addresses, Number
from commands.wire.web_addresses import shown
from shared.errors import AppError, ConfigurationError, TwilioRefusedError

WRONG_CREDENTIALS = 20003


def show(name: str, number: Number, changes: Addresses) -> None:
    """Print each address of a number, and what it would be changed to."""
    print(f"{name} ({number.sid})")
    for place, address in number.addresses.items():
        if place in changes:
            print(f"  {place.label}: {text_of(address)} -> {text_of(changes[place])}")
        elif address.url:
            print(f"  {place.label}: {text_of(address)} (stays)")


def text_of(address: Address) -> str:
    """An address without its secrets; the method only where it is not the usual one."""
    return (f"{address.method} " if address.method != "POST" and address.url else "") + shown(
        address.url
    )


def agrees() -> bool:
    """Ask; where nobody answers, the answer is no."""
    return answer_to("Change it? [y/N] ").strip().lower() in ("y", "yes")


def sentence_of(error: Exception, *, from_azd: bool = False) -> str:
    """What went wrong and what to do about it; `from_azd` says where the settings come from."""
    if isinstance(error, TwilioRefusedError) and error.code == WRONG_CREDENTIALS:
        return (
            "Twilio refuses the credentials (20003). Are account SID and auth token (or API key) "
            "those of one account, and is the token the current one?"
        )
    if isinstance(error, TwilioRefusedError) and error.code:
        return f"{error.detail} ({error.code})"
    if isinstance(error, ConfigurationError):
        places = "azd env get-values" if from_azd else "local.settings.json"
        return f"{error.detail}. Settings come from the environment and {places}"
    return error.detail if isinstance(error, AppError) else str(error)
