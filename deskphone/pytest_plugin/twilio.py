"""Twilio in a test: its numbers, what it recorded, and faults."""

from collections.abc import Generator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from urllib.parse import parse_qsl, urlsplit

from deskphone.emulator import Emulator
from deskphone.faults.kinds import Fault
from deskphone.faults.reading import FaultError, faults_of
from deskphone.pytest_plugin.numbers import Number
from deskphone.pytest_plugin.server import Server
from deskphone.records.history import Alert, Delivery
from deskphone.values import ACCOUNT_SID, API_KEY_SECRET, API_KEY_SID, LINE, LINE_SID

ALL = "all"


@dataclass(frozen=True)
class Webhook:
    """A request from Twilio to the app. `form` has its fields, of a GET those in the URL.

    `status` is None and `error` says why if there was no response.
    """

    purpose: str
    method: str
    url: str
    form: dict[str, str]
    status: int | None
    error: str
    answer: str
    sid: str


class Twilio:
    """The account. What it shows is complete: nothing more happens by itself."""

    account_sid = ACCOUNT_SID
    api_key_sid = API_KEY_SID
    api_key_secret = API_KEY_SECRET

    def __init__(self, server: Server) -> None:
        self._server = server
        self._allowed: set[int | str | None] = set()
        self.url = server.url
        self.number = Number(server, LINE_SID, LINE)
        """The account's first number."""

    @property
    def auth_token(self) -> str:
        """The token that the app's client sends, and that webhooks are signed with."""
        return self._server.look(lambda emulator: emulator.auth_token)

    @property
    def numbers(self) -> list[Number]:
        """The account's numbers."""
        records = self._server.look(lambda emulator: list(emulator.store.numbers))
        return [Number(self._server, one.sid, one.phone_number) for one in records]

    def add_number(self, number: str) -> Number:
        """Add a number. Raise ValueError for an invalid one."""
        return Number.add(self._server, number)

    @property
    def webhooks(self) -> list[Webhook]:
        """The requests to the app, oldest first."""
        return [_webhook(one) for one in self._server.look(lambda one: [*one.store.deliveries])]

    @property
    def alerts(self) -> list[Alert]:
        """Twilio's errors and warnings, and what the emulator can't do, which has no code."""
        return self._server.look(lambda emulator: list(emulator.store.alerts))

    def allow_alerts(self, *codes: int | None) -> None:
        """Let the test pass with alerts of these codes, or with any; None is a gap."""
        self._allowed.update(codes or {ALL})

    def unexpected(self) -> list[Alert]:
        """Return the alerts that aren't allowed."""
        return [
            one for one in self.alerts if ALL not in self._allowed and one.code not in self._allowed
        ]

    @contextmanager
    def fails(
        self, kind: str, count: int | None = 1, *, service: str = "", **options: float | bool
    ) -> Generator[Fault]:
        """Inject a fault, `count` times at most, until the end of the `with` block.

        `kind` is 429, 500, 503, slow, lost or refused for requests to Twilio, and late, twice,
        reordered or dropped for status callbacks. `options` are `seconds`, which slow and late
        need, `probability` from 0 to 1, and `reads=True` to fail also requests that only read.
        Yield the fault, whose `happened` counts. Raise ValueError for an unknown kind or option.
        """
        wanted = {"kind": kind, "service": service, "count": count, **options}

        async def begin(emulator: Emulator) -> Fault:
            fault = _fault(emulator, wanted)
            await emulator.fault_switch.replace(0, [*emulator.faults.on, fault])
            return fault

        async def end(emulator: Emulator) -> None:
            others = [one for one in emulator.faults.on if one is not fault]
            await emulator.fault_switch.replace(0, others)

        fault = self._server.change(begin)
        try:
            yield fault
        finally:
            self._server.change(end)

    def reset(self) -> None:
        """Return to the initial state."""
        self._allowed.clear()
        self._server.reset()


def _fault(emulator: Emulator, wanted: Mapping[str, object]) -> Fault:
    """Return a fault, of the first service that has this kind unless one is given."""
    services = emulator.fault_services
    kinds = {kind: one.name for one in reversed(services) for kind in one.kinds}
    if wanted["kind"] not in kinds:
        raise ValueError(f"Unknown fault {wanted['kind']!r}. Use one of {', '.join(kinds)}.")
    service = wanted["service"] or kinds[str(wanted["kind"])]
    given = {**wanted, "service": service}
    if given["count"] is None or given["kind"] == "refused":  # which lasts, and counts nothing
        del given["count"]
    try:
        _, faults = faults_of({"faults": [given]}, services)
    except FaultError as error:
        raise ValueError(str(error)) from None
    return faults[0]


def _webhook(record: Delivery) -> Webhook:
    query = parse_qsl(urlsplit(record.url).query, keep_blank_values=True)
    return Webhook(
        purpose=record.purpose,
        method=record.method,
        url=record.url,
        form=dict(record.form if record.method == "POST" else query),
        status=record.status,
        error=record.error,
        answer=record.answer,
        sid=record.resource_sid,
    )
