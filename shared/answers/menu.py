"""TwimlMenu: send the caller to the option for the keys pressed, like twimlets.com/menu."""

from collections.abc import Mapping
from typing import NamedTuple, Self

from twilio.twiml.voice_response import Gather, VoiceResponse

from shared.answers.parameters import (
    NOT_A_STEP,
    Pairs,
    ignored,
    is_next_step,
    misplaced,
    percent_encoded,
    table,
    text,
)
from shared.answers.redirection import Redirection
from shared.answers.spoken import play_or_say


class Menu(NamedTuple):
    """What the caller hears, and the URL of each option by its keys."""

    message: str
    options: Mapping[str, str]

    @classmethod
    def from_query(cls, query: Pairs) -> Self:
        """Read `Message` and `Options[keys]`; skip options without a usable URL."""
        misplaced(query, "Message", "Options")
        written = table(query, "Options")
        options = {keys: percent_encoded(url) for keys, url in written.items() if is_next_step(url)}
        if len(options) < len(written):
            ignored("Options", NOT_A_STEP)
        return cls(text(query, "Message"), options)


def menu(wanted: Menu, digits: str) -> VoiceResponse | Redirection:
    """Redirect to the option for these keys; ask (again) without keys or with unknown ones.

    The <Gather> and the <Redirect> without a URL return to the same URL and query.
    """
    option = wanted.options.get(digits)
    if option:
        return Redirection(option)
    response = VoiceResponse()
    if digits:
        response.say("I'm sorry, that wasn't a valid option.")
    length = max((len(keys) for keys in wanted.options), default=1)
    gather = Gather(num_digits=max(length, 1))
    play_or_say(gather, wanted.message)
    response.append(gather)
    response.redirect("")
    return response
