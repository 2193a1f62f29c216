"""Status callbacks: sent in the background, in order for each text or call."""

import asyncio
from dataclasses import dataclass

from deskphone.account.store import Store
from deskphone.clock import Clock
from deskphone.faults.faults import Faults
from deskphone.faults.kinds import Fault
from deskphone.line.fields import Fields
from deskphone.line.tasks import Tasks
from deskphone.line.waiting import first_of
from deskphone.webhooks.sender import Webhooks
from deskphone.webhooks.webhook import Webhook, WebhookError

REFUSED, REFUSED_OF_CONFERENCE = 15003, 16011
"""A status callback failed: a warning, or an error for a conference (twilio.com/docs/api/errors).
"""
OVERTAKEN_WITHIN_S = 1
"""How long a reordered report waits for the next one, unless the fault says otherwise."""


@dataclass
class _Waiting:
    """A report to be overtaken by the next one on its resource."""

    before: asyncio.Task[None] | None
    """The report before it, which the next one follows now."""
    overtaken_by: asyncio.Future[asyncio.Task[None]]


class StatusReports:
    """Sends reports in order: each one after the previous one on the same resource is done.

    Twilio doesn't guarantee the order of arrival; this is one of the possible orders. Other orders,
    duplicates and lost reports are available as faults.
    """

    def __init__(self, store: Store, clock: Clock, webhooks: Webhooks, faults: Faults) -> None:
        self._store = store
        self._clock = clock
        self._webhooks = webhooks
        self._faults = faults
        self._tasks = Tasks(store)
        self._last: dict[str, asyncio.Task[None]] = {}
        self._waiting: dict[str, _Waiting] = {}

    def send(self, resource_sid: str, url: str, method: str, fields: Fields) -> None:
        """Queue one report; it is sent in the background."""
        webhook = Webhook(resource_sid, "status", url, method, fields)
        waiting = self._waiting.pop(resource_sid, None)
        fault = self._faults.pick(
            "webhooks", lambda fault: waiting is None or fault.kind != "reordered"
        )
        before = waiting.before if waiting else self._last.get(resource_sid)
        if fault is not None and fault.kind == "reordered":
            task = self._start_waiting(webhook, before, fault)
        else:
            task = self._tasks.start(resource_sid, lambda: self._deliver(webhook, before, fault))
        if waiting is not None:
            waiting.overtaken_by.set_result(task)
            return  # the next one follows the overtaken report
        self._last[resource_sid] = task
        task.add_done_callback(lambda done: self._forget(resource_sid, done))

    def cancel(self) -> list[asyncio.Task[None]]:
        """Cancel the reports in progress; return their tasks."""
        self._waiting.clear()
        return self._tasks.cancel()

    def _start_waiting(
        self, webhook: Webhook, before: asyncio.Task[None] | None, fault: Fault
    ) -> asyncio.Task[None]:
        """Deliver a report after the next one, or alone if none comes in time."""
        sid = webhook.resource_sid
        waiting = _Waiting(before, asyncio.get_running_loop().create_future())
        self._waiting[sid] = waiting
        patience_s = OVERTAKEN_WITHIN_S if fault.seconds is None else fault.seconds

        async def deliver() -> None:
            await first_of(asyncio.shield(waiting.overtaken_by), self._clock.sleep(patience_s))
            if self._waiting.get(sid) is waiting:
                del self._waiting[sid]
            overtaken = waiting.overtaken_by.done()
            await self._deliver(
                webhook, waiting.overtaken_by.result() if overtaken else before, None
            )

        return self._tasks.start(sid, deliver)

    async def _deliver(
        self, webhook: Webhook, before: asyncio.Task[None] | None, fault: Fault | None
    ) -> None:
        """Send a report after `before`, as often and as late as the fault says."""
        if before is not None:
            await asyncio.wait([before])
        kind = fault.kind if fault else ""
        if fault is not None and kind == "late":
            await self._clock.sleep(fault.seconds or 0)
        for _ in range(2 if kind == "twice" else 1):
            await self._request(webhook, is_dropped=kind == "dropped")

    async def _request(self, webhook: Webhook, *, is_dropped: bool) -> None:
        try:
            if is_dropped:
                self._webhooks.note_dropped(webhook)
            else:
                await self._webhooks.request(webhook)
        except WebhookError as error:
            message = f"Status callback: {error.message}"
            if webhook.resource_sid.startswith("CF"):
                self._store.alert(webhook.resource_sid, REFUSED_OF_CONFERENCE, message)
            else:
                self._store.alert(webhook.resource_sid, REFUSED, message, "warning")

    def _forget(self, resource_sid: str, task: asyncio.Task[None]) -> None:
        if self._last.get(resource_sid) is task:
            del self._last[resource_sid]
