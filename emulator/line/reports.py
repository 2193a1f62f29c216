"""Status callbacks: one after the other for each text or call, without holding up either."""

import asyncio

from emulator.line.fields import Fields
from emulator.line.tasks import Tasks
from emulator.twilio.store import Store
from emulator.webhooks import Webhook, WebhookError, Webhooks

REFUSED, REFUSED_OF_CONFERENCE = 15003, 16011
"""A report was not answered well: a warning, of a conference an error (twilio.com/docs/api/errors).
"""


class Reports:
    """Keeps the order: a report goes out when the one before it on the same resource is done.

    Twilio does not promise the order of arrival; this is one of the orders it can produce.
    """

    def __init__(self, store: Store, webhooks: Webhooks) -> None:
        self._store = store
        self._webhooks = webhooks
        self._tasks = Tasks(store)
        self._last: dict[str, asyncio.Task[None]] = {}

    def send(self, resource_sid: str, url: str, method: str, fields: Fields) -> None:
        """Queue one report; it is sent in the background."""
        webhook = Webhook(resource_sid, "status", url, method, fields)
        before = self._last.get(resource_sid)
        task = self._tasks.start(resource_sid, lambda: self._deliver(webhook, before))
        self._last[resource_sid] = task
        task.add_done_callback(lambda done: self._forget(resource_sid, done))

    def cancel(self) -> list[asyncio.Task[None]]:
        """Stop what is still under way; return what ends with it."""
        return self._tasks.cancel()

    async def _deliver(self, webhook: Webhook, before: asyncio.Task[None] | None) -> None:
        if before is not None:
            await asyncio.wait([before])
        try:
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
