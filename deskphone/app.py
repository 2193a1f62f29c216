"""What the emulator knows about an app: data for the page, and answers that only the app has.

Everything is optional: NO_APP stands for an unknown app in any language.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from deskphone.faults.kinds import Service
from deskphone.webhooks.advice import Advice


@dataclass(frozen=True)
class App:
    """An app that runs with the emulator. URLs have no trailing slash."""

    title: str = "deskphone"
    """The title of the page."""
    name: str = "your app"
    """What to call the app in a sentence."""
    start: str = ""
    """The command that starts the app and the emulator."""
    answers_url: str = ""
    """The base URL of the app's TwiML endpoints; URLs without a scheme are relative to it."""
    voice_url: str = ""
    sms_url: str = ""
    """The line's initial webhook URLs."""
    numbers: tuple[Mapping[str, str], ...] = ()
    """The account's numbers from the start: fields of `PhoneNumber`, at least `phone_number`."""
    people: tuple[tuple[str, str], ...] = ()
    """The initial handsets: pairs of a number and a name, which may be ""."""
    client_url: str = ""
    """The initial voice URL of the TwiML application for calls from browsers."""
    voice_examples: tuple[tuple[str, str], ...] = ()
    text_examples: tuple[tuple[str, str], ...] = ()
    """Suggested webhooks: pairs of a title and a URL, which may be relative."""
    commands: tuple[tuple[str, str], ...] = ()
    """Terminal commands: pairs of a title and a command; {handset} is the selected number."""
    faults: tuple[Service, ...] = ()
    """Other services that faults can be injected into."""
    fault_notes: tuple[str, ...] = ("What does your app do when something fails?",)
    """Lines to show above the fault menu."""
    shared_key_note: str = "Store this key in your app, or it refuses the webhooks."
    """What to do with the shared key of a number."""
    advice: Advice = field(default_factory=Advice)
    openapi: Path | None = None
    """The file with the app's OpenAPI document, in YAML or JSON, to show at /docs/app."""
    host: Callable[[], Mapping[str, object]] | None = None
    """Returns the state of the app's server: `state` (starting, running or failed), `reason`,
    `functions` (names), `errors` (of `function` and `reason`) and, optionally, `warnings` (texts
    about its settings)."""
    messaging_service: Callable[[], str] = lambda: ""
    """Returns the SID of the line's messaging service, or ""."""
    reset: Callable[[], None] = lambda: None
    """Called when the emulator is reset."""


NO_APP = App()
