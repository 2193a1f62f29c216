"""What an app tells of itself: data for the page, and answers to what only the app knows.

All of it may be left out: NO_APP stands for an app of which nothing is known here, in any language.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from deskphone.faults.kinds import Service
from deskphone.webhooks.advice import Advice


@dataclass(frozen=True)
class App:
    """An app beside the emulator. URLs have no final slash."""

    title: str = "deskphone"
    """The page's."""
    name: str = "your app"
    """Whose numbers these are, in a sentence."""
    start: str = ""
    """The command that starts the app and the emulator."""
    answers_url: str = ""
    """Where TwiML is answered; addresses without a scheme are relative to it."""
    voice_url: str = ""
    sms_url: str = ""
    """What answers the line from the start."""
    voice_examples: tuple[tuple[str, str], ...] = ()
    text_examples: tuple[tuple[str, str], ...] = ()
    """Answers to choose from: a title and an address, which may be relative."""
    commands: tuple[tuple[str, str], ...] = ()
    """Commands for a terminal: a title and a line, in which {handset} is the number in hand."""
    faults: tuple[Service, ...] = ()
    """What can be broken beside Twilio."""
    fault_notes: tuple[str, ...] = ("What does your app do when something fails?",)
    """Lines above the menu of faults."""
    advice: Advice = field(default_factory=Advice)
    host: Callable[[], Mapping[str, object]] | None = None
    """Returns how the app's server is doing: `state` (starting, running or failed), `reason`,
    `functions` (names) and `errors` (of `function` and `reason`)."""
    messaging_service: Callable[[], str] = lambda: ""
    """Returns the SID of the messaging service that the line is in, "" for none."""
    reset: Callable[[], None] = lambda: None
    """Called when everything returns to the state of a fresh start."""


NO_APP = App()
