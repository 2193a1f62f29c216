"""The command line of `dev.py wire`."""

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from commands.errors import CommandError
from commands.wire.memory import FOLDER
from commands.wire.number import Address, Addresses, Place
from commands.wire.web_addresses import App, outside_url
from shared.config.settings import Settings
from shared.phone_numbers import E164, masked, parse_number

AZD = "python3 dev.py wire --from-azd"
VOICE, TEXT = "TwimlHello", "TwimlReply"
NOTHING = "none"


class Options(NamedTuple):
    """The command line; None for options that were not passed."""

    number: str | None
    url: str | None
    voice: str | None
    text: str | None
    fallback: str | None
    text_fallback: str | None
    reports: str | None
    fallback_method: str
    settings: str | None
    memory: Path
    browser_calls: bool
    undo: bool
    dry_run: bool
    yes: bool
    from_azd: bool


def read_options(arguments: Sequence[str] | None) -> Options:
    """Parse the command line; exit with 2 for incorrect usage."""
    parser = argparse.ArgumentParser(
        prog="python3 dev.py wire",
        description="Point a Twilio number's calls and texts at this app. Shows the changes "
        "and asks first.",
        epilog="Without --voice, --text, --fallback, --text-fallback, and --reports, calls go to "
        f"{VOICE} and texts to {TEXT}. With any of them, only those change.",
    )
    _add_options(parser)
    options = Options(**vars(parser.parse_args(arguments)))
    if options.undo and (options.url or options.from_azd or any(_named(options))):
        parser.error("--undo takes no URLs: it restores the previous ones")
    of_number = options.number or options.from_azd or any(_named(options._replace(voice=None)))
    if options.browser_calls and of_number:
        parser.error("--browser-calls changes the TwiML app: only --url and --voice apply to it")
    return options


def _add_options(parser: argparse.ArgumentParser) -> None:
    add = parser.add_argument
    add("number", nargs="?", help="the phone number; default TWILIO_FROM_NUMBER")
    add("--url", metavar="URL", help="the app's address, such as https://….azurewebsites.net")
    add("--voice", metavar="ANSWER", help="function or https URL that answers calls")
    add("--text", metavar="ANSWER", help="function or https URL that answers texts")
    add("--fallback", metavar="URL", help="answers calls when the app fails; 'none' removes it")
    add("--text-fallback", metavar="URL", help="the same for texts")
    add(
        "--reports",
        metavar="FUNCTION",
        help="gets call reports: OnCallStatus, or 'none'",
    )
    add("--fallback-method", choices=["GET", "POST"], default="GET", help="default GET")
    add("--browser-calls", action="store_true", help="set the URL of the TwiML app instead")
    add("--settings", metavar="FILE", help="settings file; default local.settings.json")
    add("--memory", metavar="FOLDER", type=Path, default=Path(FOLDER), help="history for --undo")
    add("--undo", action="store_true", help="restore the URLs from before the last change")
    add("--dry-run", action="store_true", help="only show what would change")
    add("--yes", action="store_true", help="don't ask for confirmation")
    add("--from-azd", action="store_true", help="use azd's app, number, and vault; always exit 0")


def number_of(options: Options, settings: Settings) -> tuple[str, str]:
    """Return the number as E.164, and how to show it: masked unless it was typed.

    Raise CommandError if it is missing or can't be called, InvalidRequestError if it is invalid.
    """
    if options.number is not None:
        digits = parse_number(options.number, region=settings.default_region, field="number")
        return digits, digits
    if not settings.from_number:
        raise CommandError(
            "the phone number is missing. Pass one, as in python3 dev.py wire +12025550100, or set "
            "TWILIO_FROM_NUMBER. You can buy one in Twilio's console",
            exit_status=2,
        )
    if not E164.fullmatch(settings.from_number):
        raise CommandError(
            "TWILIO_FROM_NUMBER is a short code or a name, which can't receive calls"
        )
    return settings.from_number, str(masked(settings.from_number))


def wanted(options: Options, app: App) -> Addresses:
    """Return the addresses that the number should get; raise CommandError if one is invalid."""
    voice, text = options.voice, options.text
    if not any(_named(options)):
        voice, text = VOICE, TEXT
    found: dict[Place, Address] = {}
    if voice:
        found[Place.CALLS] = Address(app.url_of(voice, option="--voice", prefix="Twiml"))
    if text:
        found[Place.TEXTS] = Address(app.url_of(text, option="--text", prefix="Twiml"))
    if options.reports:
        found[Place.CALL_REPORTS] = Address(_reports(options.reports, app))
    method = options.fallback_method
    if options.fallback:
        found[Place.CALLS_FALLBACK] = Address(
            _fallback(options.fallback, app, "--fallback"), method
        )
    if options.text_fallback:
        url = _fallback(options.text_fallback, app, "--text-fallback")
        found[Place.TEXTS_FALLBACK] = Address(url, method)
    return found


def _named(options: Options) -> Sequence[str | None]:
    return (
        options.voice,
        options.text,
        options.fallback,
        options.text_fallback,
        options.reports,
    )


def _reports(text: str, app: App) -> str:
    return "" if text == NOTHING else app.url_of(text, option="--reports", prefix="On")


def _fallback(text: str, app: App, option: str) -> str:
    """Return the URL of a fallback, which must not be in the app itself."""
    if text == NOTHING:
        return ""
    url = outside_url(text, option=option, has_local_stack=app.has_local_stack)
    if app.has(url):
        raise CommandError(
            f"{option} points to the app itself, which may be down when the fallback is needed. "
            "See docs/operate/running.md#when-the-app-cant-answer for other options",
            exit_status=2,
        )
    return url
