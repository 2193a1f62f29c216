"""Message scheduling (twilio.com/docs/messaging/features/message-scheduling)."""

from datetime import UTC, datetime, timedelta

from deskphone.rest.errors import TwilioRefusalError
from deskphone.rest.parameters import Parameters

PARAMETERS = ("ScheduleType", "SendAt")
EARLIEST = timedelta(minutes=15)
LATEST = timedelta(days=35)


def send_at(parameters: Parameters, now: datetime) -> datetime:
    """Return the time that the message is scheduled for.

    Raise TwilioRefusalError 35111, 35114, 35118 or 35126 (docs/api/errors).
    """
    kind, text = parameters.text("ScheduleType"), parameters.text("SendAt")
    if kind != "fixed":
        raise TwilioRefusalError(35126, "ScheduleType must be fixed")
    if not text:
        raise TwilioRefusalError(35111, "SendAt is required when ScheduleType is fixed")
    if not parameters.text("MessagingServiceSid"):
        raise TwilioRefusalError(35118, "MessagingServiceSid is required to schedule a message")
    moment = _moment(text)
    if moment is None or not EARLIEST <= moment - now <= LATEST:
        raise TwilioRefusalError(
            35114, "SendAt must be between 15 minutes and 35 days in the future"
        )
    return moment


def _moment(text: str) -> datetime | None:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
