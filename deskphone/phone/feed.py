"""The page's events: a snapshot of everything, then each change."""

from collections.abc import Callable, Sequence
from typing import Any

from deskphone.account.store import Record, Shelf, Store
from deskphone.app import App
from deskphone.clock import Clock
from deskphone.events import Hub
from deskphone.faults.faults import Faults
from deskphone.faults.kinds import Service
from deskphone.phone import views
from deskphone.phone.handsets import Handsets
from deskphone.records.application import Application
from deskphone.records.call import Call
from deskphone.records.message import Message
from deskphone.records.phone_number import PhoneNumber
from deskphone.values import LINE

SHOWN = 500
"""Records of each kind in a snapshot."""


class Feed:
    """Publishes the state of the other parts to the hub."""

    def __init__(
        self,
        hub: Hub,
        store: Store,
        clock: Clock,
        handsets: Handsets,
        faults: Faults,
        services: Sequence[Service],
        app: App,
        browsers: Callable[[], list[str]],
    ) -> None:
        """`services` are those that faults can be injected into.

        `browsers` returns the addresses of clients that are registered in a browser.
        """
        self._hub = hub
        self._store = store
        self._clock = clock
        self._handsets = handsets
        self._faults = faults
        self._services = {service.name: views.service(service) for service in services}
        self._app = app
        self._browsers = browsers
        store.subscribe(self._record_changed)

    def snapshot(self) -> views.Json:
        """Return everything that a page shows."""
        store = self._store
        dropped = {
            "texts": store.messages,
            "calls": store.calls,
            "webhooks": store.deliveries,
            "alerts": store.alerts,
        }
        return {
            "line": LINE,
            "handsets": self._handsets.all(),
            "browsers": self._browsers(),
            "texts": _newest(store.messages),
            "calls": [views.brief_call(record) for record in list(store.calls)[-SHOWN:]],
            "webhooks": _newest(store.deliveries),
            "alerts": _newest(store.alerts),
            "numbers": self._numbers(),
            "trial": views.trial(store.trial),
            "queues": _newest(store.queues),
            "conferences": _newest(store.conferences),
            "recordings": _newest(store.recordings),
            "dropped": {kind: _not_shown(shelf) for kind, shelf in dropped.items()},
            "clock": views.clock(self._clock),
            "faults": self._faults.view(),
            "fault_services": self._services,
            "app": views.app(self._app),
            **({"host": self._app.host()} if self._app.host else {}),
        }

    def publish_snapshot(self) -> None:
        """Publish everything anew, after a reset."""
        self._hub.publish("snapshot", self.snapshot)

    def clock_changed(self) -> None:
        """Publish the time of a manual clock."""
        self._hub.publish("clock", lambda: views.clock(self._clock))

    def trial_changed(self) -> None:
        """Publish the limits of a trial account."""
        self._hub.publish("trial", lambda: views.trial(self._store.trial))

    def browsers_changed(self) -> None:
        """Publish which clients are registered in a browser."""
        self._hub.publish("browsers", self._browsers)

    def host_changed(self) -> None:
        """Publish the state of the app's server."""
        if self._app.host is not None:
            self._hub.publish("host", self._app.host)

    async def faults_changed(self, faults: Faults) -> None:
        """Publish the faults that are on."""
        self._hub.publish("faults", faults.view)

    def _record_changed(self, kind: str, record: Record | None) -> None:
        if kind == "number":
            self._hub.publish("numbers", self._numbers)
        if record is None or isinstance(record, (PhoneNumber, Application)):
            return
        if isinstance(record, (Message, Call)):
            self._add_handset(record)
        self._hub.publish(kind, lambda: views.of(record))

    def _add_handset(self, record: Message | Call) -> None:
        """Add a handset for an unknown number, unless it belongs to the account."""
        person = record.sender if record.direction == "inbound" else record.to
        if person and self._store.number(person) is None and self._handsets.add(person):
            self._hub.publish("handsets", self._handsets.all)

    def _numbers(self) -> list[views.Json]:
        return [views.number(record) for record in self._store.numbers]


def _newest(shelf: Shelf[Any]) -> list[views.Json]:
    """Return the views of a shelf's newest records, oldest first."""
    return [views.of(record) for record in list(shelf)[-SHOWN:]]


def _not_shown(shelf: Shelf[Any]) -> int:
    """Return how many of a shelf's records the snapshot leaves out, dropped ones included."""
    return shelf.dropped + max(len(shelf) - SHOWN, 0)
