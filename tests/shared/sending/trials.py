"""An outbox without guards or Twilio; a test defines creating and finding."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, Literal, cast

from shared.sending.outbox import Outbox, Records
from shared.sending.sent import Sent

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Awaitable, Callable
    from datetime import datetime

    from shared.clock import Clock
    from shared.config.guard_settings import GuardSettings
    from shared.config.settings import Settings
    from shared.http.idempotency import Key
    from shared.http.urls import PublicUrls
    from shared.sending.claim import IdempotencyClaim
    from shared.sending.lookups import Listed, Lookups

TO = "+12025550123"


@dataclass
class TrialRequest:
    """A text to TO; `creating` gets its reference and returns Twilio's answer."""

    creating: Callable[[str], Awaitable[Any]]
    finding: Callable[[Lookups, IdempotencyClaim], Awaitable[Listed | None]]
    to: str = TO
    sender: str | None = None
    messaging_service_sid: str | None = None
    kind: Literal["text"] = "text"
    segments: int = 1
    reach: None = None

    def with_sender(self, config: Settings) -> TrialRequest:
        return self

    def require_possible(self, now: datetime, guards: GuardSettings) -> None:
        pass

    def creation(
        self, urls: PublicUrls, request_url: str, reference: str, guards: GuardSettings
    ) -> Callable[[object], Awaitable[Any]]:
        return lambda client: self.creating(reference)

    async def find(self, lookups: Lookups, claim: IdempotencyClaim) -> Listed | None:
        return await self.finding(lookups, claim)


async def send(
    request: TrialRequest,
    key: Key | None,
    records: Callable[[], Records],
    clock: Clock,
    config: Settings,
    admitting: Callable[[], Awaitable[None]] | None = None,
) -> Sent:
    """Send a request through a new outbox, whose guards admit everything after `admitting`."""

    async def run(operation: Callable[[object], Awaitable[object]]) -> object:
        return await operation(None)

    @contextlib.asynccontextmanager
    async def admitted(_: object) -> AsyncGenerator[None]:
        if admitting is not None:
            await admitting()
        yield

    account, guards = SimpleNamespace(run=run), SimpleNamespace(admitted=admitted)
    outbox = Outbox(
        cast("Any", account), cast("Any", guards), records, cast("Any", None), clock, config
    )
    return await outbox.send(request, "http://inner/api/SendSms", key)


def answer_of(sid: str, status: str, sender: str | None = "+12025550100") -> SimpleNamespace:
    """Return Twilio's answer as an SDK object."""
    return SimpleNamespace(sid=sid, status=status, from_=sender)
