"""The rules of a trial account, as of November 2026 (twilio.com/docs/usage/trials).

Twilio's sentences for 21219, 21608 and the message of a call are from recorded responses. What
Twilio doesn't document is listed in docs/change/emulator-coverage.md.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple

from deskphone.account.phone_numbers import is_client, masked, region_of

LIFE = timedelta(days=30)
VERIFIED_LIMIT = 5
CALL_LIMIT_S = 600
CALL_CUT = 13805
CALL_CUT_MESSAGE = "Trial account call duration exceeded 10 minute limit"
CALL_MESSAGE = (
    "You have a trial account. You can remove this message at any time by upgrading to a full "
    "account. Press any key to execute your code."
)
"""What a person hears at the beginning of every call."""
TEXTED_COUNTRY = "US"


class Refusal(NamedTuple):
    """A refusal by Twilio: its code, its message, and the HTTP status."""

    code: int
    message: str
    status: int = 400


NOT_ACTIVE = Refusal(20005, "Account not active", 403)
CALLER_REJECTED = Refusal(10003, "Incoming call rejected due to inactive account")
TEXT_REJECTED = Refusal(10001, "Account is not active")
NO_FEATURE = Refusal(10002, "Trial accounts do not support the feature you tried to use")
NO_VERIFY = Refusal(575001, "Verify isn't available for this trial account")
NO_TEMPLATE = Refusal(572006, "Invalid template name")
CLOSED_TO_DIAL = Refusal(13227, "Geo Permission configuration is not permitting call")
NOT_VERIFIED_REPLY = Refusal(14111, "Invalid To phone number for Trial mode")
UNFINISHED = "Destination number has not completed verification"


def closed_to_texts(to: str) -> Refusal:
    """Return the refusal of a text to a country that the account may not text."""
    message = "Permission to send an SMS has not been enabled for the region indicated by the"
    return Refusal(21408, f"{message} 'To' number: {masked(to)}")


def closed_to_calls(to: str) -> Refusal:
    """Return the refusal of a call to a country that the account may not call."""
    return Refusal(
        21215,
        f"Account not authorized to call {to}. Perhaps you need to enable some international "
        "permissions: https://www.twilio.com/console/voice/calls/geo-permissions/low-risk",
    )


@dataclass(frozen=True)
class Trial:
    """A trial that ends at a time.

    `verified` are the numbers that it may reach, the account owner's first. `pending` are added,
    but haven't completed verification.
    """

    ends: datetime
    verified: tuple[str, ...] = ()
    pending: tuple[str, ...] = ()

    @property
    def began(self) -> datetime:
        """When the account was created."""
        return self.ends - LIFE

    def is_over(self, now: datetime) -> bool:
        """Whether the trial has ended."""
        return now >= self.ends

    def text_refusal(self, to: str, now: datetime) -> Refusal:
        """Return why the REST API refuses a text.

        It refuses every text, because Twilio doesn't publish its templates.
        """
        if self.is_over(now):
            return NOT_ACTIVE
        if to in self.pending:
            return Refusal(572005, UNFINISHED)
        if to not in self.verified:
            return Refusal(
                21608,
                f"The number {masked(to)} is unverified. Trial accounts cannot send messages to "
                f"unverified numbers; verify {masked(to)} at "
                "twilio.com/user/account/phone-numbers/verified, or purchase a Twilio number to "
                "send messages to unverified numbers",
            )
        if region_of(to) != TEXTED_COUNTRY:
            return closed_to_texts(to)
        return NO_TEMPLATE

    def reply_refusal(self, to: str) -> Refusal:
        """Return why TwiML can't send a text."""
        return NO_TEMPLATE if to in self.verified else NOT_VERIFIED_REPLY

    def call_refusal(self, to: str, now: datetime) -> Refusal | None:
        """Return why the REST API refuses a call, or None."""
        if self.is_over(now):
            return NOT_ACTIVE
        refusal = self.dial_refusal(to)
        return closed_to_calls(to) if refusal == CLOSED_TO_DIAL else refusal

    def dial_refusal(self, to: str) -> Refusal | None:
        """Return why <Dial> can't call a number, or None. Clients need no verification."""
        if is_client(to):
            return None
        if to in self.pending:
            return Refusal(573005, UNFINISHED)
        if to not in self.verified:
            message = "Trial accounts may only make calls to verified numbers."
            return Refusal(21219, f"The number {to} is unverified. {message}")
        if region_of(to) != region_of(self.verified[0]):
            return CLOSED_TO_DIAL
        return None

    def caller_refusal(self, caller: str, now: datetime) -> Refusal | None:
        """Return why a person's call to the account isn't taken, or None."""
        if self.is_over(now):
            return CALLER_REJECTED
        return None if caller in self.verified else NO_FEATURE
