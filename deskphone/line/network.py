"""The phone network, assembled from its parts."""

import asyncio
from collections.abc import Callable

from deskphone.account.store import Store
from deskphone.clock import Clock
from deskphone.faults.faults import Faults
from deskphone.line.calls.answering import Answering
from deskphone.line.calls.exchange import Exchange
from deskphone.line.calls.lifecycle import Lifecycle
from deskphone.line.calls.live_calls import LiveCalls
from deskphone.line.calls.player import Player
from deskphone.line.calls.progress import Progress
from deskphone.line.conferences.announcements import Announcements
from deskphone.line.conferences.rooms import ConferenceRooms
from deskphone.line.fields import Fields
from deskphone.line.queued_calls import QueuedCalls
from deskphone.line.recording.recorder import Recorder
from deskphone.line.session.dialer import Dialer
from deskphone.line.session.services import Services
from deskphone.line.session.session import CallSession
from deskphone.line.session.steps import Step
from deskphone.line.status_reports import StatusReports
from deskphone.line.studio.files import Files
from deskphone.line.studio.people import People
from deskphone.line.studio.speech import Speech
from deskphone.line.studio.studio import Studio
from deskphone.line.texts.texts import Texts
from deskphone.line.verbs.table import DIALECTS
from deskphone.records.instructions import Instructions
from deskphone.sound.speakers import Speaker
from deskphone.webhooks.sender import Webhooks


class Network:
    """Texts and calls between people and the app. Use it inside a running event loop."""

    def __init__(
        self,
        store: Store,
        clock: Clock,
        webhooks: Webhooks,
        faults: Faults,
        emulator_url: str,
        messaging_service: Callable[[], str],
        speaker: Speaker,
    ) -> None:
        """`messaging_service` returns the SID in the app's settings, or "".

        `speaker` turns text into speech.
        """
        self._store = store
        self._clock = clock
        self._webhooks = webhooks
        self.studio = Studio(store, clock)
        self._speech = speech = Speech(store, clock, speaker)
        self._reports = StatusReports(store, clock, webhooks, faults)
        self.recorder = Recorder(store, clock, self._reports, self.studio)
        self.texts = Texts(store, clock, webhooks, self._reports, emulator_url, messaging_service)
        progress = Progress(store, clock, self._reports, self.recorder)
        self._calls = LiveCalls(store, clock, webhooks, progress, self.recorder, self._open_session)
        answering = Answering(clock, self._calls, self.recorder, self._reports)
        lifecycle = Lifecycle(store, clock, webhooks, progress, self._calls, answering)
        self.exchange = Exchange(store, clock, self._calls, lifecycle, People(self.studio, speech))
        self.queues = QueuedCalls(store, clock)
        self.conferences = ConferenceRooms(
            store, clock, self._reports, self.recorder, self._calls.hang_up, self.studio.play
        )
        self.announcements = Announcements(store, self.conferences)
        self._services = Services(
            dialer=Dialer(store, clock, lifecycle.start_leg, self._calls.hang_up),
            queues=self.queues,
            conferences=self.conferences,
            announcements=self.announcements,
            recorder=self.recorder,
            reports=self._reports,
            texts=self.texts,
            studio=self.studio,
            speech=speech,
            files=Files(clock),
        )

    def cancel(self) -> list[asyncio.Task[None]]:
        """Cancel everything in progress, for a reset or shutdown; return the canceled tasks."""
        self._speech.forget()
        return [
            *self.studio.cancel(),
            *self._calls.cancel(),
            *self.texts.cancel(),
            *self._reports.cancel(),
        ]

    def _open_session(self, sid: str) -> CallSession:
        return CallSession(
            sid,
            self._store,
            self._clock,
            self._services,
            self._webhooks,
            run=self._follow,
            on_answer=lambda: self._calls.connect(sid),
        )

    async def _follow(
        self,
        session: CallSession,
        instructions: Instructions,
        dialect: str,
        params: Callable[[], Fields],
    ) -> Step:
        player = Player(session, self._webhooks, instructions, DIALECTS[dialect], params)
        return await player.follow()
