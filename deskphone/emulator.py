"""Everything the emulator holds at one moment, put together: the account, the line, the people."""

import asyncio
import re
from collections.abc import Callable, Mapping, Sequence
from http import HTTPStatus
from typing import TypeVar, cast

from deskphone.account.account import Account
from deskphone.account.phone_numbers import national
from deskphone.account.store import Record, Shelf, Store
from deskphone.clock import Clock
from deskphone.events import Hub
from deskphone.faults.faults import Faults
from deskphone.faults.switch import Switch
from deskphone.faults.tokens import rotated_token
from deskphone.line.network import Network
from deskphone.phone import views
from deskphone.records.call import Call
from deskphone.records.history import Alert, Delivery
from deskphone.records.message import Message
from deskphone.records.phone_number import PhoneNumber
from deskphone.rest.api import RestApi
from deskphone.rest.auth_tokens import AuthTokens
from deskphone.rest.tree import Tree
from deskphone.values import HANDSETS, LINE, LINE_SID
from deskphone.webhooks.sender import Webhooks
from deskphone.webhooks.signature_check import TokenPlaces
from local_stack.azure import Tables
from local_stack.killable import Killable
from local_stack.values import FUNCTION_KEY, SECRETS

SHOWN = 500
"""Records of each kind in a snapshot for the page."""
HANDSETS_LIMIT = 50
"""People whom the page shows: those from the start and the last ones that came up."""
NAME_SHOWN = 80  # characters of a name that an alert shows
NO_HOST: Mapping[str, object] = {"state": "starting", "reason": "", "functions": [], "errors": []}

R = TypeVar("R", bound=views.Shown)


