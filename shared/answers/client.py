"""TwimlClient: ring someone's browser."""

from typing import NamedTuple, Self

from twilio.twiml.voice_response import Dial, VoiceResponse

from shared.answers.browsers import IDENTITY, PREFIX
from shared.answers.dialing import (
    TIMEOUT_S,
    after_dialing,
    dialable,
    has_dialed,
    no_one_to_dial,
    own_step,
)
from shared.answers.facts import Facts
from shared.answers.outbound import Outbound
from shared.answers.parameters import (
    Pairs,
    ignored,
    misplaced,
    next_url,
    phone_number,
    seconds,
    step_url,
    text,
)
from shared.answers.redirection import Redirection
from shared.answers.spoken import apology


class Client(NamedTuple):
    """Whose browser to ring, for how long, and where to continue if no one answers."""

    identity: str
    timeout_s: int
    fail_url: str

    @classmethod
    def from_query(cls, query: Pairs) -> Self:
        """Read Identity, Timeout, FailUrl and, without FailUrl, Notify for voicemail."""
        misplaced(query, "Identity", "Timeout", "FailUrl", "Notify")
        identity, notify = text(query, "Identity"), phone_number(query, "Notify")
        if identity and not IDENTITY.fullmatch(identity):
            ignored("Identity", "does not consist of 1 to 121 letters, digits and underscores")
            identity = ""
        voicemail = step_url("TwimlVoicemail", ("Notify", notify)) if notify else ""
        return cls(
            identity=identity,
            timeout_s=seconds(query, "Timeout") or TIMEOUT_S,
            fail_url=next_url(query, "FailUrl") or voicemail,
        )


def client(wanted: Client, facts: Facts, outbound: Outbound) -> VoiceResponse | Redirection:
    """Dial, or handle the step after the <Dial>; all devices of the identity ring."""
    if has_dialed(facts):
        return after_dialing(facts, wanted.fail_url)
    if not wanted.identity:
        return Redirection(wanted.fail_url) if wanted.fail_url else apology("it has no Identity")
    if not dialable("Identity", [PREFIX + wanted.identity], facts, outbound):
        return no_one_to_dial(wanted.fail_url, outbound)
    dial = Dial(
        action=own_step("TwimlClient", wanted.fail_url),
        timeout=wanted.timeout_s,
        time_limit=outbound.call_limit_s,
    )
    dial.client(wanted.identity)
    return VoiceResponse().append(dial)
