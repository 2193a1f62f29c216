"""Cancel a scheduled text at Twilio."""

import re
from http import HTTPStatus
from typing import TYPE_CHECKING, NamedTuple, Self

from shared.errors import InvalidRequestError, NotFoundError, TwilioRefusedError
from shared.http.inputs import Inputs, required
from shared.twilio_api.account import TwilioAccount
from shared.twilio_api.outcomes import present

if TYPE_CHECKING:
    from twilio.rest import Client

FIELDS = ("sid",)

_TEXT = re.compile("(SM|MM)[0-9a-fA-F]{32}")


class Cancellation(NamedTuple):
    """The SID of the text to cancel."""

    sid: str

    @classmethod
    def from_inputs(cls, inputs: Inputs) -> Self:
        """Check the inputs `FIELDS`; raise InvalidRequestError naming the invalid one."""
        sid = required(inputs.text("sid"), "sid")
        if not _TEXT.fullmatch(sid):
            raise InvalidRequestError(
                "`sid` must be the SID of a scheduled text: SM or MM and 32 hexadecimal digits.",
                field="sid",
            )
        return cls(sid)

    async def carry_out(self, account: TwilioAccount) -> dict[str, object]:
        """Cancel the text; return its SID and status.

        Raise NotFoundError for an unknown SID, or another TwilioError: 30409 if it is too late.
        """

        async def cancel(client: "Client") -> str:
            message = await client.messages(self.sid).update_async(status="canceled")
            return present(message.status)

        try:
            return {"sid": self.sid, "status": await account.run(cancel)}
        except TwilioRefusedError as error:
            if error.twilio_status == HTTPStatus.NOT_FOUND:
                raise NotFoundError("Twilio has no text with this SID.", field="sid") from error
            raise
