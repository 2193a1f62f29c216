"""Refusals of Twilio's REST API.

TwilioRefusalError                  an error answer: HTTP status, Twilio's number, a sentence
└── NotEmulatedError           501: Twilio can do it, the emulator cannot; it has no Twilio number
"""

from http import HTTPStatus

UNNUMBERED = 400
"""The code of a refusal whose number Twilio does not publish: the status, as its SDK has it."""


class TwilioRefusalError(Exception):
    """Twilio says no. `code` is a number of Twilio's error dictionary, `status` the HTTP status."""

    def __init__(self, code: int, message: str, status: int = 400) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.status = status

    def body(self) -> dict[str, object]:
        """Return the JSON body, with the members that Twilio's SDK reads."""
        more_info = f"https://www.twilio.com/docs/errors/{self.code}"
        return {
            "code": self.code,
            "message": self.message,
            "more_info": more_info,
            "status": self.status,
        }

    def headers(self) -> dict[str, str]:
        """Return what Twilio says in the headers: to whom a 401 asks for a password."""
        is_401 = self.status == HTTPStatus.UNAUTHORIZED
        return {"WWW-Authenticate": 'Basic realm="Twilio API"'} if is_401 else {}


class NotEmulatedError(TwilioRefusalError):
    """A resource or parameter of Twilio's that the emulator does not have."""

    def __init__(self, what: str) -> None:
        super().__init__(501, f"{what} is real Twilio, but this emulator does not have it.", 501)

    def body(self) -> dict[str, object]:
        return {
            "code": 501,
            "message": self.message,
            "more_info": "docs/change/emulator-coverage.md",
            "status": 501,
        }


def not_found(what: str) -> TwilioRefusalError:
    """The resource does not exist (20404)."""
    return TwilioRefusalError(20404, f"The requested resource {what} was not found", 404)


def not_allowed() -> TwilioRefusalError:
    """The resource has no such verb (20004)."""
    return TwilioRefusalError(20004, "Method not allowed", 405)


def refused_credentials() -> TwilioRefusalError:
    """The credentials are wrong, or do not suffice (20003)."""
    return TwilioRefusalError(20003, "Authenticate", HTTPStatus.UNAUTHORIZED)
