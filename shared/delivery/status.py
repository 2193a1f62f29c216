"""Answer GetStatus from the ledger, or from Twilio if the ledger has nothing.

The ledger has what Twilio has reported so far. Only the ledger knows idempotency keys.
"""

import logging
import re
from collections.abc import Awaitable, Callable
from http import HTTPStatus
from typing import TYPE_CHECKING, NamedTuple

from shared.delivery.error_descriptions import DESCRIPTIONS
from shared.delivery.states import State, States
from shared.errors import (
    ConfigurationError,
    InvalidRequestError,
    LedgerError,
    NotFoundError,
    TwilioError,
    TwilioOutcomeUnknownError,
    TwilioRefusedError,
)
from shared.guard_errors import OPTED_OUT, OPTED_OUT_DETAIL
from shared.http.idempotency import MAX_KEY_CHARS, key_of
from shared.http.inputs import Inputs, required
from shared.sending.claims import Claims
from shared.twilio_api.account import TwilioAccount
from shared.twilio_api.outcomes import present

if TYPE_CHECKING:
    from twilio.rest import Client

FIELDS = ("sid", "key", "details")

_SID = re.compile("(SM|MM|CA)[0-9a-fA-F]{32}")

log = logging.getLogger(__name__)


class Subject(NamedTuple):
    """What to look up: the SID of a message or a call, or an idempotency key; the other is "".

    `with_details` asks for what only Twilio knows: prices, durations and so on.
    """

    sid: str = ""
    key: str = ""
    with_details: bool = False

    @classmethod
    def from_inputs(cls, inputs: Inputs) -> "Subject":
        """Check the inputs `FIELDS`; raise InvalidRequestError naming the invalid one."""
        given = [name for name in ("sid", "key") if inputs.text(name) is not None]
        if len(given) != 1:
            raise InvalidRequestError("Send either `sid` or `key`.", field="sid")
        if given == ["key"]:
            return cls(key=_key(inputs), with_details=inputs.flag("details") or False)
        sid = required(inputs.text("sid"), "sid")
        if not _SID.fullmatch(sid):
            raise InvalidRequestError(
                "`sid` must be SM, MM or CA followed by 32 hexadecimal digits.", field="sid"
            )
        return cls(sid, with_details=inputs.flag("details") or False)


def _key(inputs: Inputs) -> str:
    key = key_of(required(inputs.text("key"), "key"))
    if len(key) > MAX_KEY_CHARS:
        raise InvalidRequestError(
            f"`key` must be an idempotency key of up to {MAX_KEY_CHARS} characters.", field="key"
        )
    return key


class Deliveries:
    """Finds what became of a text, a call or a key, in the ledger or at Twilio."""

    def __init__(
        self,
        account: TwilioAccount,
        claims: Callable[[], Claims],
        states: Callable[[], States],
    ) -> None:
        """`claims` and `states` may raise ConfigurationError in an app without storage."""
        self._account = account
        self._claims = claims
        self._states = states

    async def find(self, subject: Subject) -> dict[str, object]:
        """Return the answer of GetStatus.

        Raise NotFoundError, ConfigurationError or VaultError, a TwilioError for details or a SID
        that isn't in the ledger, or a LedgerError for a key.
        """
        found = await (self._of_sid(subject.sid) if subject.sid else self._of_key(subject.key))
        if subject.with_details and "sid" in found:
            found["details"] = await self._at_twilio(str(found["sid"]), _details)
        return found

    async def _of_sid(self, sid: str) -> dict[str, object]:
        state = await self._reported(sid)
        if state is not None:
            return {"sid": sid, **_shown(state), "source": "ledger", "reports": _reports(state)}
        status, error_code = await self._at_twilio(sid, _status)
        shown = _shown(State(sid, status, {}, error_code))
        return {"sid": sid, **shown, "source": "twilio", "reports": []}

    async def _of_key(self, key: str) -> dict[str, object]:
        claim = await self._claims().find(key)
        if claim is None:
            raise NotFoundError("No request was sent with this key.", field="key")
        found: dict[str, object] = {"outcome": claim.state, "function": claim.function}
        if claim.sid:
            # Until the first report arrives, Twilio's answer to the send is the latest status.
            reported = await self._states().find(claim.sid)
            state = reported or State(claim.sid, claim.status, {})
            found |= {"sid": claim.sid, **_shown(state), "reports": _reports(state)}
        return found | {"source": "ledger"}

    async def _reported(self, sid: str) -> State | None:
        """Return the state in the ledger, or None if it is missing or unavailable."""
        try:
            return await self._states().find(sid)
        except (ConfigurationError, LedgerError) as error:
            log.info("Asking Twilio about %s: %s", sid, error.log_text)
            return None

    async def _at_twilio[Result](
        self, sid: str, read: "Callable[[Client, str], Awaitable[Result]]"
    ) -> Result:
        """Return what Twilio says about a message or a call."""
        try:
            return await self._account.run(lambda client: read(client, sid))
        except TwilioRefusedError as error:
            if error.twilio_status == HTTPStatus.NOT_FOUND:
                raise NotFoundError("Twilio has no record with this SID.", field="sid") from error
            raise
        except TwilioOutcomeUnknownError as error:  # that error is for sends; this only reads
            raise TwilioError("Twilio's response is unusable. Try again.") from error


async def _status(client: "Client", sid: str) -> tuple[str, int | None]:
    """Return the current status and error code."""
    if sid.startswith("CA"):
        return present((await client.calls(sid).fetch_async()).status), None
    message = await client.messages(sid).fetch_async()
    return present(message.status), message.error_code


async def _details(client: "Client", sid: str) -> dict[str, object]:
    """Return what Twilio knows beyond the status."""
    from shared.delivery.details import of_call, of_message

    if sid.startswith("CA"):
        return await of_call(client, await client.calls(sid).fetch_async())
    return of_message(await client.messages(sid).fetch_async())


def _shown(state: State) -> dict[str, object]:
    shown: dict[str, object] = {"status": state.status, "final": state.is_final}
    if state.error_code is not None:
        shown["error_code"] = state.error_code
        if state.error_code in DESCRIPTIONS:
            shown["error_message"] = DESCRIPTIONS[state.error_code]
    if state.error_code == OPTED_OUT:  # a messaging service accepts the text before it checks
        shown["detail"] = OPTED_OUT_DETAIL
    return shown


def _reports(state: State) -> list[dict[str, str]]:
    """Return the statuses in the order they were reported, each with the time it was stored."""
    return [{"status": status, "at": report.at} for status, report in state.reports.items()]
