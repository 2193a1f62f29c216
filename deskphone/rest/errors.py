"""Errors of Twilio's REST API.

TwilioRefusalError                  an error response: HTTP status, Twilio's code, a message
└── NotEmulatedError           501: Twilio supports it, the emulator doesn't; it has no Twilio code
"""

import base64
import re
from http import HTTPStatus

from deskphone.account.phone_numbers import masked
from deskphone.account.trial import Refusal
from deskphone.values import ACCOUNT_SID, API_KEY_SID, AUTH_TOKEN, TEST_ACCOUNT_SID

SID = re.compile(r"(AC|SK)[0-9a-f]{32}")
OWN_SIDS = (ACCOUNT_SID, TEST_ACCOUNT_SID, API_KEY_SID)
UNNUMBERED = 400
"""The code of an error that has no documented Twilio code: the status, like in Twilio's SDK."""

NOT_FOUND = 20404

ANOTHERS_ACCOUNT = (
    f"The request used another account or API key. Only {ACCOUNT_SID} works here, with the token "
    f"{AUTH_TOKEN}."
)
"""What to do about 20003."""

ANOTHERS_NUMBER = (
    "From isn't a number of this account. Use one of those under Numbers on the phone page, or buy "
    "it with the REST API."
)
"""What to do about 21210 and 21659."""


class TwilioRefusalError(Exception):
    """An error response. `code` is from Twilio's error dictionary; `status` is the HTTP status.

    `message` is Twilio's sentence, if it is known. `advice` is for an alert: what to do here.
    """

    def __init__(self, code: int, message: str, status: int = 400, advice: str = "") -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.status = status
        self.advice = advice

    def body(self) -> dict[str, object]:
        """Return the JSON body with the fields that Twilio's SDK reads."""
        more_info = f"https://www.twilio.com/docs/errors/{self.code}"
        return {
            "code": self.code,
            "message": self.message,
            "more_info": more_info,
            "status": self.status,
        }

    def headers(self) -> dict[str, str]:
        """Return the headers: Twilio's code, and a 401 asks for a password."""
        is_401 = self.status == HTTPStatus.UNAUTHORIZED
        challenge = {"WWW-Authenticate": 'Basic realm="Twilio API"'} if is_401 else {}
        return {"X-Twilio-Error-Code": str(self.code), **challenge}


def refused(refusal: Refusal) -> TwilioRefusalError:
    """Return the error for a refusal by the rules of a trial account."""
    return TwilioRefusalError(refusal.code, refusal.message, refusal.status)


class NotEmulatedError(TwilioRefusalError):
    """A resource or parameter that the emulator doesn't support."""

    def __init__(self, what: str) -> None:
        super().__init__(501, f"{what} isn't emulated. Real Twilio supports it.", 501)

    def body(self) -> dict[str, object]:
        return {
            "code": 501,
            "message": self.message,
            "more_info": "docs/change/emulator-coverage.md",
            "status": 501,
        }

    def headers(self) -> dict[str, str]:
        return {}


def not_found(what: str) -> TwilioRefusalError:
    """Return the error for a resource that doesn't exist (20404)."""
    return TwilioRefusalError(NOT_FOUND, f"The requested resource {what} was not found", 404)


def not_allowed() -> TwilioRefusalError:
    """Return the error for a method that the resource doesn't support (20004)."""
    return TwilioRefusalError(20004, "Method not allowed", 405)


def invalid_recipient(text: str) -> TwilioRefusalError:
    """Return the error for a To that isn't a phone number (21211)."""
    return TwilioRefusalError(21211, f"Invalid 'To' Phone Number: {masked(text)}")


def invalid_sender(text: str) -> TwilioRefusalError:
    """Return the error for a From that isn't a phone number or a sender ID (21212)."""
    message = "is not a valid phone number, shortcode, or alphanumeric sender ID."
    return TwilioRefusalError(21212, f"The 'From' number {text} {message}")


def wrong_state(message: str) -> TwilioRefusalError:
    """Return the error for changing a call in a state that doesn't allow it (21220)."""
    return TwilioRefusalError(21220, message)


def conflict(message: str) -> TwilioRefusalError:
    """Return the error for what the resource's state doesn't allow (docs/api/errors/20409)."""
    return TwilioRefusalError(20409, message, HTTPStatus.CONFLICT)


def unfinished() -> TwilioRefusalError:
    """Return the error for deleting something that is still in progress (20009)."""
    return TwilioRefusalError(20009, "Cannot delete this resource before it is complete", 409)


def refused_credentials() -> TwilioRefusalError:
    """Return the error for wrong or insufficient credentials (20003)."""
    return TwilioRefusalError(20003, "Authenticate", HTTPStatus.UNAUTHORIZED)


def is_another_account(authorization: str) -> bool:
    """Whether a header of HTTP Basic names an account or key that the emulator never had."""
    try:
        user = base64.b64decode(authorization.partition(" ")[2]).partition(b":")[0].decode()
    except ValueError:
        return False
    return SID.fullmatch(user) is not None and user not in OWN_SIDS


def refused_sign_in(authorization: str) -> TwilioRefusalError:
    """Return the error for a request whose Authorization header is missing or wrong (20003).

    For another account, it advises to use the emulator's.
    """
    if authorization:
        advice = ANOTHERS_ACCOUNT if is_another_account(authorization) else ""
        return TwilioRefusalError(20003, "Authenticate", HTTPStatus.UNAUTHORIZED, advice)
    message = "Authentication Error - No credentials provided"
    return TwilioRefusalError(20003, message, HTTPStatus.UNAUTHORIZED)