class State:
    """Build it inside a running event loop; `close` stops what is under way."""

    def __init__(
        self,
        clock: Clock,
        functions_url: str,
        route_prefix: str,
        emulator_url: str,
        messaging_service: Callable[[], str] = lambda: "",
    ) -> None:
        """The URLs have no final slash; `route_prefix` is host.json's, e.g. "api" or "".

        `messaging_service` gives the SID that the app's settings name, or "".
        """
        self.clock = clock
        self.hub = Hub()
        self.on_alert: Callable[[Alert], None] = lambda alert: None
        self.killable: Killable | None = None
        """The host, for the fault that kills it."""
        self.functions_url = functions_url
        self.answers_url = "/".join(filter(None, (functions_url, route_prefix)))
        self.secrets = dict(SECRETS)
        """What the Key Vault stand-in holds, by secret name."""
        self.given_secrets: dict[str, str] = {}
        """What it last gave out to the app."""
        self.on_refused_signature: Callable[[Delivery], None] = lambda delivery: None
        self._handsets: list[str] = list(HANDSETS)
        self._host: Mapping[str, object] = NO_HOST
        self.faults = Faults(self._tell_of_faults)
        self.fault_switch = Switch(clock, self.faults)
        self.fault_switch.listeners.append(self._faults_changed)
        self.store = Store(clock, self._changed)
        self.tables = Tables(clock)
        self._account = Account(clock)
        self.webhooks = Webhooks(
            self.store,
            clock,
            lambda: self.auth_token,
            self._why_refused,
            self._token_places,
        )
        self.network = Network(
            self.store, clock, self.webhooks, self.faults, emulator_url, messaging_service
        )
        self.exchange, self.texts = self.network.exchange, self.network.texts
        self._is_rotated = False
        rest = (self.store, clock, self._account)
        tree = Tree(*rest, self.network, messaging_service)
        self.api = RestApi(*rest, tree)
        self.auth_tokens = AuthTokens(clock, self._account)
        self._add_line()

    @property
    def auth_token(self) -> str:
        """The account's present auth token, with which Twilio signs."""
        return self._account.auth_token

    @property
    def handsets(self) -> list[str]:
        """The people's numbers: those from the start and those that came up."""
        return list(self._handsets)

    def host_changed(self, host: Mapping[str, object]) -> None:
        """Show how the Functions host is doing."""
        self._host = host
        self.hub.publish("host", lambda: host)

    def snapshot(self) -> dict[str, object]:
        """Return everything that a page shows."""
        return {
            "line": LINE,
            "handsets": self.handsets,
            "texts": _newest(self.store.messages),
            "calls": [views.brief_call(record) for record in list(self.store.calls)[-SHOWN:]],
            "webhooks": _newest(self.store.deliveries),
            "alerts": _newest(self.store.alerts),
            "numbers": self.numbers(),
            "queues": _newest(self.store.queues),
            "conferences": _newest(self.store.conferences),
            "recordings": _newest(self.store.recordings),
            "dropped": {
                "texts": _not_shown(self.store.messages),
                "calls": _not_shown(self.store.calls),
                "webhooks": _not_shown(self.store.deliveries),
                "alerts": _not_shown(self.store.alerts),
            },
            "host": self._host,
            "clock": self.clock_view(),
            "faults": self.faults.view(),
            "functions_url": self.functions_url,
            "answers_url": self.answers_url,
            "function_key": FUNCTION_KEY,
        }

    def numbers(self) -> list[views.Json]:
        """Return the account's numbers and what answers them."""
        return [views.number(record) for record in self.store.numbers]

    def clock_view(self) -> dict[str, object]:
        return {"kind": self.clock.kind, "now": views.iso(self.clock.now())}

    async def reset(self) -> None:
        """Return to the state of a fresh start; the host keeps running."""
        await self.fault_switch.clear()
        # All in one step, so that nothing new comes between; what ends, ends after it.
        ending = self.network.cancel()
        self.store.clear()
        self.webhooks.forget()
        self.tables.clear()
        self._account.reset()
        self.secrets.clear()
        self.secrets.update(SECRETS)
        self._handsets = list(HANDSETS)
        self._add_line()
        self.hub.publish("snapshot", self.snapshot)
        await asyncio.gather(*ending, return_exceptions=True)

    async def close(self) -> None:
        self.fault_switch.cancel()
        await asyncio.gather(*self.network.cancel(), return_exceptions=True)
        await self.webhooks.close()
        self.hub.close()

    def _why_refused(self, url: str, status: int) -> str:
        """Say so when a URL names a function that the app does not have."""
        before, _, rest = url.partition(f"{self.answers_url}/")
        name = re.split("[?#]", rest)[0]
        known = [one.lower() for one in cast(Sequence[str], self._host["functions"])]
        if status != HTTPStatus.NOT_FOUND or before or not name or "/" in name:
            return ""
        return "" if name.lower() in known else f"there is no function {name[:NAME_SHOWN]}"

    def _token_places(self) -> TokenPlaces:
        """Say who has the account's present auth token."""
        is_rotated = self.faults.is_on("vault", "rotated")
        token = self._account.auth_token
        return TokenPlaces.of(token, self.secrets, self.given_secrets, is_rotated=is_rotated)

    def _add_line(self) -> None:
        now = self.clock.now()
        self.store.numbers.put(
            PhoneNumber(
                sid=LINE_SID,
                phone_number=LINE,
                friendly_name=national(LINE),
                created=now,
                updated=now,
                voice_url=f"{self.answers_url}/TwimlHello",
                sms_url=f"{self.answers_url}/TwimlReply",
            )
        )

    def _tell_of_faults(self) -> None:
        self.hub.publish("faults", self.faults.view)

    async def _faults_changed(self) -> None:
        is_rotated = self.faults.is_on("vault", "rotated")
        if is_rotated or self._is_rotated:
            self._account.impose(rotated_token(self.faults.seed) if is_rotated else "")
            self.secrets["TwilioAuthToken"] = self._account.auth_token
        self._is_rotated = is_rotated
        self._tell_of_faults()

    def _changed(self, kind: str, record: Record | None) -> None:
        if kind == "number":
            self.hub.publish("numbers", self.numbers)
        if record is None or isinstance(record, PhoneNumber):
            return
        if isinstance(record, (Message, Call)):
            self._meet(record)
        if isinstance(record, Alert):
            self.on_alert(record)
        if isinstance(record, Delivery) and record.signature is not None:
            self.on_refused_signature(record)
        self.hub.publish(kind, lambda: views.of(record))

    def _meet(self, record: Message | Call) -> None:
        """A number that comes up for the first time and is not the account's is a new person."""
        person = record.sender if record.direction == "inbound" else record.to
        if not person or person in self._handsets or self.store.number(person) is not None:
            return
        self._handsets.append(person)
        if len(self._handsets) > HANDSETS_LIMIT:
            del self._handsets[len(HANDSETS)]
        self.hub.publish("handsets", lambda: self.handsets)


def _newest(shelf: Shelf[R]) -> list[views.Json]:
    """Return the newest records of a shelf as the page sees them, oldest first."""
    return [views.of(record) for record in list(shelf)[-SHOWN:]]


def _not_shown(shelf: Shelf[R]) -> int:
    """Return how many records of a shelf there were and are, but for the newest."""
    return shelf.dropped + max(len(shelf) - SHOWN, 0)
